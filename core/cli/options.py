"""Options that commands share: each group is a dataclass, one option per field."""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from core.cli.border import Interrupt, bad_option, say, show_progress
from core.cli.day.floor import locks_fault
from core.planning.catalogue import UnknownSchedulerError, names

if TYPE_CHECKING:
    from core.planning.plan import Plan
    from core.planning.settings import PlanSettings
    from core.problem.objective import Objective
    from core.problem.shift import Shift


def with_groups(command: Callable[..., None]) -> Callable[..., None]:
    """
    Give a command one option for each field of its parameters that are groups.

    Parameters
    ----------
    command
        A parameter whose type is a dataclass is a group; its fields are annotated as
        typer takes options. The command is called with the group filled.
    """
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, Any] = {}
    options: list[inspect.Parameter] = []
    for parameter in inspect.signature(command).parameters.values():
        group = hints[parameter.name]
        if not is_dataclass(group):
            options.append(_option(parameter.name, group, parameter.default))
            continue
        groups[parameter.name] = group
        of_group = get_type_hints(group, include_extras=True)
        options += [
            _option(
                field.name,
                of_group[field.name],
                inspect.Parameter.empty if field.default is MISSING else field.default,
            )
            for field in fields(group)
        ]

    @functools.wraps(command)
    def filled(**values: Any) -> None:
        for name, group in groups.items():
            taken = {field.name: values.pop(field.name) for field in fields(group)}
            values[name] = group(**taken)
        command(**values)

    vars(filled)["__signature__"] = inspect.Signature(options)
    filled.__annotations__ = {option.name: option.annotation for option in options}
    return filled


def _option(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, default=default, annotation=annotation)


@dataclass(frozen=True)
class HowToPlan:
    """The options of planning but for what plans."""

    objective: Annotated[
        str, typer.Option(help="Weights of makespan, tardiness and setup.")
    ] = "1,1,0.2"
    samples: Annotated[
        int, typer.Option(min=1, help="Plans to draw; the best is kept.")
    ] = 1
    refine_seconds: Annotated[
        float, typer.Option(min=0, help="Seconds to improve the plan afterwards.")
    ] = 0.0
    lookahead: Annotated[
        str | None,
        typer.Option(
            help="Minutes a machine may wait for a job although it could start "
            "another; inf: any. The model's own unless given."
        ),
    ] = None
    visible: Annotated[
        int, typer.Option(help="Jobs in sight when planning in batches, 50 to 888.")
    ] = 172
    most_jobs: Annotated[
        int | None,
        typer.Option(min=1, help="Above so many jobs, unified plans in batches."),
    ] = None
    effort: Annotated[
        str,
        typer.Option(
            help="How long auto searches: none (or 0), quick, normal, thorough, open."
        ),
    ] = "normal"
    most_seconds: Annotated[
        float | None,
        typer.Option(min=0, help="Seconds after which auto stops with what it has."),
    ] = None
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything random.")] = 0
    cautious: Annotated[
        bool,
        typer.Option(
            "--cautious",
            help="The plan that costs least when times vary, not as planned.",
        ),
    ] = False
    model: Annotated[str | None, typer.Option(help="Name of the model.")] = None

    def settings(self, **others: Any) -> PlanSettings:
        """
        Return the settings that the options say.

        Parameters
        ----------
        others
            Fields of the settings that no option here is for.

        Raises
        ------
        typer.BadParameter
            When an option cannot be read, is out of range, or names what is not there.
        """
        from core.planning.settings import PlanSettings

        lookahead = None if self.lookahead is None else parse_lookahead(self.lookahead)
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        given |= {"objective": parse_objective(self.objective), "lookahead": lookahead}
        given["effort"] = "none" if self.effort == "0" else self.effort
        try:
            return PlanSettings(**given | others)
        except UnknownSchedulerError as error:
            raise bad_option("--scheduler", str(error)) from None
        except ValueError as error:
            raise bad_option("how to plan", str(error)) from None


@dataclass(frozen=True)
class PlanOptions(HowToPlan):
    """The options of a command that makes one plan."""

    scheduler: Annotated[
        str, typer.Option(help=f"What plans: {', '.join(names())}.")
    ] = "auto"

    def plan(self, shift: Shift) -> Plan:
        """
        Plan a shift, with progress at the terminal; Ctrl+C keeps the best plan so far.

        Raises
        ------
        typer.BadParameter
            When there is no such model; see :meth:`settings`.
        KeyboardInterrupt
            When stopped before there was a plan.
        """
        settings = self.settings()

        from core.planning.scheduler import PlanningCancelled
        from core.policy.shipped import NotShippedError
        from core.schedulers.registry import plan
        from core.timing.commitments import ImpossibleLockError

        with Interrupt() as stop:
            try:
                made = plan(shift, settings, stop=stop, progress=show_progress)
            except NotShippedError as error:
                raise bad_option("--model", str(error)) from None
            except ImpossibleLockError as error:
                raise locks_fault(shift, error) from None
            except PlanningCancelled:
                raise KeyboardInterrupt from None  # there is no plan to keep
        if stop():
            say("Stopped before the end: this is the best plan so far.")
        return made


def parse_objective(text: str) -> Objective:
    """
    Objective from its option, three numbers.

    Raises
    ------
    typer.BadParameter
        When it is not three weights.
    """
    from core.problem.objective import Objective

    try:
        makespan, tardiness, setup = (float(x) for x in text.split(","))
        return Objective(makespan, tardiness, setup)
    except ValueError:
        raise bad_option(
            "--objective",
            f"expected three weights such as 1,1,0.2, not negative and not all 0; "
            f"got {text!r}.",
        ) from None


def parse_lookahead(text: str) -> float:
    """
    Seconds of lookahead from its option in minutes.

    Raises
    ------
    typer.BadParameter
        When it is not a number of minutes.
    """
    try:
        minutes = float(text)
    except ValueError:
        minutes = math.nan
    if not minutes >= 0:
        raise bad_option("--lookahead", f"expected minutes or inf, got {text!r}.")
    return minutes * 60


def parse_list(text: str) -> tuple[str, ...]:
    """Return the parts of ``a,b,c``; empty ones are dropped."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def parse_size(option: str, text: str) -> tuple[int, int]:
    """
    Jobs and machines from ``411x30``.

    Raises
    ------
    typer.BadParameter
        When it is something else, or too large.
    """
    try:
        jobs, machines = (int(part) for part in text.lower().split("x"))
    except ValueError:
        jobs = machines = 0
    if not (1 <= jobs <= 20_000 and 1 <= machines <= 1_000):
        raise bad_option(option, f"expected e.g. 411x30, got {text!r}.")
    return jobs, machines
