"""What TensorBoard reads, and how much time is left."""

import math

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from core.training import progress
from core.training.progress import Events, IterationPace, line, mean_cost, relative


def read(folder):
    """Steps and values by curve, as TensorBoard's own reader finds them."""
    reader = EventAccumulator(str(folder)).Reload()
    return {
        name: [(x.step, x.value) for x in reader.Scalars(name)]
        for name in reader.Tags()["scalars"]
    }


def test_tensorboard_reads_the_curves(tmp_path):
    """Under the names of the field; what has none keeps its own."""
    events = Events(tmp_path / "events", 0)
    events.add(1, {"cost": 2.0, "approx_kl": 0.25, "held_out/tight": 4.0})
    events.add(2, {"cost": 1.5})
    events.close()
    assert read(tmp_path / "events") == {
        "train/cost": [(1, 2.0), (2, 1.5)],
        "policy/approx_kl": [(1, 0.25)],
        "held_out/tight": [(1, 4.0)],
    }


def test_a_resumed_run_is_one_curve(tmp_path):
    """What came after the checkpoint is played again, and drawn once."""
    for done, iterations in ((0, (1, 2, 3)), (1, (2, 3, 4))):
        events = Events(tmp_path, done)
        for iteration in iterations:
            events.add(iteration, {"cost": float(10 * done + iteration)})
        events.close()
    assert read(tmp_path)["train/cost"] == [(1, 1.0), (2, 12.0), (3, 13.0), (4, 14.0)]


def test_a_disk_that_refuses_events_does_not_end_the_run(tmp_path, monkeypatch):
    """It is said, and what follows is left out."""

    def refuse(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(progress, "SummaryWriter", refuse)
    events = Events(tmp_path, 0)
    events.add(1, {"cost": 1.0})
    events.close()
    assert events.fault == "No TensorBoard events: No space left on device."


def test_the_pace_is_the_mean_of_the_newest_iterations(monkeypatch):
    """Two iterations in 10 + 20 s: three more take 45 s."""
    ticks = iter([100.0, 110.0, 130.0])
    monkeypatch.setattr(progress, "monotonic", lambda: next(ticks))
    pace = IterationPace()
    assert pace.seconds_left(9) == 90.0
    assert pace.seconds_left(3) == 45.0


def test_costs_count_in_units_of_the_rule():
    """1/2 and 3/2 of it are as good as the rule; without a rule the cost counts."""
    assert relative({"a": 1.0, "b": 6.0}, {"a": 2.0, "b": 4.0}) == 1.0
    assert relative({"a": 3.0}, {"a": 0.0}) == 3.0
    assert mean_cost({"a": 1.0, "b": 6.0}) == 3.5


def test_a_line_of_the_log_holds_what_there_is():
    """A figure that an iteration has not is left out."""
    words = line(3, 9, {"cost": 1.23456, "stage": 2.0}, ("stage", "cost", "held_out"))
    assert words == "iteration 3 of 9: stage 2, cost 1.235"


def test_no_iteration_has_no_best():
    """The weights that a run began with are not its best."""
    trainer = type("Trainer", (), {"iteration": 0, "policy": None})()
    best = progress.Best(trainer, {"a": 1.0})
    best.look({"a": 0.1})
    assert (best.weights, best.score) == (None, math.inf)
    assert best.state() == {"score": math.inf, "iteration": 0, "weights": None}
