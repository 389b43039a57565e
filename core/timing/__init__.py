"""The timing rules, in machine code, and where a schedule in the making stands."""
