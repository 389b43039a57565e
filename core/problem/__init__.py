"""The problem, its schedules, and what makes a schedule valid and good."""
