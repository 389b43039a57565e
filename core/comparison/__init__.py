"""Plans and schedulers side by side: differences, trials, intervals."""
