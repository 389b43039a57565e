"""
What a session remembers: every key of the session state, typed, in one place.

Nothing here is shared between sessions, so two tabs never mix. Widgets that must
survive a change of pages say ``persist_state="session"``; uploaded files cannot, so
``FILES`` holds them (see :mod:`pages.parts.sidebar.uploads`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from core.planning.plan import Plan
    from core.problem.shift import Shift
    from pages.parts.background import BackgroundWork


class Key(StrEnum):
    """Keys of the session state; those of widgets name the widget."""

    APP_READY = "app_ready"
    SENT_TO_APP = "sent_to_app"
    IN_STORE = "in_store"
    HAND_NOTICE = "hand_notice"
    SHIFT = "shift"
    PLAN = "plan"
    PREVIOUS = "previous_plan"
    PLANNING = "planning"
    QUESTION = "question"
    NOTICE = "notice"
    PROVING = "proving"

    # Sidebar: the shift
    SOURCE = "source"
    SAMPLE = "sample"
    FILES = "files"
    UPLOADER = "uploader"
    UPLOADS = "uploads"
    UPLOAD_NOTICE = "upload_notice"
    START = "start"
    UPLOAD_START = "upload_start"
    CHOSEN_START = "chosen_start"
    GENERATED_JOBS = "generated_jobs"
    GENERATED_MACHINES = "generated_machines"
    GENERATED_KIND = "generated_kind"
    GENERATED_SEED = "generated_seed"

    # The planner's files: how they are read, and what was edited in them
    MAPPING = "mapping"
    MAPPING_OPEN = "mapping_open"
    MAPPING_NOTICE = "mapping_notice"
    KINDS_OF_FILES = "kinds_of_files"
    TABLE = "table"
    DRAFTS = "drafts"
    EDIT_COUNT = "edit_count"
    EDITS = "edits"
    EDIT_NOTICE = "edit_notice"
    EDIT_FAULTS = "edit_faults"
    TABS = "tabs"

    # Sidebar: the settings
    FINISH_EARLY = "finish_early"
    ON_TIME = "on_time"
    FEW_SETUPS = "few_setups"
    KEEP = "keep"
    SCHEDULER = "scheduler"
    SAMPLES = "samples"
    REFINE_SECONDS = "refine_seconds"
    EFFORT = "effort"
    CAUTIOUS = "cautious"

    # The chart of the plan
    SPAN = "span"
    BEGIN = "begin"
    COLOR = "color"
    TYPES = "types"
    MACHINES = "machines"
    FILTERED = "filtered"
    JOB = "job"
    CHART = "chart"

    # The day in the shop: what happened, and the versions of the plan
    DAY = "day"
    DAYS = "days"
    BASE = "base"
    NOW = "now"
    CAUSE = "cause"
    CONFLICT = "conflict"
    VERSION = "version"
    HAPPENED = "happened"
    REPAIRS = "repairs"
    DAY_NOTICE = "day_notice"
    RETURNED = "returned"
    FILES_BEFORE = "files_before"

    # Orders
    ORDER = "order"
    ORDERS_SHOWN = "orders_shown"
    ORDERS_SEARCH = "orders_search"
    ORDERS_SPREAD = "orders_spread"
    ORDERS_AT = "orders_at"
    ORDERS_TABLE = "orders_table"
    ORDERS_STRIP = "orders_strip"
    ORDERS_TAB = "orders_tab"
    ORDERS_EFFECT = "orders_effect"
    ORDERS_WANTED = "orders_wanted"
    ORDERS_TOGETHER = "orders_together"
    ORDERS_OVERTIME = "orders_overtime"
    ORDERS_MOVE = "orders_move"
    ORDERS_CERTAINTY = "orders_certainty"
    WHISKERS = "whiskers"
    REMEDY_SEARCH = "remedy_search"
    REMEDY = "remedy"
    REMEDY_APPLIED = "remedy_applied"

    # Load over time
    LOAD_ROWS = "load_rows"
    LOAD_PERIOD = "load_period"
    LOAD_TABLE = "load_table"
    LOAD_CHART = "load_chart"

    # What can be had
    FRONT_SEARCH = "front_search"
    FRONT_POINT = "front_point"
    FRONT_CHART = "front_chart"

    # The comparison
    COMPARED = "compared"
    COMPARING = "comparing"
    COMPARE_NOTICE = "compare_notice"
    CONTENDERS = "contenders"
    VISIBLE = "visible"
    COMPARE_SPAN = "compare_span"
    COMPARE_BEGIN = "compare_begin"
    COMPARE_COLOR = "compare_color"
    COMPARE_TYPES = "compare_types"
    COMPARE_MACHINES = "compare_machines"
    COMPARE_JOB = "compare_focus"
    PAIR = "pair"

    # Trials
    TRIALS_RUN = "trials_run"
    TRIALS_COUNT = "trials_count"
    TRIALS_LIKE = "trials_like"

    # Scenarios
    OPENED = "opened"
    SCENARIO = "scenario"
    SCENARIO_NAME = "scenario_name"
    SCENARIO_OTHER = "scenario_other"
    SCENARIO_NEW_NAME = "scenario_new_name"
    SCENARIO_NOTICE = "scenario_notice"

    # Step through
    DECISIONS = "decisions"
    STEP = "step"
    STEP_INPUT = "step_input"
    STEP_JOB = "step_job"
    STEP_STRIP = "step_strip"
    STEP_CLICKED = "step_clicked"
    STEP_SPAN = "step_span"
    STEP_BEGIN = "step_begin"
    STEP_COLOR = "step_color"
    STEP_TYPES = "step_types"
    STEP_MACHINES = "step_machines"
    STEP_FOCUS = "step_focus"
    STEP_NOTICE = "step_notice"
    PLAYING = "playing"
    SPEED = "speed"
    TICK = "tick"
    SHOW_EXCLUDED_JOBS = "show_excluded_jobs"
    SHOW_EXCLUDED_MACHINES = "show_excluded_machines"
    WHY_JOB = "why_job"
    WHY_MACHINE = "why_machine"
    IF_JOB = "if_job"
    IF_MACHINE = "if_machine"
    ALTERNATIVE = "alternative"
    OVERRIDDEN = "overridden"

    # Training
    TRAIN_DATA = "train_data"
    TRAIN_KEPT = "train_kept"
    TRAIN_BUDGET = "train_budget"
    TRAIN_UNIT = "train_unit"
    TRAIN_NAME = "train_name"
    TRAIN_POLICY = "train_policy"
    TRAIN_PARENT = "train_parent"
    TRAIN_REWARD = "train_reward"
    TRAIN_JOBS = "train_jobs"
    TRAIN_MACHINES = "train_machines"
    TRAIN_RATE = "train_rate"
    TRAIN_JOB_EPSILON = "train_job_epsilon"
    TRAIN_MACHINE_EPSILON = "train_machine_epsilon"
    TRAIN_SEED = "train_seed"
    TRAIN_HELD_OUT = "train_held_out"
    TRAIN_KINDS = "train_kinds"
    TRAIN_STAGES = "train_stages"
    TRAIN_SHOWN = "train_shown"
    TRAIN_NOTICE = "train_notice"
    TRAIN_EXAMPLE = "train_example"
    TRAIN_MODEL = "train_model"
    TRAIN_UPLOAD = "train_upload"
    EVALUATING = "evaluating"


@dataclass(frozen=True)
class WindowKeys:
    """
    Keys of what a page shows of a chart.

    Parameters
    ----------
    span, begin
        Length of the visible time, and where it begins, in seconds since plan start.
    color
        What the colour says.
    types, machines, job
        Machine types and machines shown; the job in focus.
    """

    span: Key
    begin: Key
    color: Key
    types: Key
    machines: Key
    job: Key

    @property
    def of_shift(self) -> tuple[Key, ...]:
        """Keys that mean nothing for another shift."""
        return self.span, self.begin, self.types, self.machines, self.job


PLAN_WINDOW = WindowKeys(
    Key.SPAN, Key.BEGIN, Key.COLOR, Key.TYPES, Key.MACHINES, Key.JOB
)
COMPARE_WINDOW = WindowKeys(
    Key.COMPARE_SPAN,
    Key.COMPARE_BEGIN,
    Key.COMPARE_COLOR,
    Key.COMPARE_TYPES,
    Key.COMPARE_MACHINES,
    Key.COMPARE_JOB,
)
STEP_WINDOW = WindowKeys(
    Key.STEP_SPAN,
    Key.STEP_BEGIN,
    Key.STEP_COLOR,
    Key.STEP_TYPES,
    Key.STEP_MACHINES,
    Key.STEP_FOCUS,
)


def current_shift() -> Shift | None:
    """Return the shift in hand; ``None`` while its files have errors."""
    shift: Shift | None = st.session_state.get(Key.SHIFT)
    return shift


def keep_shift(shift: Shift | None) -> None:
    """Take a shift in hand; what was shown of another one is forgotten."""
    before = current_shift()
    st.session_state[Key.SHIFT] = shift
    same = (
        before is not None
        and shift is not None
        and before.content_hash == shift.content_hash
    )
    if not same:
        planning: BackgroundWork | None = st.session_state.get(Key.PLANNING)
        if planning is not None:
            planning.stop()
            st.session_state[Key.PLANNING] = None
        st.session_state[Key.NOTICE] = None
        goes_on = _goes_on(before, shift)
        for window in (PLAN_WINDOW, COMPARE_WINDOW, STEP_WINDOW):
            for key in window.of_shift:
                if not goes_on or key is window.job:
                    st.session_state.pop(key, None)


def _goes_on(before: Shift | None, shift: Shift | None) -> bool:
    """Whether a shift is the one before after something happened: jobs may be new."""
    if before is None or shift is None or before.start != shift.start:
        return False
    first, second = before.problem, shift.problem
    known = min(first.num_jobs, second.num_jobs)
    return (
        first.machine_ids == second.machine_ids
        and first.machine_type_names == second.machine_type_names
        and first.job_ids[:known] == second.job_ids[:known]
    )


def current_plan() -> Plan | None:
    """Return the plan of the shift in hand; ``None`` before it is planned."""
    plan: Plan | None = st.session_state.get(Key.PLAN)
    return plan if plan is not None and _of_shift(plan) else None


def previous_plan() -> Plan | None:
    """Return the plan before the current one, if it was of the same shift or day."""
    plan: Plan | None = st.session_state.get(Key.PREVIOUS)
    if plan is None or not (_of_shift(plan) or _goes_on(plan.shift, current_shift())):
        return None
    return plan


def keep_plan(plan: Plan) -> None:
    """Make a plan the current one; the one so far becomes the previous one."""
    if st.session_state.get(Key.PLAN) is plan:
        return  # taken twice: the one before stays the previous one
    st.session_state[Key.PREVIOUS] = st.session_state.get(Key.PLAN)
    st.session_state[Key.PLAN] = plan


def _of_shift(plan: Plan) -> bool:
    """Whether a plan is of the shift in hand."""
    shift = current_shift()
    return shift is not None and plan.shift.content_hash == shift.content_hash
