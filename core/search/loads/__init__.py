"""Annealing on machine loads, where only the order on each machine counts."""
