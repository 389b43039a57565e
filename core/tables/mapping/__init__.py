"""Which of a planner's columns is which of ours, and the rows read through that."""
