"""A scheduler around another one."""

from __future__ import annotations

from dataclasses import dataclass

from core.planning.scheduler import Scheduler


@dataclass(frozen=True)
class Wrapper:
    """
    What schedulers around another one have in common: they go by its name.

    Parameters
    ----------
    inner
        Makes the first plan.
    """

    inner: Scheduler

    @property
    def name(self) -> str:
        """Registry name of the scheduler that makes the first plan."""
        return self.inner.name
