"""What binds jobs, step by step: history, the freeze, locks."""
