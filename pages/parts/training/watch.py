"""Watch: the runs, their curves, their log and a plan of the newest checkpoint."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.charts import theme
from core.charts.bars.gantt import gantt
from core.charts.curves import RunCurves, held_out_chart, learning_curves
from core.charts.window import View
from core.problem import phrases
from core.problem.shift import Shift
from core.runs.launch import kill, launch_next
from core.store.background.run import Run
from core.store.background.runs import Runs
from core.store.errors import StoreError
from core.store.models import Models
from pages.parts.chart import show_chart
from pages.parts.guard import friendly_errors
from pages.parts.kept.stored import database
from pages.parts.state import Key
from pages.parts.tables import PERCENT
from pages.parts.training.evaluate import held_out_costs

if TYPE_CHECKING:
    from core.planning.scheduler import Result

STATES = {
    "queued": "waiting",
    "running": "training",
    "stopping": "stopping",
    "stopped": "stopped",
    "finished": "finished",
    "failed": "failed",
    "interrupted": "interrupted",
}
ALIVE = ("queued", "running", "stopping")
LOG_LINES = 25
MOST_SHOWN = 6  # runs on top of each other


def show_runs(shift: Shift | None) -> None:
    """Show the runs; refreshed by itself while one is at work."""
    runs = Runs(database())
    runs.mark_interrupted()
    known = runs.newest("training")
    st.subheader("Runs", anchor=False)
    if not known:
        _show_notice()
        st.caption("No run yet. Start one above; its curves appear here.")
        return
    if any(run.state in ALIVE for run in known):
        _live(shift)
    else:
        with st.container():  # where `_live` draws, so that all stays in its place
            _show(runs, known, shift, live=False)


@st.fragment(run_every="2s")
def _live(shift: Shift | None) -> None:
    """Show runs of which one is at work; ends with the last of them."""
    with friendly_errors():
        runs = Runs(database())
        runs.mark_interrupted()
        known = runs.newest("training")
        if not any(run.state in ALIVE for run in known):
            st.rerun()  # the whole page: there is a model now, and nothing to refresh
        if all(run.state == "queued" for run in known if run.state in ALIVE):
            launch_next(runs)
        _show(runs, known, shift, live=True)


def _show(runs: Runs, known: list[Run], shift: Shift | None, live: bool) -> None:
    """Show the table of runs and those that were chosen."""
    # What comes and goes has a place of its own: without it, everything below would
    # move, and what the planner has unfolded would fold up again.
    with st.container():
        _show_notice()
    curves = {run.id: RunCurves(run.name, runs.metrics(run.id)) for run in known[:30]}
    worth = _worth()
    st.dataframe(
        [_row(run, worth.get(run.id)) for run in known],
        hide_index=True,
        placeholder="–",
        height=min(38 + 35 * len(known), 290),
        column_config={
            "done": st.column_config.ProgressColumn(
                "Done", min_value=0, max_value=100, format=PERCENT, width=120
            ),
        },
    )
    by_id = {run.id: run for run in known}
    shown = [x for x in st.session_state.get(Key.TRAIN_SHOWN, []) if x in by_id]
    st.session_state[Key.TRAIN_SHOWN] = shown or [known[0].id]
    chosen = st.multiselect(
        "Runs to look at; buttons act on the first",
        list(by_id),
        format_func=lambda i: f"{by_id[i].name} · {_when(by_id[i].created)}",
        max_selections=MOST_SHOWN,
        key=Key.TRAIN_SHOWN,
    )
    if not chosen:
        return
    first = by_id[chosen[0]]
    _buttons(runs, first)
    with st.container():
        if first.error:
            st.warning(f"“{theme.unmarked(first.name)}” {STATES[first.state]}:")
            st.text(first.error)
    several = [
        curves.get(i) or RunCurves(by_id[i].name, runs.metrics(i)) for i in chosen
    ]
    with st.container():
        _curves(several, live)
    with st.expander("Log", icon=":material/article:", key="run_log"):
        st.code("\n".join(runs.log_tail(first.id, LOG_LINES)) or "Nothing yet.",
                language=None)  # fmt: skip
        st.caption(
            f"TensorBoard: tensorboard --logdir {runs.folder(first.id) / 'events'}"
        )
    _example(runs, first, shift)


def _curves(several: list[RunCurves], live: bool) -> None:
    """Show what several runs have come to, on top of each other."""
    if not any(run.metrics for run in several):
        words = "The first figures come in a moment." if live else "It has no figures."
        st.caption(words)
    else:
        st.markdown("**Cost while it trains**: on a few problems set aside, before any "
                    "refinement; less is better. When it is done, its model is judged "
                    "on others.")  # fmt: skip
        show_chart(
            held_out_chart(several),
            key="held_out",
            alt="Cost on problems set aside over decisions, with the best rule and the "
            "default model.",
        )
        with st.expander(
            "How it learns", icon=":material/show_chart:", key="run_curves"
        ):
            show_chart(
                learning_curves(several),
                key="curves",
                alt="Reward, entropy, KL, clip fraction, value loss, explained "
                "variance and curriculum stage over decisions.",
            )


def _show_notice() -> None:
    """Say what came of the last press, once."""
    notice = st.session_state.pop(Key.TRAIN_NOTICE, None)
    if notice is not None:
        good, words = notice
        (st.success if good else st.warning)(theme.unmarked(words))


def _worth() -> dict[str, dict[str, Any]]:
    """Held-out costs of the models that runs made, as the models' cards say them."""
    models = Models(database())
    found = {}
    for model in models.all():
        figures = held_out_costs(models, model.name)
        if model.run is not None and figures is not None:
            found[model.run] = figures
    return found


def _row(run: Run, costs: dict[str, Any] | None) -> dict[str, Any]:
    """One line of the table; what a model is worth is known once it is judged."""
    left = run.seconds_left
    costs = costs or {}
    return {
        "Run": run.name,
        "State": STATES[run.state],
        "done": 100 * (run.progress or 0.0),
        "Time left": "" if left is None else phrases.duration(left),
        "Held-out cost": round(costs["cost"], 4) if costs else None,
        "Against rule": _against(costs.get("against_rule")),
        "Against default": _against(costs.get("against_default")),
        "Learns from": str(run.data.get("words", "")),
        "Started": _when(run.created),
    }


def _against(found: dict[str, Any] | None) -> str:
    if found is None or found["mean"] is None:
        return ""
    return f"{100 * found['mean']:+.1f} %".replace("-", "−")


def _when(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds)
    return f"{moment.day} {moment:%b %H:%M:%S}"


def _buttons(runs: Runs, run: Run) -> None:
    """Show what can be done with a run."""
    alive = run.state in ALIVE
    with st.container(horizontal=True, key="run_buttons"):
        st.button(
            "Stop, keep the model",
            icon=":material/stop_circle:",
            disabled=not alive or run.state == "stopping",
            on_click=_do,
            args=(runs.request_stop, run, "is asked to stop; its model is kept."),
            key="run_stop",
        )
        st.button(
            "Resume",
            icon=":material/play_arrow:",
            disabled=run.state not in ("stopped", "failed", "interrupted"),
            on_click=_do,
            args=(_resume, run, "goes on from its newest checkpoint."),
            key="run_resume",
        )
        st.button(
            "Start it afresh",
            icon=":material/replay:",
            disabled=alive,
            help="A new run with the same settings, data and seed.",
            on_click=_do,
            args=(_retry, run, "is in the queue once more."),
            key="run_retry",
        )
        if alive and run.state != "queued":
            with st.popover("End it now", icon=":material/power_settings_new:"):
                st.caption("Only for a run that does not stop when asked.")
                st.button(
                    "End the process",
                    on_click=_do,
                    args=(_end, run, "was ended; it can be resumed."),
                    key="run_kill",
                )
        with st.popover("Delete", icon=":material/delete:", disabled=alive):
            st.text(f"Delete “{run.name}” with its figures and checkpoints for good? "
                    "Its models stay.")  # fmt: skip
            st.button(
                "Delete it",
                type="primary",
                on_click=_do,
                args=(_delete, run, "is deleted."),
                key="run_delete",
            )


def _do(action: Callable[[str], object], run: Run, words: str) -> None:
    """Act on a run; what is refused is said above the table."""
    try:
        action(run.id)
    except (StoreError, ValueError) as error:
        st.session_state[Key.TRAIN_NOTICE] = (False, str(error))
    else:
        st.session_state[Key.TRAIN_NOTICE] = (True, f"“{run.name}” {words}")


def _resume(run_id: str) -> None:
    runs = Runs(database())
    runs.resume(run_id)
    launch_next(runs)


def _retry(run_id: str) -> None:
    runs = Runs(database())
    made = runs.retry(run_id)
    launch_next(runs)
    st.session_state[Key.TRAIN_SHOWN] = [made.id]


def _end(run_id: str) -> None:
    kill(Runs(database()), run_id)


def _delete(run_id: str) -> None:
    Runs(database()).delete(run_id)
    st.session_state[Key.TRAIN_SHOWN] = []


def _example(runs: Runs, run: Run, shift: Shift | None) -> None:
    """Offer a plan of the shift in hand by the newest checkpoint."""
    with st.expander("Example plan", icon=":material/view_timeline:", key="run_plan"):
        if shift is None:
            st.caption("Choose a shift on the left; it is planned as an example.")
            return
        pressed = st.button("Plan this shift with the newest checkpoint", key="example")
        if pressed:
            st.session_state[Key.TRAIN_EXAMPLE] = None
            with st.spinner("Planning …"):
                st.session_state[Key.TRAIN_EXAMPLE] = _planned(runs, run, shift)
        found = st.session_state.get(Key.TRAIN_EXAMPLE)
        if found is None:
            return
        run_id, iteration, content, result = found
        if run_id != run.id or content != shift.content_hash:
            return
        if result is None:
            st.caption("There is no checkpoint yet.")
            return
        st.caption(
            f"After iteration {iteration}: cost {result.cost:.4f}, "
            f"{phrases.many(result.metrics.late_jobs, 'late job')}, ends "
            f"{phrases.moment(shift.start, result.schedule.makespan)}."
        )
        view = View(0, max(result.schedule.makespan, 1))
        show_chart(
            gantt(shift, result.schedule, view),
            key="example_gantt",
            alt="Gantt chart of the example plan.",
        )


def _planned(runs: Runs, run: Run, shift: Shift) -> tuple[str, int, str, Result | None]:
    """Plan the shift with the newest checkpoint of a run."""
    from core.problem.objective import Objective
    from core.runs.judging import newest_policy
    from core.schedulers.hierarchical import HierarchicalScheduler

    newest = newest_policy(runs, run)
    if newest is None:
        return run.id, 0, shift.content_hash, None
    model, iteration = newest
    _, *weights = run.config["settings"]["data"]["objectives"][0]
    result = HierarchicalScheduler(model).schedule(shift.problem, Objective(*weights))
    return run.id, iteration, shift.content_hash, result
