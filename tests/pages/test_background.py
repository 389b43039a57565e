"""Works beside the pages take turns: nobody waits for another's for good."""

import threading
import time

import pytest

from pages.parts.background import WAITING, BackgroundWork, Turns

PATIENCE = 20.0  # seconds; only a broken line needs them


class Work(BackgroundWork):
    """Works until it is told that it is enough, and asks whether to stop meanwhile."""

    def __init__(self, turns: Turns, begun: list[str], name: str = "") -> None:
        super().__init__()
        self.turns, self.begun, self.name = turns, begun, name
        self.enough = threading.Event()
        self.begin()

    def work(self) -> None:
        """Work on; where it began is noted."""
        self.begun.append(self.name)
        while not self.enough.is_set() and not self.over():
            time.sleep(0.01)

    def end(self) -> None:
        """Let it end."""
        self.enough.set()
        assert self.done(PATIENCE)


def until(true) -> None:
    """Wait until something is true."""
    give_up = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < give_up
        time.sleep(0.01)


@pytest.fixture
def begun():
    """Names of the works that began, in this order."""
    return []


def test_no_more_work_at_once_than_there_are_places_and_first_come_is_first(begun):
    """With two places the third and fourth wait, say so, and follow in their order."""
    turns = Turns(2, seconds=1000.0)
    works = []
    for name in "abcd":
        works.append(Work(turns, begun, name))
        until(lambda: works[-1].what == WAITING or works[-1].name in begun)
        time.sleep(0.05)
    assert begun == ["a", "b"]
    assert not turns.nobody
    assert [work.what == WAITING for work in works] == [False, False, True, True]
    works[1].end()
    until(lambda: begun == ["a", "b", "c"])
    works[0].end()
    until(lambda: begun == ["a", "b", "c", "d"])
    for work in works[2:]:
        work.end()
    until(lambda: turns.nobody)


def test_a_work_that_never_ends_keeps_nobody_waiting_for_good(begun):
    """It steps back once its turn is over, and goes on when the other has ended."""
    turns = Turns(1, seconds=0.1)
    endless = Work(turns, begun, "endless")
    until(lambda: begun == ["endless"])
    short = Work(turns, begun, "short")
    until(lambda: begun == ["endless", "short"])
    until(lambda: endless.what == WAITING)
    assert not endless.done()
    short.end()
    until(lambda: endless.what != WAITING)
    endless.end()


def test_a_turn_lasts_while_nobody_waits(begun):
    """Nobody is sent to the end of an empty line."""
    turns = Turns(1, seconds=0.0)
    alone = Work(turns, begun, "alone")
    until(lambda: begun == ["alone"])
    time.sleep(0.1)
    assert alone.what != WAITING
    alone.end()


def test_a_work_in_line_ends_when_it_is_stopped(begun):
    """Stop needs no place: what it comes to without any time is the outcome."""
    turns = Turns(1, seconds=1000.0)
    first = Work(turns, begun, "first")
    until(lambda: begun == ["first"])
    second = Work(turns, begun, "second")
    until(lambda: second.what == WAITING)
    second.stop()
    assert second.done(PATIENCE)
    assert not first.done()
    first.end()


def test_a_work_that_steps_back_ends_when_it_is_stopped(begun):
    """Also while it waits for its next turn."""
    turns = Turns(1, seconds=0.05)
    first = Work(turns, begun, "first")
    until(lambda: begun == ["first"])
    second = Work(turns, begun, "second")
    until(lambda: begun == ["first", "second"])
    turns._seconds = 1000.0  # noqa: SLF001 - the second keeps its place
    until(lambda: first.what == WAITING)
    first.stop()
    assert first.done(PATIENCE)
    assert not second.done()
    second.end()
