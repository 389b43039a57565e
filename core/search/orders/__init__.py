"""Annealing on one order of all jobs, for every kind of problem."""
