"""``benchmark``: the figures that the project quotes, measured anew."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.border import InputFault, bad_option, check_output, say
from core.cli.plan import write

if TYPE_CHECKING:
    from core.benchmarking.table import Report
    from core.policy.checkpoint import Model

BENCHMARKS = (
    *("fjsp", "pmp", "ssirit", "shifts", "claims", "speed", "step", "refine"),
    *("learning", "choices", "training"),
)
DEFAULT_SIZES = {
    "shifts": "411x30",
    "claims": "411x30,1000x60",
    "speed": "100x10,411x30,1000x60,4000x100",
    "step": "411x30,1000x60",
    "learning": "50x8",
    "choices": "80x8",
    "refine": "411x30",
    "training": "100x10,411x30",
}
DEFAULT_PARTS = {
    "shifts": "quality,machines,lookahead",
    "choices": "lookahead,reward,advantage,exploration",
    "training": "speed,processes,finetune",
}
DEFAULT_KINDS = {"choices": "shift,unrelated,flexible_job_shop"}


def benchmark(
    what: Annotated[str, typer.Argument(help=f"One of {', '.join(BENCHMARKS)}.")],
    folder: Annotated[
        Path | None,
        typer.Argument(help="Folder of public instances: fjsp, pmp, ssirit, refine."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Every measurement: .csv.")
    ] = None,
    model: Annotated[str, typer.Option(help="A model's name or folder.")] = "default",
    samples: Annotated[int, typer.Option(min=1, help="Plans of the policy.")] = 64,
    shifts: Annotated[int, typer.Option(min=1, help="Held-out shifts per kind.")] = 20,
    seconds: Annotated[
        float, typer.Option(min=0, help="Seconds to refine each plan; 0: not at all.")
    ] = 10.0,
    kinds: Annotated[
        str | None,
        typer.Option(help="Kinds of shifts, e.g. shift,shift_calendar, the default."),
    ] = None,
    sizes: Annotated[
        str | None, typer.Option(help="Jobs x machines, e.g. 411x30,1000x60.")
    ] = None,
    parts: Annotated[
        str | None,
        typer.Option(
            help="Of shifts: quality, machines, lookahead. Of choices: lookahead, "
            "reward, advantage, exploration. Of training: speed, processes, finetune. "
            "By default all."
        ),
    ] = None,
    decisions: Annotated[
        int,
        typer.Option(min=1, help="Of learning, choices, training: decisions per run."),
    ] = 200_000,
    seeds: Annotated[
        int, typer.Option(min=1, help="Of learning and training: runs each.")
    ] = 3,
    minutes: Annotated[
        float, typer.Option(help="Of training: budget of a fine-tune.")
    ] = 10.0,
    ways: Annotated[
        str, typer.Option(help="Of learning: which policies.")
    ] = "set,fixed,flat,maskable",
    problems: Annotated[
        str,
        typer.Option(
            help="Of learning: one, learned by heart, or fresh, judged on held-out."
        ),
    ] = "one",
    improvers: Annotated[
        str | None,
        typer.Option(
            help="Of refine: local, windows, sampling, or some joined by +, e.g. "
            "local,windows+local; by default each alone and together. cpsat: the "
            "exact solver by itself, in the same time."
        ),
    ] = None,
    sets: Annotated[
        str, typer.Option(help="Of refine: public sets, where a folder is given.")
    ] = "brandimarte,vdata,pmp,ssirit",
) -> None:
    """Measure plan quality, speed or learning; tables on screen and as CSV."""
    if what not in BENCHMARKS:
        raise bad_option("WHAT", f"expected one of {', '.join(BENCHMARKS)}.")
    if output is not None:
        check_output("--output", output, (".csv",))
    shapes = _sizes(sizes or DEFAULT_SIZES.get(what, "411x30"))
    kinds = kinds or DEFAULT_KINDS.get(what, "shift,shift_calendar")
    wanted = _listed(DEFAULT_PARTS.get(what, "") if parts is None else parts)
    if what in ("fjsp", "pmp", "ssirit"):
        report = _public(what, folder, model, samples, seconds)
    elif what == "refine":
        if seconds == 0:
            raise bad_option("--seconds", "refining takes more than 0 s.")
        report = _refine(
            folder, seconds, _listed(kinds), shifts, model, improvers, _listed(sets)
        )
    elif what == "learning":
        report = _learning(shapes[0], decisions, seeds, _listed(ways), problems, output)
    elif what == "speed":
        from core.benchmarking.speed import speed_report

        _model(model)  # refused here, not in a process of its own
        report = speed_report(shapes, _model_folder(model), tell=say)
    elif what == "step":
        from core.benchmarking.step_through import step_report

        try:
            report = step_report(shapes, _model(model), tell=say)
        except ValueError as error:
            raise bad_option("--sizes", str(error)) from None
    elif what == "choices":
        from core.benchmarking.design_choices import ChoiceSettings, choices_report

        try:
            settings = ChoiceSettings(
                *(*shapes[0], decisions, shifts, _known(kinds), wanted)
            )
        except ValueError as error:
            raise bad_option("choices", str(error)) from None
        report = choices_report(settings, tell=say)
    elif what == "training":
        report = _training(
            wanted, shapes, decisions, seeds, _known(kinds), minutes, shifts, model
        )  # fmt: skip
    elif what == "claims":
        from core.benchmarking.claims import claims_report

        report = claims_report(
            _model(model), sizes=shapes, shifts=min(shifts, 10), tell=say
        )
    else:
        from core.benchmarking.shifts import shifts_report

        chosen = _known(kinds)
        loaded = _model(model)
        try:
            report = shifts_report(
                loaded,
                kinds=chosen,
                sizes=shapes,
                shifts=shifts,
                samples=samples,
                parts=wanted,
                tell=say,
            )
        except ValueError as error:
            raise bad_option("--parts", str(error)) from None
    print(report.text())
    if output is not None:
        write(output, report.detail.csv())


def _public(
    what: str, folder: Path | None, model: str, samples: int, seconds: float
) -> Report:
    """Gap to the best known makespans of one format."""
    from core.benchmarking.public import (
        MissingInstancesError,
        instances_root,
        public_report,
    )

    try:
        root = instances_root(folder, what)
    except MissingInstancesError as error:
        raise InputFault(str(error)) from None
    return public_report(
        root, what, _model(model), samples=samples, seconds=seconds, tell=say
    )


def _refine(
    folder: Path | None,
    seconds: float,
    kinds: tuple[str, ...],
    shifts: int,
    model: str,
    chosen: str | None,
    sets: tuple[str, ...],
) -> Report:
    """What refinement gains over a greedy plan, by each improver and together."""
    from core.benchmarking.improvers import WAYS, improvers
    from core.benchmarking.public import FORMATS, MissingInstancesError, instances_root
    from core.benchmarking.refine import (
        ALONE,
        FOLDERS,
        SETS,
        measure,
        measure_alone,
        public_instances,
        random_shifts,
        refine_report,
    )
    from core.instances.kinds import KINDS
    from core.schedulers.hierarchical import HierarchicalScheduler

    for option, wanted, known in (("--kinds", kinds, KINDS), ("--sets", sets, SETS)):
        if unknown := [name for name in wanted if name not in known]:
            raise bad_option(
                option, f"expected {', '.join(known)}; got {unknown[0]!r}."
            )
    loaded = _model(model)
    named = WAYS if chosen is None else _listed(chosen)
    try:
        ways = {way: improvers(way, seconds, loaded) for way in named if way != ALONE}
    except ValueError as error:
        raise bad_option("--improvers", str(error)) from None
    start = HierarchicalScheduler(loaded)
    instances = [x for kind in kinds for x in random_shifts(kind, shifts)]
    if folder is not None:
        try:
            for kind in FORMATS:
                if kind in {FOLDERS[group] for group in sets}:
                    root = instances_root(folder, kind)
        except MissingInstancesError as error:
            raise InputFault(str(error)) from None
        instances += [x for group in sets for x in public_instances(root, group)]
    rows = []
    for instance in instances:
        for way in named:
            rows.append(
                measure_alone(instance, start, seconds)
                if way == ALONE
                else measure(instance, start, seconds, ways[way], way=way)
            )
            say(f"{instance.group} {instance.name} {way}: {rows[-1].ratio:.3f}")
    return refine_report(rows, seconds)


def _learning(
    size: tuple[int, int],
    decisions: int,
    seeds: int,
    ways: tuple[str, ...],
    problems: str,
    output: Path | None,
) -> Report:
    """Learning curves; the plot lies beside the CSV."""
    from core.benchmarking.curves import curves_svg
    from core.benchmarking.learning import LearningSettings, learning_report

    try:
        settings = LearningSettings(
            jobs=size[0],
            machines=size[1],
            decisions=decisions,
            seeds=tuple(range(seeds)),
            ways=ways,
            problems=problems,
        )
    except ValueError as error:
        raise bad_option("learning", str(error)) from None
    report = learning_report(settings, tell=say)
    if output is not None:
        write(output.with_suffix(".svg"), curves_svg(report.detail).encode())
    return report


def _training(
    parts: tuple[str, ...],
    sizes: list[tuple[int, int]],
    decisions: int,
    seeds: int,
    kinds: tuple[str, ...],
    minutes: float,
    held_out: int,
    model: str,
) -> Report:
    """Speed of training, several processes, and a fine-tune."""
    from core.benchmarking.training import TrainingBenchmark, training_report
    from core.store.errors import StoreError

    try:
        asked = TrainingBenchmark(
            parts, tuple(sizes), decisions, seeds, kinds, minutes, held_out, model
        )  # fmt: skip
    except ValueError as error:
        raise bad_option("training", str(error)) from None
    try:
        return training_report(asked, tell=say)
    except (RuntimeError, StoreError) as error:
        raise InputFault(str(error)) from None


def _known(text: str) -> tuple[str, ...]:
    """Kinds of shifts from ``shift,tight``."""
    from core.instances.kinds import KINDS

    kinds = _listed(text)
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        raise bad_option("--kinds", f"expected {', '.join(KINDS)}; got {unknown[0]!r}.")
    return kinds


def _model_folder(text: str) -> Path:
    """Folder of a model, from its name or itself."""
    from core.policy.shipped import NotShippedError, model_folder

    if Path(text).is_dir():
        return Path(text)
    try:
        return model_folder(text)
    except NotShippedError as error:
        raise InputFault(str(error)) from None


def _model(text: str) -> Model:
    """Load a model, by name or folder."""
    from core.policy.checkpoint import ModelError
    from core.policy.shipped import folder_model

    try:
        return folder_model(_model_folder(text))
    except ModelError as error:
        raise InputFault(str(error)) from None


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _sizes(text: str) -> list[tuple[int, int]]:
    """Jobs and machines from ``411x30,1000x60``."""
    found = []
    for part in _listed(text):
        try:
            jobs, machines = (int(x) for x in part.lower().split("x"))
        except ValueError:
            jobs = machines = 0
        if not (1 <= jobs <= 20_000 and 1 <= machines <= 1_000):
            raise bad_option("--sizes", f"expected e.g. 411x30, got {part!r}.")
        found.append((jobs, machines))
    if not found:
        raise bad_option("--sizes", "expected e.g. 411x30.")
    return found
