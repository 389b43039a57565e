"""A plan that lives through the day: versions, events, two windows on one shift."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from pandas import read_csv, read_excel

from core.decisions.whatif import what_if
from core.planning.decision import Scores
from core.problem.floor import PreviousPlan
from core.replanning.commitments import floor_as_planned
from core.replanning.day.event_log import EVENT_COLUMNS, event_rows
from core.replanning.day.events import JobLonger, MachineDown
from core.replanning.handover import handover
from core.schedulers.decided import rejoined
from core.store.shifts.versions import Versions
from core.tables.writing.filled import Table
from core.tables.writing.write_plan import (
    handover_workbook,
    schedule_csv,
    schedule_workbook,
)
from pages.parts.kept import stored
from pages.parts.orders.remedies import table_key
from pages.parts.orders.standing import lines_of
from pages.parts.state import Key
from tests.pages.test_in_hand import (
    SMALL,
    TIMEOUT,
    data,
    press,
    refreshed,
    said,
    upload,
    value,
    window,
)

__all__ = ["data"]


@pytest.fixture
def app(data):
    """The small sample, planned by a quick rule: version 1."""
    app = window(**{Key.SAMPLE: "small-24x6", Key.SCHEDULER: "rule:edd"})
    press(app, "Plan")
    return app


def plan_by(app, rule):
    """Plan anew by another rule."""
    app.sidebar.selectbox(key=Key.SCHEDULER).set_value(rule).run()
    press(app, "Plan")


def versions_of(app):
    """Cause and parent of each version in the store."""
    entries = Versions(stored.database()).all(value(app, Key.DAY).id)
    return [(x.cause, x.parent) for x in entries]


def click(app, key):
    """Press a button by its key."""
    app.button(key=key).click().run()
    assert not app.exception


def test_every_plan_in_hand_is_a_version(app):
    """The first, and each that is planned anew; a step elsewhere makes none."""
    assert versions_of(app) == [("Planned", None)]
    app.sidebar.number_input(key=Key.REFINE_SECONDS).set_value(5).run()
    assert versions_of(app) == [("Planned", None)]
    plan_by(app, "rule:spt")
    assert versions_of(app) == [("Planned", None), ("Planned anew", 1)]


def test_undo_and_redo_bring_plans_back(app):
    """One gesture, one step; the buttons know where there is nothing more."""
    first = value(app, Key.PLAN)
    assert app.button(key="icon_undo").disabled
    plan_by(app, "rule:spt")
    second = value(app, Key.PLAN)
    click(app, "icon_undo")
    assert value(app, Key.PLAN).content_hash == first.content_hash
    assert app.button(key="icon_undo").disabled
    click(app, "icon_redo")
    assert value(app, Key.PLAN).content_hash == second.content_hash
    assert app.button(key="icon_redo").disabled
    click(app, "version_1")
    assert value(app, Key.PLAN).content_hash == first.content_hash
    assert len(versions_of(app)) == 2  # nothing was accepted anew


def test_versions_outlast_a_refresh(app):
    """In a new session of the same address the way back is there."""
    first = value(app, Key.PLAN)
    plan_by(app, "rule:spt")
    again = refreshed(app)
    click(again, "icon_undo")
    assert value(again, Key.PLAN).content_hash == first.content_hash
    assert value(refreshed(again), Key.PLAN).content_hash == first.content_hash


def tell(app, *events):
    """Put events in force, as the sheet does."""
    app.session_state[Key.DAY] = replace(value(app, Key.DAY), events=events)
    app.run()
    assert not app.exception


def test_events_change_the_shift_in_hand_and_undo_takes_them_back(app):
    """A version holds the events that it was planned with."""
    start = value(app, Key.SHIFT).start
    job = value(app, Key.SHIFT).problem.job_ids[0]
    before = value(app, Key.SHIFT).content_hash
    tell(app, JobLonger(time=start, job=job, seconds=3600))
    after = value(app, Key.SHIFT).content_hash
    assert after != before
    press(app, "Plan")
    assert value(refreshed(app), Key.SHIFT).content_hash == after
    click(app, "icon_undo")
    assert value(app, Key.SHIFT).content_hash == before
    assert value(app, Key.DAY).events == ()
    click(app, "icon_redo")
    assert value(app, Key.SHIFT).content_hash == after
    assert [x.kind for x in value(app, Key.DAY).events] == ["job_longer"]


def test_events_that_fit_no_more_are_said_and_can_be_withdrawn(app):
    """Nothing of the log is applied until then."""
    start = value(app, Key.SHIFT).start
    down = MachineDown(time=start, machine="GONE", until=start + timedelta(hours=1))
    tell(app, down)
    assert any("1 event of today do not fit" in x.value for x in app.error)
    assert "There is no machine" in app.table[0].value["What is wrong"][0]
    click(app, "withdraw_faulty")
    assert not app.error
    assert value(app, Key.DAY).events == ()


def test_the_second_of_two_windows_is_told(app):
    """Both saw version 1; the first goes on, the second chooses, nothing is lost."""
    other = refreshed(app)
    plan_by(app, "rule:spt")
    plan_by(other, "rule:atcs")
    assert "version 2 is in force" in said(other)
    assert len(versions_of(app)) == 2
    click(other, "put_mine_after")
    assert versions_of(app) == [
        ("Planned", None),
        ("Planned anew", 1),
        ("Planned anew", 2),
    ]
    mine = value(other, Key.PLAN).content_hash
    click(app, "icon_undo")  # it still believes that version 2 is in force
    assert "version 3 is in force" in said(app)
    click(app, "take_theirs")
    assert value(app, Key.PLAN).content_hash == mine


def test_another_shift_is_another_day(app):
    """Its events and versions are its own; those of the first wait for it."""
    plan = value(app, Key.PLAN)
    app.session_state[Key.SOURCE] = "generated"
    app.session_state[Key.GENERATED_JOBS] = 8
    app.session_state[Key.GENERATED_MACHINES] = 3
    app.run()
    press(app, "Plan")
    assert versions_of(app) == [("Planned", None)]
    app.session_state[Key.SOURCE] = "sample"
    app.run()
    plan_by(app, "rule:spt")
    assert versions_of(app) == [("Planned", None), ("Planned anew", 1)]
    click(app, "icon_undo")
    assert value(app, Key.PLAN).content_hash == plan.content_hash


def events_of(app):
    """The log of the day as a sheet."""
    day = value(app, Key.DAY)
    return Table("events", EVENT_COLUMNS, tuple(event_rows(day.events, day.event_ids)))


def open_sheet(app, kind):
    """Open the sheet on one kind of event."""
    click(app, "press_happened")
    app.pills(key="happened_kind").set_value(kind).run()
    assert not app.exception


def previewed(app):
    """Wait for the ways to go on; their names."""
    preview = value(app, Key.REPAIRS)
    assert preview.done(TIMEOUT)
    assert preview.fault is None
    app.run()
    return [option.name for option in preview.options]


def test_a_machine_is_down_and_one_way_is_taken(app):
    """Three clicks: the sheet, the machine, the way; the plan says what happened."""
    before = value(app, Key.PLAN)
    open_sheet(app, "machine_down")
    machine = before.shift.problem.machine_ids[0]
    app.selectbox(key="happened_machine").set_value(0).run()
    assert previewed(app) == ["push", "frozen", "gentle", "free"]
    click(app, "take_gentle")
    plan = value(app, Key.PLAN)
    assert plan.content_hash != before.content_hash
    assert plan.shift.problem.calendars[0].closures[0].tolist() == [0, 3600]
    assert versions_of(app)[1][0] == f"{machine} is down until Mon 07:00. Gentle."
    assert value(refreshed(app), Key.PLAN).content_hash == plan.content_hash
    sheet = read_excel(
        io.BytesIO(schedule_workbook(plan, [events_of(app)])),
        sheet_name="events",
        engine="calamine",
    )
    assert sheet["what"].tolist() == [f"{machine} is down until Mon 07:00."]
    assert sheet["state"].tolist() == ["in force"]
    click(app, "icon_undo")
    assert value(app, Key.SHIFT).content_hash == before.shift.content_hash
    click(app, "icon_redo")
    assert value(app, Key.PLAN).content_hash == plan.content_hash
    assert value(app, Key.SHIFT).content_hash == plan.shift.content_hash


def test_an_event_at_nine_leaves_what_has_begun(app):
    """A job that takes longer, told at 09:00: what began before is as it was."""
    before = value(app, Key.PLAN)
    now = before.shift.start + timedelta(hours=3)
    open_sheet(app, "job_longer")
    at = next(x for x in app.get("datetime_input") if x.label == "At")
    at.set_value(now).run()
    running = int((before.result.schedule.end > 3 * 3600).argmax())
    app.selectbox(key="happened_longer_job").set_value(running).run()
    previewed(app)
    click(app, "take_push")
    plan = value(app, Key.PLAN)
    begun = before.result.schedule.start < 3 * 3600
    assert begun.any()
    assert (plan.result.schedule.start == before.result.schedule.start)[begun].all()
    assert plan.shift.floor.now == 3 * 3600
    assert value(app, Key.DAY).now == now
    press(app, "Plan")  # from now on, too
    anew = value(app, Key.PLAN).result.schedule
    assert (anew.start == plan.result.schedule.start)[begun].all()
    again = refreshed(app)
    assert value(again, Key.PLAN).content_hash == value(app, Key.PLAN).content_hash
    assert value(again, Key.SHIFT).content_hash == value(app, Key.SHIFT).content_hash


def test_a_rush_order_is_answered_with_three_promises(app):
    """The order of the cheapest for others; the job is new, with weight 50."""
    open_sheet(app, "rush_order")
    rows = "job_id\tprocessing_minutes\tdue\nHOT-1\t45\t2026-01-05 09:00"
    app.text_area(key="happened_rush").set_value(rows).run()
    assert previewed(app) == ["push", "frozen", "gentle", "free"]
    said = [x.value for x in app.caption if x.value.startswith("ends ")]
    assert len(said) == 4
    ends = {
        x.name: x.plan.result.schedule.end[-1] for x in value(app, Key.REPAIRS).options
    }
    assert ends["free"] == min(ends.values())
    click(app, "take_free")
    problem = value(app, Key.SHIFT).problem
    assert problem.job_ids[-1] == "HOT-1"
    assert problem.weight[-1] == 50
    assert problem.due[-1] == 3 * 3600
    assert value(app, Key.PLAN).result.problem.content_hash == problem.content_hash


def test_leaving_it_records_nothing(app):
    """The sheet closes, the plan and the log are as they were."""
    before = value(app, Key.PLAN)
    open_sheet(app, "machine_down")
    app.selectbox(key="happened_machine").set_value(1).run()
    click(app, "leave_it")
    assert value(app, Key.PLAN) is before
    assert value(app, Key.DAY).events == ()
    assert len(versions_of(app)) == 1
    assert "leave_it" not in [x.key for x in app.button]


def focus(app, job):
    """Put a job into focus, as a click on its bar does."""
    app.session_state[Key.JOB] = job
    app.run()


def test_a_lock_is_a_step_of_its_own(app):
    """It keeps the job where it is when all is planned anew; undo takes it away."""
    plan = value(app, Key.PLAN)
    job = int(plan.result.schedule.start.argmax())
    focus(app, job)
    click(app, "lock_start")
    assert [x.kind for x in value(app, Key.DAY).events] == ["job_locked"]
    assert len(versions_of(app)) == 2
    plan_by(app, "rule:spt")
    anew = value(app, Key.PLAN).result.schedule
    assert anew.start[job] == plan.result.schedule.start[job]
    assert anew.machine[job] == plan.result.schedule.machine[job]
    assert (anew.start != plan.result.schedule.start).any()
    click(app, "icon_undo")
    assert [x.kind for x in value(app, Key.DAY).events] == ["job_locked"]
    click(app, "icon_undo")
    assert value(app, Key.DAY).events == ()
    focus(app, job)
    assert "lock_start" in [x.key for x in app.button]


def choose_rows(app, *jobs):
    """Choose jobs at the table of jobs."""
    box = next(x for x in app.multiselect if x.label == "Lock or unlock jobs")
    box.set_value(list(jobs)).run()


def test_jobs_are_locked_in_their_table(app):
    """Two at once are one step; the table says what stays; unlocked one by one."""
    assert app.button(key="lock_rows_start").disabled
    choose_rows(app, 3, 5)
    click(app, "lock_rows_start")
    assert [x.kind for x in value(app, Key.DAY).events] == ["job_locked"] * 2
    assert len(versions_of(app)) == 2
    table = app.dataframe[0].value.set_index("Job")["Stays"]
    ids = value(app, Key.SHIFT).problem.job_ids
    assert table[ids[3]] == table[ids[5]] == "locked: machine and start"
    assert (table == "").sum() == len(ids) - 2
    choose_rows(app, 3)
    click(app, "unlock_rows")
    table = app.dataframe[0].value.set_index("Job")["Stays"]
    assert table[ids[3]] == ""
    click(app, "icon_undo")
    click(app, "icon_undo")
    assert value(app, Key.DAY).events == ()


def test_a_lock_of_the_jobs_file_is_lifted_in_the_panel(data):
    """It is marked and says where it is from; one press lifts it, undo restores it."""
    table = read_csv(SMALL / "jobs.csv", dtype=str)
    assert table.job_id[4] == "J-0005"
    table["machine_id"] = None
    table["lock"] = None
    table.loc[4, ["machine_id", "lock"]] = ["CNC-01", "machine"]
    app = window(**{Key.SOURCE: "upload", Key.SCHEDULER: "rule:edd"})
    tables = {x: (SMALL / f"{x}.csv").read_bytes() for x in ("machines", "calendars")}
    tables["jobs"] = table.to_csv(index=False).encode()
    app.sidebar.get("file_uploader")[0].set_value(
        [(f"{name}.csv", content, "text/csv") for name, content in tables.items()]
    ).run()
    press(app, "Plan")
    assert "locked" in app.get("plotly_chart")[0].proto.spec
    focus(app, 4)
    assert any("Locked by the jobs file" in x.value for x in app.markdown)
    click(app, "unlock")
    assert [x.kind for x in value(app, Key.DAY).events] == ["job_unlocked"]
    assert "lock_start" in [x.key for x in app.button]
    plan_by(app, "rule:spt")
    assert value(app, Key.PLAN).result.floor is None
    click(app, "icon_undo")
    click(app, "icon_undo")
    focus(app, 4)
    assert "unlock" in [x.key for x in app.button]


def freeze(app, until, *machines):
    """Freeze the plan from the sidebar."""
    at = next(x for x in app.get("datetime_input") if "Nothing changes" in x.label)
    at.set_value(until).run()
    app.multiselect(key="freeze_machines").set_value(list(machines)).run()
    click(app, "press_freeze")


def popovers(app):
    """What the popovers of the page are called."""
    return [x.proto.popover.label for x in app.get("popover")]


def test_what_is_frozen_stays_when_all_is_planned_anew(app):
    """Two hours on every machine, then lifted again; each is a step of its own."""
    plan = value(app, Key.PLAN)
    freeze(app, plan.shift.start + timedelta(hours=2))
    assert versions_of(app)[-1] == ("Nothing changes before Mon 08:00.", 1)
    plan_by(app, "rule:atcs")
    before, anew = plan.result.schedule, value(app, Key.PLAN).result.schedule
    soon = before.start < 2 * 3600
    assert soon.any()
    assert (anew.start == before.start)[soon].all()
    assert (anew.start != before.start).any()
    again = refreshed(app)
    assert "Frozen until Mon 5 Jan 08:00" in popovers(again)
    click(app, "thaw")
    plan_by(app, "rule:atcs")
    free = value(app, Key.PLAN).result.schedule
    assert (free.start != before.start)[soon].any()
    click(app, "icon_undo")
    click(app, "icon_undo")
    assert value(app, Key.PLAN).result.schedule is not free
    assert [x.kind for x in value(app, Key.DAY).events] == ["plan_frozen"]


def test_a_freeze_holds_on_its_machines_alone(app):
    """Everything of one machine stays; of the others nothing has to."""
    plan = value(app, Key.PLAN)
    schedule = plan.result.schedule
    machine = int(schedule.machine[0])
    freeze(app, plan.shift.start + timedelta(days=3), machine)
    plan_by(app, "rule:atcs")
    anew, there = value(app, Key.PLAN).result.schedule, schedule.machine == machine
    assert (anew.start == schedule.start)[there].all()
    assert (anew.machine == machine)[there].all()
    assert (anew.start != schedule.start).any()


def test_a_job_is_moved_by_the_form_and_locked(app):
    """To another of its machines, at its own start; unlocked, it may be planned."""
    plan = value(app, Key.PLAN)
    problem, schedule = plan.shift.problem, plan.result.schedule
    job = int(schedule.start.argmax())
    others = [
        k for k in problem.eligible[job].nonzero()[0] if k != schedule.machine[job]
    ]
    focus(app, job)
    app.selectbox(key=f"move_machine_{job}").set_value(int(others[0])).run()
    click(app, "press_move")
    assert not said(app)
    moved = value(app, Key.PLAN).result.schedule
    assert moved.machine[job] == others[0]
    assert moved.start[job] >= schedule.start[job]
    assert [x.kind for x in value(app, Key.DAY).events] == ["job_moved"]
    assert (
        value(refreshed(app), Key.PLAN).content_hash
        == value(app, Key.PLAN).content_hash
    )
    focus(app, job)
    click(app, "unlock")
    assert [x.kind for x in value(app, Key.DAY).events] == ["job_moved", "job_unlocked"]
    click(app, "icon_undo")
    click(app, "icon_undo")
    assert value(app, Key.PLAN).content_hash == plan.content_hash


def test_a_move_that_cannot_be_goes_back_with_the_reason(app):
    """Before its release, or its predecessor: nothing changes."""
    plan = value(app, Key.PLAN)
    problem, start = plan.shift.problem, plan.shift.start
    job = int((problem.release > 600).argmax())
    focus(app, job)
    at = next(x for x in app.get("datetime_input") if "earliest" in x.label)
    at.set_value(start).run()
    click(app, "press_move")
    assert "cannot start" in said(app)
    assert value(app, Key.PLAN) is plan
    assert value(app, Key.DAY).events == ()


def test_the_plan_stays_when_an_event_is_withdrawn(app):
    """It is said to be of the shift before, and can be mended, or taken back."""
    open_sheet(app, "job_longer")
    app.selectbox(key="happened_longer_job").set_value(0).run()
    previewed(app)
    click(app, "take_push")
    plan = value(app, Key.PLAN)
    tell(app)
    assert value(app, Key.PLAN) is plan
    assert any("has changed since this plan" in x.value for x in app.caption)
    click(app, "press_mend")
    previewed(app)
    click(app, "take_push")
    assert value(app, Key.PLAN).shift.problem.content_hash != (
        plan.shift.problem.content_hash
    )
    assert "press_mend" not in [x.key for x in app.button]


def test_what_is_left_goes_on_from_a_moment(app):
    """Half the plan is done: the rest and its plan are in hand, and can be planned."""
    plan = value(app, Key.PLAN)
    app.session_state[f"{Key.TABS}_of_plan"] = "Files"
    app.run()
    click(app, "press_go_on")
    shift = value(app, Key.SHIFT)
    half = plan.shift.start + timedelta(seconds=plan.result.schedule.makespan // 2)
    assert shift.start == half.replace(second=0, microsecond=0)
    later = int((shift.start - plan.shift.start).total_seconds())
    schedule = plan.result.schedule
    left = schedule.end > later
    assert shift.problem.num_jobs == left.sum()
    assert shift.name.endswith(f", gone on from {shift.start:%a %H:%M}")
    carried = value(app, Key.PLAN)
    assert (carried.result.schedule.start == schedule.start[left] - later).all()
    assert versions_of(app)[-1][0] == f"Gone on from {shift.start:%a %H:%M}"
    press(app, "Plan")
    anew = value(app, Key.PLAN)
    assert anew.result.problem.content_hash == shift.problem.content_hash
    assert anew.shift.floor.begun() == shift.floor.begun()


def bring_back(app, content):
    """Drop an edited schedule."""
    app.session_state[f"{Key.TABS}_of_plan"] = "Files"
    app.run()
    box = next(x for x in app.get("file_uploader") if x.key == "returned_plan")
    box.set_value([("edited.csv", content, "text/csv")][0]).run()
    assert not app.exception


def test_an_edited_plan_comes_back(app):
    """Unedited it is taken as it is; with a job where it may not run, the nearest."""
    plan = value(app, Key.PLAN)
    content = schedule_csv(plan)
    plan_by(app, "rule:spt")
    bring_back(app, content)
    assert not app.button(key="take_returned").disabled
    click(app, "take_returned")
    assert (
        value(app, Key.PLAN).result.schedule.start == plan.result.schedule.start
    ).all()
    assert versions_of(app)[-1][0] == "edited.csv came back."

    problem, job = (
        plan.shift.problem,
        int((~plan.shift.problem.eligible).any(1).argmax()),
    )
    name, here = problem.job_ids[job], plan.result.schedule.machine[job]
    other = problem.machine_ids[int((~problem.eligible[job]).argmax())]
    row = f"{name},{problem.machine_ids[here]},".encode()
    broken = content.replace(row, f"{name},{other},".encode())
    assert broken != content
    bring_back(app, broken)
    assert app.button(key="take_returned").disabled
    assert app.button(key="take_nearest").disabled  # the one in hand
    told = app.table[-1].value
    words = " ".join(told["What is wrong"]).replace("\\", "")
    assert f"may not run on machine {other!r}" in words
    plan_by(app, "rule:spt")
    bring_back(app, broken)
    click(app, "take_nearest")
    machine = value(app, Key.PLAN).result.schedule.machine[job]
    assert problem.eligible[job, machine]


def test_a_plan_from_nine_on_is_stepped_through(app):
    """What had begun is not decided any more; another choice keeps it as it was."""
    before = value(app, Key.PLAN)
    open_sheet(app, "job_longer")
    at = next(x for x in app.get("datetime_input") if x.label == "At")
    at.set_value(before.shift.start + timedelta(hours=3)).run()
    running = int((before.result.schedule.end > 3 * 3600).argmax())
    app.selectbox(key="happened_longer_job").set_value(running).run()
    previewed(app)
    click(app, "take_push")
    plan = value(app, Key.PLAN)
    begun = plan.result.schedule.start < 3 * 3600
    app.switch_page("pages/step_through.py").run(timeout=TIMEOUT)
    assert not app.exception
    found = value(app, Key.DECISIONS)
    assert len(found.trace) == int((~begun).sum())
    assert found.trace.scores is Scores.POLICY
    captions = " ".join(x.value for x in app.caption)
    assert f"{int(begun.sum())} jobs had begun or were frozen" in captions
    result = what_if(
        found.plan.result, found.model, 0, job=int(found.trace[0].jobs[-1])
    )
    joined = rejoined(plan, result).result.schedule
    for name in ("machine", "start", "end"):
        old, new = (getattr(x, name)[begun] for x in (plan.result.schedule, joined))
        assert (old == new).all()


def open_changes(app):
    """Open the tab of changes."""
    app.session_state[f"{Key.TABS}_of_plan"] = "Changes"
    app.run()
    assert not app.exception


def test_any_two_plans_stand_side_by_side(app):
    """Three versions: the plan before the one in hand first, then 1 beside 2."""
    first = value(app, Key.PLAN)
    plan_by(app, "rule:spt")
    second = value(app, Key.PLAN)
    plan_by(app, "rule:atcs")
    open_changes(app)
    assert app.selectbox(key="version_first").value == "version:2"
    assert app.selectbox(key="version_second").value == "hand"
    app.selectbox(key="version_first").set_value("version:1").run()
    app.selectbox(key="version_second").set_value("version:2").run()
    assert not app.exception
    moved = abs(first.result.schedule.start - second.result.schedule.start) > 300
    other = first.result.schedule.machine != second.result.schedule.machine
    words = f"**{(moved | other).sum()} jobs changed**"
    assert any(x.value.startswith(words) for x in app.markdown)
    assert sum(x.value.startswith("**Version") for x in app.markdown) == 2


def test_a_point_of_the_line_is_a_way_back(app):
    """Clicked, it stands beside the plan in hand; a press puts it in force."""
    first = value(app, Key.PLAN)
    plan_by(app, "rule:spt")
    open_changes(app)
    app.session_state[Key.VERSION] = 1  # as the click says
    app.run()
    click(app, "version_back")
    assert value(app, Key.PLAN).content_hash == first.content_hash
    assert len(versions_of(app)) == 2


def drop_in_sidebar(app, name, content):
    """Put a file into the box of the sidebar."""
    box = app.sidebar.get("file_uploader")[0]
    box.set_value([(name, content, "text/csv")]).run()
    assert not app.exception


def test_a_plan_among_the_files_is_offered_as_one(app):
    """Put with the files, it replaces none; its shift comes in hand again with it."""
    plan = value(app, Key.PLAN)
    content = schedule_csv(plan)
    plan_by(app, "rule:spt")
    app.session_state[Key.SOURCE] = "upload"
    app.run()
    drop_in_sidebar(app, "mine.csv", content)
    assert any("mine\\.csv is a plan" in x.value for x in app.markdown)
    click(app, "its_shift")
    assert value(app, Key.SHIFT).content_hash == plan.shift.content_hash
    click(app, "take_returned_sidebar")
    same = value(app, Key.PLAN).result.schedule.start == plan.result.schedule.start
    assert same.all()
    assert versions_of(app)[-1][0] == "mine.csv came back."
    assert "leave_returned" not in [x.key for x in app.button]


@pytest.fixture
def uploaded(data):
    """The small sample's own files, uploaded and planned."""
    app = window(**{Key.SOURCE: "upload", Key.SCHEDULER: "rule:edd"})
    upload(app, "jobs", "machines", "setups", "calendars")
    press(app, "Plan")
    return app


def test_new_files_are_taken_row_by_row(uploaded):
    """One is gone and stays, one is new and comes; the plan in hand stays as well."""
    app = uploaded
    plan = value(app, Key.PLAN)
    rows = (SMALL / "jobs.csv").read_text().splitlines()
    gone = rows[1].split(",")[0]
    new = rows[-1].replace(rows[-1].split(",")[0], "NEW-1", 1)
    drop_in_sidebar(app, "jobs.csv", "\n".join([rows[0], *rows[2:], new]).encode())
    assert any("The new files change 2 jobs" in x.value for x in app.markdown)
    assert value(app, Key.PLAN) is plan  # it stays on the screen
    box = next(x for x in app.multiselect if x.label == "Leave as they were")
    box.set_value([gone]).run()
    click(app, "take_new_files")
    ids = value(app, Key.SHIFT).problem.job_ids
    assert gone in ids
    assert "NEW-1" in ids
    assert len(ids) == plan.shift.problem.num_jobs + 1
    assert "take_new_files" not in [x.key for x in app.button]


def test_new_files_are_asked_about_after_a_refresh_too(uploaded):
    """What they replaced is kept with the shift in hand, until it is decided."""
    rows = (SMALL / "jobs.csv").read_text().splitlines()
    drop_in_sidebar(uploaded, "jobs.csv", "\n".join(rows[:-1]).encode())
    again = refreshed(uploaded)
    assert any("The new files change 1 job" in x.value for x in again.markdown)
    click(again, "leave_new_files")
    assert value(again, Key.SHIFT).problem.num_jobs == len(rows) - 1
    assert "take_new_files" not in [x.key for x in refreshed(again).button]


def test_a_second_jobs_file_of_another_name_is_asked_about(uploaded):
    """One press says which counts; then its changes are offered row by row."""
    rows = (SMALL / "jobs.csv").read_text().splitlines()
    drop_in_sidebar(uploaded, "jobs_new.csv", "\n".join(rows[:-1]).encode())
    assert any("hold the same table" in x.value for x in uploaded.markdown)
    click(uploaded, "use_jobs_jobs_new.csv")
    assert sorted(value(uploaded, Key.FILES)) == [
        *("calendars.csv", "jobs_new.csv", "machines.csv", "setups.csv"),
    ]
    assert any("The new files change 1 job" in x.value for x in uploaded.markdown)
    drop_in_sidebar(uploaded, "jobs.csv", "\n".join(rows).encode())
    click(uploaded, "use_jobs_jobs_new.csv")
    assert "jobs.csv" not in value(uploaded, Key.FILES)


def test_the_workbook_of_what_is_left_brings_its_plan(app):
    """A colleague opens it elsewhere: shift and plan are there, and go on."""
    plan = value(app, Key.PLAN)
    schedule = plan.result.schedule
    now = schedule.makespan // 2
    floor = floor_as_planned(plan.shift.problem, PreviousPlan.of(schedule), now)
    made = handover(plan.shift, schedule, floor)
    book = handover_workbook(made.shift, made.plan)
    other = window(**{Key.SOURCE: "upload", Key.SCHEDULER: "rule:edd"})
    drop_in_sidebar(other, "tomorrow.xlsx", book)
    assert any("tomorrow\\.xlsx brings a plan" in x.value for x in other.markdown)
    click(other, "take_returned_sidebar")
    taken = value(other, Key.PLAN)
    assert taken.shift.start == made.shift.start
    assert (taken.result.schedule.start == made.plan.start).all()
    assert taken.shift.floor.begun() == made.shift.floor.begun()
    assert "take_returned_sidebar" not in [x.key for x in other.button]


def look_for_ways(app, line, *, change_the_shift):
    """Look for ways to help an order on its page, and choose one of a kind."""
    app.switch_page("pages/orders.py").run()
    app.session_state[Key.ORDER] = line.order.key
    app.session_state[Key.ORDERS_TAB] = "What would it take?"
    app.run()
    click(app, "look_for_ways")
    search = value(app, Key.REMEDY_SEARCH)
    assert search.done(TIMEOUT)
    app.run()
    plan = value(app, Key.PLAN)
    kinds = [x.problem is not plan.shift.problem for x in search.found.remedies]
    row = kinds.index(change_the_shift)
    chosen = {"rows": [], "columns": [], "cells": [(row, "Change")]}
    app.session_state[table_key(plan, [line.order])] = {"selection": chosen}
    app.run()
    return search.found.remedies[row]


@pytest.mark.parametrize("change_the_shift", [False, True])
def test_a_remedy_leaves_what_happened_in_force(data, change_the_shift):
    """A machine is down, a job locked: both hold after a remedy, and it comes back."""
    app = window(
        **{
            Key.SOURCE: "generated",
            Key.GENERATED_JOBS: 40,
            Key.GENERATED_MACHINES: 5,
            Key.GENERATED_KIND: "tight",
            Key.SCHEDULER: "rule:edd",
        }
    )
    press(app, "Plan")
    first = value(app, Key.SHIFT)
    locked = int(value(app, Key.PLAN).result.schedule.start.argmax())
    focus(app, locked)
    click(app, "lock_start")
    open_sheet(app, "machine_down")
    app.selectbox(key="happened_machine").set_value(0).run()
    previewed(app)
    click(app, "take_push")
    before = value(app, Key.PLAN)
    line = max(lines_of(before, 0), key=lambda x: x.late)
    way = look_for_ways(app, line, change_the_shift=change_the_shift)
    click(app, "apply_remedy")
    app.switch_page("pages/plan.py").run()

    helped = value(app, Key.PLAN)
    assert (helped.result.schedule.start == way.schedule.start).all()
    assert versions_of(app)[-1] == (f"{line.order.name} helped: {way.change}", 3)
    plan_by(app, "rule:spt")
    for plan in (helped, value(app, Key.PLAN)):
        assert plan.shift.problem.calendars[0].open_seconds(3600) == 0
        schedule = plan.result.schedule
        assert schedule.start[locked] == before.result.schedule.start[locked]
        assert schedule.machine[locked] == before.result.schedule.machine[locked]
    focus(app, locked)
    assert "unlock" in [x.key for x in app.button]
    again = refreshed(app)
    assert value(again, Key.PLAN).content_hash == value(app, Key.PLAN).content_hash
    for number in (4, 3):
        click(again, "icon_undo")
        assert value(again, Key.DAY).head == number
    assert value(again, Key.PLAN).content_hash == before.content_hash
    assert len(value(again, Key.DAY).events) == 2
    click(again, "icon_undo")
    click(again, "icon_undo")
    assert value(again, Key.SHIFT).content_hash == first.content_hash
