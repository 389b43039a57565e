"""The engine of tensor operations: steps and features of all rollouts at once."""

import torch

# A plan is thousands of operations on small arrays. Sharing each out to several threads
# costs more than it brings, on a busy computer ten times the whole plan; and with one
# thread sums come out the same on every computer.
torch.set_num_threads(1)
