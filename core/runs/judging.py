"""The models of runs beside others: held-out problems, the default, the newest."""

from __future__ import annotations

from core.policy.checkpoint import Model
from core.policy.errors import ModelError
from core.policy.shipped import folder_model
from core.runs.run_plan import recommended
from core.runs.training_queue import command_of, parent_of, plan_of, shifts_of
from core.store.background.run import Run
from core.store.background.run_reader import RunReader
from core.store.errors import ModelRefusedError, NoModelError, UnknownRunError
from core.store.model_files import StoredModel
from core.store.models import Models
from core.training.checkpoints import card_of, first_policy, from_bytes
from core.training.source import JUDGED, source_of
from core.training.tasks import Task
from core.training.trainer import Trainer


def judged_tasks(runs: RunReader, run: Run) -> list[Task]:
    """Return the held-out problems that the models of a run are judged on."""
    plan = plan_of(run)
    source = source_of(plan.settings, shifts_of(runs, run.id))
    return source.held_out(JUDGED, plan.held_out)


def held_out_of(runs: RunReader, model: StoredModel) -> list[Task]:
    """
    Return the held-out problems that a model is judged on.

    Those of its run; for a model without one (it was shipped, or uploaded, or its run
    was deleted) shifts of the usual kinds.
    """
    if model.run is not None:
        try:
            return judged_tasks(runs, runs.get(model.run))
        except UnknownRunError:
            pass
    plan = recommended(name="usual")
    return source_of(plan.settings, ()).held_out(JUDGED, plan.held_out)


def default_of(models: Models) -> Model | None:
    """Return the current default model, loaded; ``None`` where there is none."""
    try:
        return folder_model(models.default_model().folder)
    except (NoModelError, ModelRefusedError, ModelError):
        return None


def newest_policy(runs: RunReader, run: Run) -> tuple[Model, int] | None:
    """Model as of the newest intact checkpoint, and its iteration; ``None``: none."""
    checkpoint = runs.intact_checkpoint(run.id)
    if checkpoint is None:
        return None
    state = from_bytes((runs.folder(run.id) / checkpoint.path).read_bytes())
    settings = plan_of(run).settings
    parent = parent_of(runs, run.id)
    trainer = Trainer(settings, first_policy(settings, parent), validation=[])
    trainer.policy.load_state_dict(state["policy"])
    trainer.iteration = checkpoint.iteration
    card = card_of(trainer, name=run.name, command=command_of(run), data=run.data,
                   figures={}, parent=parent)  # fmt: skip
    return Model.of(trainer.policy.eval(), card), checkpoint.iteration
