"""Read by the process that workers are forked from: they find everything there."""

import torch

from core.planning.stopping import never
from core.schedulers.warm_up import warm_up, warm_up_simulators
from core.search.chains import LoadChain, OrderChain
from core.search.compiling import ready

warm_up()
warm_up_simulators()
for chain in (OrderChain, LoadChain):
    ready(chain, never)
torch.optim.Adam([torch.zeros(1, requires_grad=True)])  # imports half of torch
