"""Comparison: what one scheduler does to another's figures, and what trials say."""

import csv
import io
from dataclasses import dataclass
from math import isnan, nan

import numpy as np
import pytest

from core.comparison.paired import differences, paired
from core.comparison.side_by_side import compare, end_changes, run_one
from core.comparison.trial_tables import mean_table, trials_csv
from core.comparison.trials import (
    Score,
    Trial,
    TrialSource,
    trial_of_values,
    trial_values,
    trials,
)
from core.instances.generator import KINDS, generate
from core.planning.scheduler import PlanningCancelled
from core.planning.settings import PlanSettings
from core.planning.stopping import MaxSeconds
from core.problem.measures.figures import ShownIn, figures_at
from core.problem.objective import Objective
from core.schedulers.registry import scheduler


@pytest.fixture(scope="module")
def problem():
    """20 jobs on 3 machines."""
    return generate(KINDS["shift_open"].resized(20, 3), 1)


@dataclass
class Broken:
    """A scheduler that fails."""

    name: str = "broken"

    def schedule(self, problem, objective, **options):
        """Plan nothing."""
        raise RuntimeError("the disk is on fire")


@dataclass
class Slow:
    """A scheduler that only a stop ends."""

    name: str = "slow"

    def schedule(self, problem, objective, *, stop, **options):
        """Plan nothing."""
        while not stop():
            pass
        raise PlanningCancelled


@dataclass
class Halved:
    """A scheduler that gives what it has when it is stopped."""

    name: str = "halved"

    def schedule(self, problem, objective, *, stop, **options):
        """Plan by a rule, once it is stopped."""
        while not stop():
            pass
        return Ready().schedule(problem, objective)


@dataclass
class Ready:
    """A scheduler that never looks at a stop."""

    name: str = "rule:edd"

    def schedule(self, problem, objective, **options):
        """Plan with a rule."""
        return scheduler(PlanSettings("rule:edd")).schedule(problem, objective)


def score(cost):
    """A plan of a minute, made in a second; none where the cost is NaN."""
    planned = {} if isnan(cost) else {"cost": cost, "makespan_minutes": 1.0}
    return Score({**planned, "seconds": 1.0})


def scored(*costs):
    """Trials of two schedulers, from pairs of costs."""
    return [Trial(i, {"a": score(a), "b": score(b)}) for i, (a, b) in enumerate(costs)]


def test_one_that_fails_or_is_late_leaves_the_others_standing(problem):
    """Each says what happened, in the order asked for."""
    found = compare([Broken(), Ready(), Slow()], problem, Objective(), limit=0.05)
    assert [outcome.scheduler for outcome in found] == ["broken", "rule:edd", "slow"]
    assert found[0].fault == "It failed: the disk is on fire"
    assert found[1].result is not None
    assert found[1].fault is None
    assert found[2].fault == "No plan within 0.05 s."


def test_a_stop_keeps_the_plans_that_are_there(problem):
    """And says so of the others; with nothing to keep it is a cancellation."""
    told = []
    found = compare(
        [
            scheduler(PlanSettings("rule:edd")),
            Slow(),
            scheduler(PlanSettings("rule:spt")),
        ],
        problem,
        Objective(),
        stop=lambda: any("slow" in x or share >= 1 / 3 for share, x in told),
        progress=lambda share, what: told.append((share, what)),
    )
    assert found[0].result is not None
    assert [outcome.fault for outcome in found[1:]] == ["Stopped before its turn."] * 2
    with pytest.raises(PlanningCancelled):
        compare([Slow()], problem, Objective(), stop=lambda: True)


def test_what_a_stopped_scheduler_has_is_no_result(problem):
    """Half a search says nothing of the whole; a limit on the time is another thing."""
    found = compare(
        [Ready(), Halved()],
        problem,
        Objective(),
        stop=MaxSeconds(0.5),
    )
    assert found[0].result is not None
    assert found[1].result is None
    assert found[1].fault == "Stopped before it was done."
    assert run_one(Halved(), problem, Objective(), limit=0.05).result is not None
    source = TrialSource("shift", 10, 3)
    assert [
        *trials(
            source,
            [Ready(), Halved()],
            Objective(),
            [0, 1],
            seed=0,
            stop=MaxSeconds(0.5),
        )
    ] == []


def test_the_change_of_each_job_is_its_later_end(problem):
    """Minus: sooner. Plans of different problems have no such difference."""
    first, second = (
        scheduler(PlanSettings(name)).schedule(problem, Objective())
        for name in ("rule:edd", "rule:lpt")
    )
    changes = end_changes(first, second)
    assert changes.tolist() == (second.schedule.end - first.schedule.end).tolist()
    assert (end_changes(second, first) == -changes).all()
    other = generate(KINDS["shift_open"].resized(20, 3), 2)
    third = scheduler(PlanSettings("rule:edd")).schedule(other, Objective())
    with pytest.raises(ValueError, match="same problem"):
        end_changes(first, third)


def test_a_paired_difference_by_hand():
    """-50 %, +10 % and 0 %: a mean of -13.3 %, one win, one tie."""
    found = paired(scored((2.0, 1.0), (1.0, 1.1), (3.0, 3.0)), "a", "b")
    assert found.percent == pytest.approx(-40 / 3)
    assert (found.trials, found.failed, found.wins, found.ties) == (3, 0, 1, 1)
    assert found.win_rate == 0.5
    assert found.ratio == pytest.approx(5.1 / 6)
    assert -50 <= found.low < found.percent < found.high <= 10.01


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    """200 samples of 30 with a true mean of 5 %: 95 % intervals, a little short."""
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(200):
        draws = 1 + rng.normal(0.05, 0.1, 30)
        found = paired(scored(*((1.0, x) for x in draws)), "a", "b")
        covered += found.low <= 5.0 <= found.high
    assert 180 <= covered <= 198


def test_one_trial_has_no_interval_and_none_has_no_mean():
    """Nothing is invented."""
    one = paired(scored((2.0, 1.0)), "a", "b")
    assert one.percent == -50
    assert isnan(one.low)
    assert isnan(one.high)
    none = paired([], "a", "b")
    assert isnan(none.percent)
    assert isnan(none.win_rate)
    assert isnan(none.ratio)


def test_trials_without_a_plan_are_counted_apart():
    """They are in no mean; a cost of 0 has no percentage of itself but 0."""
    done = scored((2.0, nan), (2.0, 1.0), (0.0, 1.0), (0.0, 0.0))
    assert differences(done, "a", "b").tolist() == [-50.0, 0.0]
    assert paired(done, "a", "b").failed == 2
    assert paired(done, "a", "b").ratio == pytest.approx(2 / 2)


def test_trials_are_paired_repeatable_and_end_on_a_stop(problem):
    """Both plan the same shift; the second trial is another one."""
    made = [scheduler(PlanSettings("rule:edd")), scheduler(PlanSettings("rule:lpt"))]
    source = TrialSource(problem)
    first = list(trials(source, made, Objective(), range(3), seed=4))
    again = list(trials(source, made, Objective(), [2], seed=4))
    assert [one.index for one in first] == [0, 1, 2]
    assert first[2].scores["rule:edd"].cost == again[0].scores["rule:edd"].cost
    assert first[0].scores["rule:edd"].cost != first[1].scores["rule:edd"].cost
    asked = []
    stopped = trials(
        source,
        made,
        Objective(),
        range(9),
        stop=lambda: bool(asked),
    )
    next(stopped)
    asked.append(1)
    assert list(stopped) == []


def test_a_scheduler_that_fails_fails_its_trials_only(problem):
    """The other's figures stand, and the reason is kept."""
    made = [Broken(), scheduler(PlanSettings("rule:edd"))]
    (one,) = trials(TrialSource(problem), made, Objective(), [0])
    assert isnan(one.scores["broken"].cost)
    assert one.scores["broken"].fault == "It failed: the disk is on fire"
    assert one.scores["rule:edd"].cost > 0


def test_generated_kinds_come_in_the_size_asked_for():
    """And only those that exist."""
    drawn = TrialSource("tight", 12, 3).problem(0, 5)
    assert (drawn.num_jobs, drawn.num_machines) == (12, 3)
    assert drawn.content_hash != TrialSource("tight", 12, 3).problem(1, 5).content_hash
    with pytest.raises(ValueError, match="Unknown kind 'nothing'"):
        TrialSource("nothing")
    with pytest.raises(ValueError, match="sizes >= 1"):
        TrialSource("tight", 0)


def test_values_of_a_trial_come_back():
    """A missing number is NaN, as the store keeps it."""
    one = Trial(3, {"rule:edd": Score({"cost": 1.5, "late_jobs": 4.0, "seconds": 0.5})})
    back = trial_of_values(3, trial_values(one))
    assert back == one
    lost = trial_of_values(0, {"a/cost": None, "a/seconds": 2.0})
    assert isnan(lost.scores["a"].cost)
    assert lost.scores["a"]["seconds"] == 2.0


def test_trials_that_were_kept_before_figures_had_one_name_are_read():
    """Theirs were seconds; ours are minutes, as their names say."""
    kept = {"a/cost": 2.0, "a/makespan": 120.0, "a/tardiness": 30.0, "a/setup": 0.0}
    score = trial_of_values(0, {**kept, "a/late": 3.0, "a/seconds": 1.0}).scores["a"]
    assert score.values == {
        "cost": 2.0,
        "makespan_minutes": 2.0,
        "weighted_tardiness_minutes": 0.5,
        "setup_minutes": 0.0,
        "late_jobs": 3.0,
        "seconds": 1.0,
    }


def test_a_trial_has_every_figure_of_the_table(problem):
    """A figure more in the table is a column more here."""
    (one,) = trials(TrialSource(problem), [Ready()], Objective(), [0])
    known = one.scores["rule:edd"].values
    assert set(known) == {figure.name for figure in figures_at(ShownIn.TRIALS)}
    head = trials_csv([one]).decode().splitlines()[0].split(",")
    assert head == ["trial", "scheduler", *known]


def test_the_table_of_means_has_a_row_per_figure():
    """Means over the trials with a plan; the second scheduler against the first."""
    rows = {row[0]: row[1:] for row in mean_table(scored((2.0, 1.0), (1, nan)), "ab")}
    assert rows[""] == ["a", "b"]
    assert rows["Cost"] == ["1.5000", "1.0000"]
    assert rows["Makespan"] == ["1 min", "1 min"]
    assert rows["Late jobs"] == ["–", "–"]
    assert rows["Time to plan"] == ["1.00 s", "1.00 s"]
    assert rows["Cost against the first"] == ["", "-50.0 %"]
    assert rows["95 % interval"] == ["", "–"]
    assert rows["Cheaper in"] == ["", "1 of 1"]
    assert rows["No plan"] == ["0", "1"]


def test_the_csv_has_a_row_per_trial_and_scheduler():
    """Empty where there was no plan; minutes, not seconds."""
    rows = list(
        csv.DictReader(io.StringIO(trials_csv(scored((2.0, nan), (1, 1))).decode()))
    )
    assert [row["scheduler"] for row in rows] == ["a", "b", "a", "b"]
    assert rows[0]["cost"] == "2"
    assert rows[0]["makespan_minutes"] == "1"
    assert rows[1]["cost"] == ""
    assert [row["trial"] for row in rows] == ["1", "1", "2", "2"]
