"""Trials on many random shifts, in the background: they outlive the page."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core.charts import theme
from core.charts.comparison import difference_boxes
from core.comparison.paired import paired
from core.comparison.trial_pool import MOST_TRIALS, TrialSpec
from core.comparison.trial_tables import mean_table, trials_csv
from core.comparison.trials import Trial
from core.planning.settings import PlanSettings
from core.problem.saving.serialize import problem_to_bytes
from core.problem.shift import Shift
from core.runs.launch import launch
from core.runs.trial_run import queue_trials, trials_of
from core.store.background.run import Run
from core.store.background.runs import Runs
from core.store.errors import StoreError
from pages.parts.chart import show_chart
from pages.parts.compare.run import IN_HAND, LIMIT_SECONDS, title
from pages.parts.guard import friendly_errors
from pages.parts.kept.stored import database
from pages.parts.models import model_fault, with_chosen_model
from pages.parts.sidebar.shift import KINDS
from pages.parts.state import Key

THIS = "this"


def show_trials(shift: Shift, settings: PlanSettings, names: tuple[str, ...]) -> None:
    """Show what to try, and the trials last started."""
    st.subheader("Is that chance? Trials on random shifts", anchor=False)
    with friendly_errors():
        chosen = tuple(name for name in names if name != IN_HAND)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            like = st.selectbox(
                "Shifts",
                [THIS, *KINDS],
                format_func=lambda x: (
                    "Like this one, drawn anew" if x == THIS else KINDS[x]
                ),
                key=Key.TRIALS_LIKE,
                persist_state="session",
                width=260,
            )
            count = st.number_input(
                "Trials",
                1,
                MOST_TRIALS,
                10,
                key=Key.TRIALS_COUNT,
                persist_state="session",
                width=140,
            )
            pressed = st.button(
                "Run trials", icon=":material/science:", disabled=len(chosen) < 2
            )
        said = [model_fault(replace(settings, scheduler=x)) for x in chosen]
        for fault in dict.fromkeys(x for x in said if x is not None):
            st.warning(theme.unmarked(fault), icon=":material/error:")
        if len(chosen) < 2:
            st.caption("Choose two schedulers above; a plan in hand has no trials.")
        try:
            runs = Runs(database())
            if pressed and len(chosen) > 1:
                _start(runs, shift, settings, chosen, like, int(count))
            _follow(runs)
        except StoreError as error:
            st.warning(str(error), icon=":material/error:")


def _start(
    runs: Runs,
    shift: Shift,
    settings: PlanSettings,
    names: tuple[str, ...],
    like: str,
    count: int,
) -> None:
    """Queue the trials and start their worker."""
    problem = shift.problem
    generated = like != THIS
    spec = TrialSpec(
        schedulers=names,
        like=like if generated else problem_to_bytes(problem),
        jobs=problem.num_jobs if generated else None,
        machines=problem.num_machines if generated else None,
        settings=with_chosen_model(settings),
        limit=LIMIT_SECONDS,
    )
    count = min(max(count, 1), MOST_TRIALS)  # the widget's limits are the browser's
    run = queue_trials(runs, f"{count} trials", spec, count, problem=problem)
    launch(runs, run.id)
    st.session_state[Key.TRIALS_RUN] = run.id


def _follow(runs: Runs) -> None:
    """Show the trials of this session, else those started last."""
    run_id = st.session_state.get(Key.TRIALS_RUN)
    if run_id is None:
        newest = runs.newest("trials", 1)
        if not newest:
            st.caption("Both plan the same shifts; what differs is the scheduler.")
            return
        run_id = newest[0].id
    if runs.get(run_id).state in ("queued", "running", "stopping"):
        _live(run_id)
    else:
        _show(runs, runs.get(run_id))


@st.fragment(run_every="1s")
def _live(run_id: str) -> None:
    """Show trials under way, refreshed by itself until they end."""
    with friendly_errors():
        runs = Runs(database())
        runs.mark_interrupted()
        run = runs.get(run_id)
        if run.state not in ("queued", "running", "stopping"):
            st.rerun()
        words = {"queued": "Waiting", "stopping": "Stopping"}.get(run.state, "Trying")
        left = "" if run.seconds_left is None else f", {run.seconds_left:.0f} s to go"
        st.progress(run.progress or 0.0, text=f"{words} …{left}")
        st.button(
            "Stop the trials, keep those done",
            icon=":material/stop_circle:",
            disabled=run.state == "stopping",
            on_click=_stop,
            args=(run_id,),
        )
        _show(runs, run)


def _stop(run_id: str) -> None:
    """Ask the worker to stop; one that has ended meanwhile is no fault."""
    runs = Runs(database())
    if runs.get(run_id).state in ("queued", "running"):
        runs.request_stop(run_id)


def _show(runs: Runs, run: Run) -> None:
    """Show the trials that are done."""
    done = trials_of(runs, run.id)
    names = tuple(run.config["schedulers"])
    size = (
        f"{run.data.get('jobs', '?')} jobs on {run.data.get('machines', '?')} machines"
    )
    state = {
        "finished": "All done",
        "stopped": "Stopped",
        "failed": "Failed",
        "interrupted": "Interrupted",
    }.get(run.state, "Under way")
    st.caption(f"{state}: {len(done)} of {run.config['trials']} trials, {size}.")
    if run.error:
        st.warning("The trials ended early. What their log says:")
        st.text(run.error)
    if not done:
        return
    for name in names[1:]:
        _verdict(done, names[0], name)
    _, *rows = mean_table(done, names)
    head = ["Mean of all trials", *map(title, names)]
    lines = [head, [":--", *["--:"] * len(names)], *rows]
    st.markdown("\n".join(f"| {' | '.join(line)} |" for line in lines))
    others = [(name, title(name)) for name in names[1:]]
    show_chart(
        difference_boxes(done, names[0], others),
        key=f"boxes_{run.id}",
        alt="Box plot of the difference in cost, trial by trial.",
    )
    st.download_button(
        "Trials as CSV",
        trials_csv(done),
        "trials.csv",
        "text/csv",
        icon=":material/csv:",
        on_click="ignore",
    )


def _verdict(done: list[Trial], first: str, second: str) -> None:
    """Say what the trials mean, in a sentence."""
    pair = paired(done, first, second)
    if pair.trials < 2:
        st.markdown("Two trials at least are needed for a verdict.")
        return
    if pair.high < 0:
        color, word, sign = "green", "cheaper", "−"
    elif pair.low > 0:
        color, word, sign = "red", "dearer", "+"
    else:
        st.markdown(
            f"**{title(second)}**: no difference that these trials could tell "
            f"({pair.low:+.1f} … {pair.high:+.1f} %)."
        )
        return
    st.markdown(
        f"**{title(second)}**: :{color}[{sign} {abs(pair.percent):.1f} % {word}] than "
        f"{title(first)}, 95 % interval {pair.low:+.1f} … {pair.high:+.1f} %, wins "
        f"{pair.wins} of {pair.trials}."
    )
