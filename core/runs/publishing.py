"""A run's model joins the models of the store."""

from __future__ import annotations

import hashlib
from dataclasses import asdict

from core.policy.checkpoint import Card
from core.store.background.run import Run
from core.store.errors import NameTakenError
from core.store.models import Models

MOST_NAMES = 1000


def publish(models: Models, run: Run, card: Card, weights: bytes) -> str:
    """
    Publish a run's model, once; under the run's name, numbered where it is taken.

    Returns
    -------
    str
        Name of the model.

    Raises
    ------
    StoreError
        When the disk refuses; nothing is left behind.
    """
    digest = hashlib.sha256(weights).hexdigest()
    for model in models.all():
        # A worker that was killed after it published does so again when resumed.
        if model.run == run.id and model.card.weights == digest:
            return model.name
    values = asdict(card) | {"weights": digest}
    for number in range(1, MOST_NAMES):
        name = card.name if number == 1 else f"{card.name[:110]} {number}"
        try:
            published = models.publish(
                name, {**values, "name": name}, weights, owner=run.owner, run=run.id
            )
        except NameTakenError:
            continue
        return published.name
    raise NameTakenError(f"There are too many models called “{card.name}”.")
