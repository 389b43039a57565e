"""The border to the person at the terminal: messages and exit codes, no tracebacks."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
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
