"""What the words of a status or a lock mean."""

from __future__ import annotations

from collections.abc import Mapping

from core.problem.floor import Lock, Status
from core.tables.issues import Severity
from core.tables.mapping.records import Record, Records
from core.tables.rows import JobRow
from core.tables.values.vocabulary import umlauts_folded

CANCELLED = "cancelled"
_STATUS_WORDS = {
    Status.PLANNED: (
        *("planned", "open", "new", "waiting", "not started", "geplant", "offen"),
        *("neu", "wartend", "nicht begonnen"),
    ),
    Status.RELEASED: ("released", "freigegeben", "dispatched", "ready"),
    Status.STARTED: (
        *("started", "running", "in progress", "active", "begun", "begonnen"),
        *("gestartet", "laufend", "läuft", "in arbeit", "in bearbeitung", "aktiv"),
    ),
    Status.FINISHED: (
        *("finished", "done", "completed", "complete", "closed", "ended", "fertig"),
        *("erledigt", "beendet", "abgeschlossen", "fertiggemeldet"),
    ),
    CANCELLED: ("cancelled", "canceled", "storniert", "abgesagt", "gelöscht"),
}
_LOCK_WORDS = {
    Lock.MACHINE: ("machine", "maschine", "m"),
    Lock.START: ("start", "time", "start time", "zeit", "startzeit", "beginn"),
}
NO_LOCK = ("no", "none", "nein", "kein", "keine", "0", "false")


def _by_word(words: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Meaning of each word, as it is compared."""
    return {umlauts_folded(x): str(name) for name, all_ in words.items() for x in all_}


_STATUS = _by_word({str(name): words for name, words in _STATUS_WORDS.items()})
_LOCKS = _by_word({str(name): words for name, words in _LOCK_WORDS.items()})


def status_of(row: JobRow) -> str | None:
    """Status of a row, ``cancelled`` included; ``None``: a word that is none."""
    if row.status is None:
        return str(Status.PLANNED)
    return _STATUS.get(umlauts_folded(row.status))


def has_begun(row: JobRow) -> bool:
    """Whether a row says that its job has started or finished."""
    return status_of(row) in (Status.STARTED, Status.FINISHED)


def without_cancelled(jobs: Records[JobRow]) -> set[str]:
    """Drop cancelled jobs from the rows, and return their ids; they are counted."""
    dropped = [x for x in jobs.records if status_of(x.row) == CANCELLED]
    if not dropped:
        return set()
    jobs.records = [x for x in jobs.records if status_of(x.row) != CANCELLED]
    many = f"{len(dropped)} jobs are" if len(dropped) > 1 else "A job is"
    jobs.report(
        dropped[0].number,
        "status",
        dropped[0].row.status,
        f"{many} cancelled and not planned.",
        "Nothing to do.",
        Severity.NOTE,
    )
    return {str(x.row.job_id) for x in dropped}


def says_states(jobs: Records[JobRow]) -> bool:
    """Whether the rows say how far jobs are: a shift that may be under way."""
    return "status" in jobs.headers


def is_bound(jobs: Records[JobRow], record: Record[JobRow]) -> bool:
    """
    Whether the machine that a job names is the only one for it.

    Where the table says how far jobs are, or which are locked, the machine of one that
    is neither given to it nor locked is where some plan had it, no more.
    """
    if not {"status", "lock"} & jobs.headers.keys():
        return True
    return status_of(record.row) not in (None, str(Status.PLANNED)) or (
        lock_of(record.row) is not None
    )


def is_only_locked(record: Record[JobRow]) -> bool:
    """Whether nothing but a lock binds a job to the machine that it names."""
    planned = status_of(record.row) == str(Status.PLANNED)
    return planned and lock_of(record.row) is not None


def lock_of(row: JobRow) -> Lock | None:
    """Lock of a row; none for a word that is none, which is reported elsewhere."""
    word = None if row.lock is None else _LOCKS.get(umlauts_folded(row.lock))
    return None if word is None else Lock(word)
