"""One step by tensor operations on any device: the reference of the machine code."""

from __future__ import annotations

import torch
from torch import Tensor

from core.simulation.rollouts import Rollouts


def step(r: Rollouts, b: Tensor, j: Tensor, k: Tensor) -> bool:
    """
    Place one job in each of some rollouts, unless one of them may not be placed.

    Parameters
    ----------
    r
        The rollouts to move.
    b, j, k
        Shape (A,): distinct rollouts, and the job and machine for each.

    Returns
    -------
    bool
        False where a job or machine is masked; then nothing has changed.
    """
    static = r.static
    p = r.source[b]
    earliest = r.earliest_start[b, j, k]
    if not ((earliest <= r.limit[b]) & torch.isfinite(earliest)).all():
        return False

    offset, axis = r.offset[b, k], static.closure_axis
    group = static.group[p, j]
    setup = static.setup[r.setup_offset[b, k] + group]
    work = static.processing[p, j, k]
    ready = r.job_ready[b, j]
    may_pause = static.may_pause[p, j]
    times = axis.place(offset, r.ready[b, k], ready, setup, work, may_pause)
    end = times[3]

    r.machine[b, j] = k
    r.times[:, b, j] = times
    r.scheduled[b, j] = True
    r.remaining[b] -= 1
    late = (end - static.due[p, j]).clamp(min=0)
    r.makespan[b] = torch.maximum(r.makespan[b], end)
    r.weighted_tardiness[b] += static.weight[p, j] * late
    r.setup_total[b] += setup
    r.makespan_bound[b] = torch.maximum(r.makespan_bound[b], end + static.tail[p, j])
    r.load[b] -= static.expected_work[p, j]
    mean = static.mean_processing[p, j]
    r.work_left[b] -= mean
    r.group_work[b, group] -= mean

    r.ready[b, k] = end
    r.open_ready[b, k] = free = axis.next_open(offset, end)
    if static.has_closures:
        closed = axis.next_closure(offset, free)
        r.closed_from[b, k], r.closed_for[b, k] = closed
    r.machine_group[b, k] = group
    r.setup_offset[b, k] = static.setup_row[p, k, group]
    r.earliest_start[b, j] = torch.inf
    r.earliest[b, j] = torch.inf
    if static.any_reserved:
        reserved = static.reserved_start[p, j] >= 0
        after = static.reserved_after[p, j]
        r.next_reserved[b, k] = torch.where(reserved, after, r.next_reserved[b, k])
    if static.any_special:
        _find_column(r, b, k)
    else:
        _move_column(r, b, k, offset, end)
    if r.any_precedence:
        _release_successors(r, b, j, p, end)
    r.move_clock()
    return True


def _find_column(r: Rollouts, b: Tensor, k: Tensor) -> None:
    """Find out when each job could start on the machines just used, job by job."""
    jobs = torch.arange(r.num_jobs, device=b.device).expand(len(b), -1)
    row, machine = b[:, None].expand_as(jobs), k[:, None].expand_as(jobs)
    waits = r.scheduled[b] | (r.waiting_for[b] > 0)
    times = r.first_starts(row, jobs, machine).masked_fill(waits, torch.inf)
    r.earliest_start[b, :, k] = times
    r.earliest[b] = r.earliest_start[b].amin(2)


def _move_column(
    r: Rollouts, b: Tensor, k: Tensor, offset: Tensor, end: Tensor
) -> None:
    """Recompute when each job could start on the machines just used."""
    column = r.earliest_start[b, :, k]  # (A, N)
    later = torch.maximum(r.job_ready[b], end[:, None])
    later = r.static.closure_axis.next_open(offset[:, None].expand_as(later), later)
    later = torch.where(torch.isfinite(column), later, torch.inf)
    r.earliest_start[b, :, k] = later
    changed = (later > column) & (column <= r.earliest[b])
    row, job = torch.nonzero(changed, as_tuple=True)
    r.earliest[b[row], job] = r.earliest_start[b[row], job].amin(1)


def _release_successors(
    r: Rollouts, b: Tensor, j: Tensor, p: Tensor, end: Tensor
) -> None:
    """Let the successors of the jobs just placed wait for them no longer."""
    successors = r.static.successors[p, j]  # (A, D)
    row, column = torch.nonzero(successors < r.num_jobs, as_tuple=True)
    if not len(row):
        return
    job, owner = successors[row, column], b[row]
    ready = (end + r.static.wait_after[p, j])[row]
    r.job_ready[owner, job] = torch.maximum(r.job_ready[owner, job], ready)
    r.waiting_for[owner, job] -= 1
    free = r.waiting_for[owner, job] == 0
    job, owner = job[free], owner[free]
    if not len(job):
        return
    if r.static.any_special:
        machines = torch.arange(r.num_machines, device=b.device).expand(len(job), -1)
        rows, jobs = (x[:, None].expand_as(machines) for x in (owner, job))
        times = r.first_starts(rows, jobs, machines)
    else:
        times = torch.maximum(r.job_ready[owner, job][:, None], r.ready[owner])
        times = r.static.closure_axis.next_open(r.offset[owner], times)
        eligible = torch.isfinite(r.static.processing[r.source[owner], job])
        times = torch.where(eligible, times, torch.inf)
    r.earliest_start[owner, job] = times
    r.earliest[owner, job] = times.amin(1)
