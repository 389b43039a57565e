"""Scenarios: a shift with its plan, kept under a name, and opened again."""

import io
import json
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from core.problem.model import Problem
from core.problem.rows import Job, Machine
from core.problem.schedule import Schedule
from core.store.errors import NameTakenError, ScenarioFormatError, UnknownScenarioError
from core.store.schema import scenarios as table
from core.store.shifts.scenario import Scenario, scenario_from_bytes, scenario_to_bytes
from core.store.shifts.scenarios import Scenarios
from core.timing.retime import retime
from tests.strategies import problems_and_sequences

START = datetime(2026, 1, 5, 6)


@pytest.fixture
def scenarios(database, clock) -> Scenarios:
    """The scenarios of an empty store."""
    return Scenarios(database, clock)


def problem_of(seconds: int = 60) -> Problem:
    """Two jobs on one machine."""
    jobs = [Job("säge", {"M": seconds}), Job("bohr", {"M": 30}, due=80.0)]
    return Problem.from_rows(jobs, [Machine("M")])


@pytest.fixture
def scenario() -> Scenario:
    """A planned shift with everything a scenario may have."""
    problem = problem_of()
    return Scenario(
        problem=problem,
        plan_start=START,
        schedule=retime(problem, [[1, 0]]),
        origin="jobs.csv of Monday",
        settings={"scheduler": "batch", "objective": [1, 1, 0.2], "model": None},
        overrides=[{"job": "säge", "machine": "M"}],
        figures={"cost": 1.5, "makespan": 90},
        extras={"colour": {"säge": "red"}},
        files={"../../Jobs of Müller.csv": b"job_id\n", "": b"", "x\x00": b"\x80\x04"},
        trace=b"any bytes",
    )


def same(a: Scenario, b: Scenario) -> bool:
    """Whether two scenarios are equal in everything."""
    plain = [
        (
            *(x.problem.content_hash, x.plan_start, x.origin, dict(x.settings)),
            *(
                list(x.overrides),
                dict(x.figures),
                dict(x.extras),
                dict(x.files),
                x.trace,
            ),
            None if x.schedule is None else x.schedule.sequences,
            None if x.schedule is None else x.schedule.end.tolist(),
        )
        for x in (a, b)
    ]
    return plain[0] == plain[1]


def changed(
    scenario: Scenario, header: dict[str, object], **files: bytes | None
) -> bytes:
    """The bytes of a scenario with parts changed, or (None) taken out."""
    buffer = io.BytesIO()
    source = io.BytesIO(scenario_to_bytes(scenario))
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(buffer, "w") as new:
        contents = {name: old.read(name) for name in old.namelist()}
        whole = json.loads(contents["scenario.json"]) | header
        contents["scenario.json"] = json.dumps(whole).encode()
        for name, content in (contents | files).items():
            if content is not None:
                new.writestr(name, content)
    return buffer.getvalue()


def put(scenarios: Scenarios, scenario_id: str, content: bytes) -> None:
    """Replace what is kept by any bytes."""
    with scenarios.database.writing() as connection:
        connection.execute(
            update(table).where(table.c.id == scenario_id).values(content=content)
        )


def test_a_scenario_comes_back_as_it_was_kept(scenarios, scenario, clock):
    """Problem, plan, settings, files and trace, whatever their names."""
    made = scenarios.save(" Ohne Überstunden 🌙 ", scenario, owner="ada")
    (entry,) = scenarios.all()
    assert entry == made == scenarios.find("ohne überstunden 🌙")
    assert (entry.name, entry.owner) == ("Ohne Überstunden 🌙", "ada")
    assert (entry.created, entry.figures) == (clock.now, {"cost": 1.5, "makespan": 90})
    assert same(scenarios.load(entry.id), scenario)


def test_a_shift_without_plan_can_be_kept(scenarios):
    """Nothing but the problem and its start is needed."""
    bare = Scenario(problem_of(), START)
    assert same(scenarios.load(scenarios.save("bare", bare).id), bare)


@given(problems_and_sequences())
def test_every_plan_survives(both):
    """Whatever the problem and the plan, both come back exactly."""
    scenario = Scenario(both[0], START, retime(*both))
    assert same(scenario_from_bytes(scenario_to_bytes(scenario)), scenario)


def test_a_name_is_given_once(scenarios, scenario):
    """Names that read the same are the same, when saved and when renamed."""
    first = scenarios.save("Café", scenario)
    second = scenarios.save("Tee", scenario)
    with pytest.raises(NameTakenError, match="“CAFÉ” already"):
        scenarios.save("CAFE\u0301", scenario)
    with pytest.raises(NameTakenError, match="“café” already"):
        scenarios.rename(second.id, "café")
    assert scenarios.rename(first.id, "CAFÉ").name == "CAFÉ"  # its own name is free
    assert [x.name for x in scenarios.all()].count("Tee") == 1
    with pytest.raises(ValueError, match="Expected a name"):
        scenarios.rename(first.id, " ")


def test_the_scenario_changed_last_is_first(scenarios, scenario, clock):
    """Renamed or replaced counts; the id stays."""
    ids = []
    for name in ("a", "b"):
        clock.now += 1
        ids.append(scenarios.save(name, scenario).id)
    assert [x.name for x in scenarios.all()] == ["b", "a"]
    clock.now += 1
    scenarios.rename(ids[0], "c")
    assert [x.name for x in scenarios.all()] == ["c", "b"]
    clock.now += 1
    other = Scenario(problem_of(90), START, figures={"cost": 2.0})
    entry = scenarios.replace(ids[1], other)
    assert (entry.name, entry.figures, entry.created) == (
        "b",
        {"cost": 2.0},
        clock.now - 2,
    )
    assert [x.id for x in scenarios.all()] == ids[::-1]
    assert same(scenarios.load(ids[1]), other)


def test_a_deleted_scenario_is_gone(scenarios, scenario):
    """Every use of it says so; its name is free again."""
    made = scenarios.save("a", scenario)
    scenarios.delete(made.id)
    for use in (
        lambda: scenarios.load(made.id),
        lambda: scenarios.delete(made.id),
        lambda: scenarios.rename(made.id, "b"),
        lambda: scenarios.replace(made.id, scenario),
        lambda: scenarios.find("a"),
    ):
        with pytest.raises(UnknownScenarioError):
            use()
    scenarios.save("a", scenario)


@pytest.mark.parametrize(
    ("header", "files", "message"),
    [
        ({"format": 0}, {}, "format 0; this version opens format 1"),
        ({"format": 9}, {}, "format 9; this version opens format 1"),
        ({"plan_start": "soon"}, {}, "damaged"),
        ({"plan_start": "2026-01-05T06:00:00+01:00"}, {}, "Expected a local time"),
        ({"files": ["a", "b", "c", "d"]}, {}, "damaged: 'file3'"),
        ({}, {"problem": b"\x80\x04N."}, "damaged"),
        ({}, {"problem": None}, "damaged: 'problem'"),
        ({}, {"schedule": b""}, "No schedule"),
    ],
)
def test_what_cannot_be_opened_says_why(scenarios, scenario, header, files, message):
    """With its name; the list and the other scenarios stand."""
    bad = scenarios.save("old one", scenario)
    good = scenarios.save("good", scenario)
    put(scenarios, bad.id, changed(scenario, header, **files))
    with pytest.raises(ScenarioFormatError, match=f"“old one”.*{message}"):
        scenarios.load(bad.id)
    assert len(scenarios.all()) == 2
    assert same(scenarios.load(good.id), scenario)


def test_bytes_from_anywhere_are_refused(scenario):
    """A cut file, a pickle and a bomb are named as damaged or too large."""
    whole = scenario_to_bytes(scenario)
    for data in (b"", b"\x80\x04N.", whole[: len(whole) // 2]):
        with pytest.raises(ScenarioFormatError, match="no zip file"):
            scenario_from_bytes(data)
    bomb = io.BytesIO()
    with (
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("scenario.json", "w") as file,
    ):
        for _ in range(300):
            file.write(bytes(1 << 20))
    with pytest.raises(ScenarioFormatError, match="takes 314572800 bytes"):
        scenario_from_bytes(bomb.getvalue())


@given(st.data())
def test_damage_never_goes_unseen(data):
    """A flipped byte gives the named error, or the same scenario."""
    scenario = Scenario(problem_of(), START, figures={"cost": 1.5})
    written = bytearray(scenario_to_bytes(scenario))
    at = data.draw(st.integers(0, len(written) - 1))
    written[at] ^= data.draw(st.integers(1, 255))
    try:
        back = scenario_from_bytes(bytes(written))
    except ScenarioFormatError:
        return
    assert same(back, scenario)


def test_nonsense_makes_no_scenario(scenarios, scenario):
    """Plans of another problem, zones, and what JSON cannot say are refused."""
    other = Schedule([0], [0], [0], [0], [1])
    with pytest.raises(ValueError, match="a schedule of 2 jobs, got 1"):
        Scenario(problem_of(), START, other)
    with pytest.raises(ValueError, match="Expected a local time"):
        Scenario(problem_of(), START.replace(tzinfo=UTC))
    with pytest.raises(ValueError, match="at most 32 files"):
        Scenario(problem_of(), START, files={str(i): b"" for i in range(33)})
    unsayable = Scenario(problem_of(), START, settings={"x": float("inf")})
    with pytest.raises(ValueError, match="JSON"):
        scenarios.save("a", unsayable)
    assert scenarios.all() == []


def test_a_scenario_that_is_too_large_is_refused(scenarios, scenario, monkeypatch):
    """Before it is written, with both sizes."""
    monkeypatch.setattr("core.store.shifts.scenario.LARGEST", 1000)
    with pytest.raises(ValueError, match="1000 are allowed"):
        scenarios.save("a", scenario)
    assert scenarios.all() == []
