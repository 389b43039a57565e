"""What can go wrong with things that last, in words for the planner."""

from __future__ import annotations


class StoreError(RuntimeError):
    """Base of all: a page shows its words, the command line exits with 1."""


class StoreUnwritableError(StoreError):
    """The data folder cannot be written: full, read-only or not ours."""


class StoreUnavailableError(StoreError):
    """The database cannot be reached, or was busy for too long."""


class DamagedDatabaseError(StoreError):
    """The database is damaged, or was made by another program."""


class NewerDatabaseError(StoreError):
    """The database was made by a later version of Shiftwright."""


class NameTakenError(StoreError):
    """Something else already has this name."""


class UnknownRunError(StoreError):
    """There is no such run; it may have been deleted."""


class RunAlreadyRunningError(StoreError):
    """A second start of a run that is running, or its deletion."""


class RunNotStartableError(StoreError):
    """A start of a run that is not waiting in the queue."""


class RunNotRunningError(StoreError):
    """A stop of a run that has ended."""


class RunNotResumableError(StoreError):
    """A resume of a run that has nothing left to do."""


class RunLostError(StoreError):
    """The run is no longer this worker's: it was deleted or started again."""


class UnknownScenarioError(StoreError):
    """There is no such scenario; it may have been renamed or deleted."""


class ScenarioFormatError(StoreError):
    """The stored scenario is damaged, or of a format that this version cannot open."""


class UnknownHandError(StoreError):
    """The shift of this address is not kept any more, or never was."""


class HandChangedError(StoreError):
    """Another session changed or removed what this one wants to replace."""


class UnknownDayError(StoreError):
    """A day, or a version of its plan, is not kept any more, or never was."""


class DayChangedError(StoreError):
    """Another session accepted a plan, or went back to one, since this one looked."""


class NoVersionError(StoreError):
    """There is nothing to undo, or nothing to redo."""


class UnknownModelError(StoreError):
    """There is no such model; it may have been deleted."""


class NoModelError(StoreError):
    """There is no model at all, or none to roll back to."""


class ModelInUseError(StoreError):
    """A shipped model, or the default one, was to be deleted."""


class ModelRefusedError(StoreError):
    """A model file that is damaged, too large, unsafe or made for another version."""
