"""What a run keeps while it trains."""

from types import SimpleNamespace

import pytest
from torch import nn

from core.training.recorder import RunRecorder


@pytest.fixture
def recorder():
    """A recorder of a run that is nowhere kept; its figures are in ``kept``."""
    trainer = SimpleNamespace(iteration=0, policy=nn.Linear(1, 1), callbacks=None)
    kept = {}
    made = RunRecorder(
        trainer,
        {"rule": {"a": 1.0}},
        events=SimpleNamespace(add=lambda *_: None),
        keep=kept.__setitem__,
        save=lambda *_: None,
        report=lambda *_: None,
        say=lambda text: None,
    )
    made.kept = kept
    return made


def test_the_best_weights_are_those_whose_plans_become_the_best(recorder):
    """Cost 0.4 after a refinement beats 0.45 that was less as it was made."""
    for iteration, greedy, refined in ((1, 0.5, 0.4), (2, 0.42, 0.45)):
        recorder.trainer.iteration = iteration
        recorder.on_validation(iteration, {"a": greedy}, {"a": refined})
    assert (recorder.best.iteration, recorder.best.score) == (1, 0.4)
    recorder.trainer.iteration = 3
    recorder.on_validation(3, {"a": 0.6}, {"a": 0.39})
    assert recorder.best.iteration == 3
    assert recorder.kept[3]["held_out"] == 0.6
    assert recorder.kept[3]["held_out_refined"] == 0.39
