"""The border to the person at the terminal: messages and exit codes, no tracebacks."""

from __future__ import annotations

import functools
import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType
from typing import Any

import typer

FAULT = 1  # the input is at fault; wrong usage is 2, which typer sees to


class InputFault(Exception):
    """
    What the planner brought cannot be used; the message says why.

    Parameters
    ----------
    message
        For the planner.
    """


def at_the_border(command: Callable[..., None]) -> Callable[..., None]:
    """
    Turn what a command raises into a message and an exit code.

    Set ``SHIFTWRIGHT_TRACEBACK=1`` to see where a failure comes from.

    Parameters
    ----------
    command
        A command; its signature is kept, as typer reads the options from it.
    """

    @functools.wraps(command)
    def guarded(*arguments: Any, **options: Any) -> None:
        print_on_any_terminal()
        try:
            command(*arguments, **options)
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except InputFault as fault:
            say(str(fault))
            raise typer.Exit(FAULT) from None
        except KeyboardInterrupt:
            say("Stopped.")
            raise typer.Exit(130) from None
        except Exception as error:
            if os.environ.get("SHIFTWRIGHT_TRACEBACK"):
                raise
            say(f"This failed: {error or type(error).__name__}")
            raise typer.Exit(FAULT) from None

    return guarded


def print_on_any_terminal() -> None:
    """Print a replacement for what the terminal's encoding does not have."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="replace")


class Interrupt:
    """
    A stop that Ctrl+C asks for, so that what is found so far is kept.

    The first Ctrl+C makes it answer yes; the second ends the program.
    """

    def __init__(self) -> None:
        self.asked = False
        self._before: Any = None

    def __call__(self) -> bool:
        """Whether Ctrl+C was pressed."""
        return self.asked

    def __enter__(self) -> Interrupt:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._interrupted)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        say("Stopping; the best plan so far is kept. Press Ctrl+C again to give it up.")


def check_output(
    option: str,
    path: Path,
    endings: tuple[str, ...],
    inputs: Iterable[Path | None] = (),
) -> None:
    """
    Refuse an output file that would destroy something or be mistaken.

    Parameters
    ----------
    option
        Its name, e.g. ``--output``.
    path
        The file; ``-`` is standard output.
    endings
        Endings that say what is written.
    inputs
        Files that the command reads.

    Raises
    ------
    typer.BadParameter
        When it is one of the inputs, an existing folder, in no folder, or has
        another ending.
    """
    if str(path) == "-":
        return
    if path.is_dir():
        raise bad_option(option, f"{str(path)!r} is a folder; name a file in it.")
    if not path.resolve().parent.is_dir():
        raise bad_option(option, f"there is no folder {str(path.parent)!r}.")
    for other in inputs:
        if other is not None and _are_same(path, other):
            raise bad_option(
                option, f"{str(path)!r} is one of the inputs; name another file."
            )
    if path.suffix.lower() not in endings:
        raise bad_option(
            option,
            f"expected a name that ends in {' or '.join(endings)}, got {str(path)!r}.",
        )


def _are_same(one: Path, other: Path) -> bool:
    """Whether two paths are one file, by whatever links and spellings."""
    try:
        return one.samefile(other)
    except OSError:
        return one.resolve() == other.resolve()


def say(message: str) -> None:
    """Print a message for the person at the terminal, apart from the output."""
    print(message, file=sys.stderr, flush=True)


def show_progress(share: float, what: str) -> None:
    """Show how far long work is, on one line where there is a terminal."""
    if sys.stderr.isatty():
        end = "\n" if share >= 1 else ""
        print(f"\r{what} {share:4.0%}", end=end, file=sys.stderr, flush=True)


def bad_option(option: str, message: str) -> typer.BadParameter:
    """
    Return what to raise for a wrong option: exit code 2.

    Parameters
    ----------
    option
        Its name, e.g. ``--start``.
    message
        What was expected, and what was given.
    """
    return typer.BadParameter(message, param_hint=option)
