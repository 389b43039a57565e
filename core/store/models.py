"""Bring models in, take them out, and choose the default one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from core.store.card import (
    CARD,
    WEIGHTS,
    Misfit,
    check_model,
    read_card,
)
from core.store.database import to_json
from core.store.errors import (
    ModelInUseError,
    ModelRefusedError,
    NameTakenError,
    NoModelError,
    UnknownModelError,
)
from core.store.files import remove_folder, write_folder_atomically
from core.store.model_files import (
    Origin,
    StoredModel,
    open_archive,
    read_bytes,
)
from core.store.model_reader import CURRENT, ModelReader, key_of
from core.store.names import clean_name, name_key
from core.store.schema import evaluations, models, promotions

SHIPPED = Path(__file__).parents[2] / "assets" / "models"
FIRST_DEFAULT = "default"  # the shipped model that is the default until a promotion


class Models(ModelReader):
    """
    The models of a database and of this installation: all that a page needs.

    Parameters
    ----------
    database, shipped, clock
        As :class:`ModelReader`.
    """

    # --- Bringing in, taking out ---------------------------------------------------

    def publish(
        self,
        name: str,
        card: Mapping[str, Any] | bytes,
        weights: bytes,
        *,
        owner: str = "",
        run: str | None = None,
        origin: Origin = "trained",
    ) -> StoredModel:
        """
        Keep a model; it is there with both files and its row, or not at all.

        Parameters
        ----------
        name
            Written into the card.
        card, weights
            The content of the two files; see :mod:`core.store.card`.
        owner, run, origin
            As in :class:`StoredModel`.

        Raises
        ------
        NameTakenError
            When another model has the name.
        ModelRefusedError
            When the card breaks its schema, or the weights are not sound or not
            those of the card.
        StoreUnwritableError
            When the disk refuses; nothing is left behind.
        """
        name = clean_name(name)
        raw = card if isinstance(card, bytes) else to_json(dict(card)).encode()
        checked = read_card(raw).model_copy(update={"name": name})
        check_model(checked, weights)
        if self._find(name) is not None:
            raise NameTakenError(f"There is a model “{name}” already.")
        model_id = uuid4().hex
        folder = self.database.folder / "models" / model_id
        text = checked.model_dump_json(indent=2).encode()
        write_folder_atomically(folder, {WEIGHTS: weights, CARD: text})
        row = {
            "id": model_id,
            "name": name,
            "name_key": name_key(name),
            "owner": owner,
            "origin": origin,
            "run": run,
            "created": self.clock(),
        }
        try:
            with self.database.writing() as connection:
                connection.execute(insert(models).values(row))
        except IntegrityError as error:  # taken since we looked
            remove_folder(folder)
            raise NameTakenError(f"There is a model “{name}” already.") from error
        except BaseException:
            remove_folder(folder)
            raise
        return self.get(name)

    def import_uploaded(
        self,
        archive: bytes,
        misfit: Misfit,
        *,
        name: str | None = None,
        owner: str = "",
    ) -> StoredModel:
        """
        Take in a model from outside; nothing in it is ever executed.

        Parameters
        ----------
        archive
            Zip of ``card.json`` and ``weights.safetensors``, as :meth:`export` makes.
        misfit
            Says why the features that a card names do not fit; ``None``: they do.
        name
            By default the one in the card.
        owner
            Who brings it.

        Raises
        ------
        ModelRefusedError
            When anything about it is not as it must be; says what.
        NameTakenError
            When another model has the name.
        """
        raw, weights = open_archive(archive)
        card = read_card(raw)
        check_model(card, weights, misfit)
        try:
            name = clean_name(card.name if name is None else name)
        except ValueError as error:
            raise ModelRefusedError(f"The model's name is refused: {error}") from error
        return self.publish(name, raw, weights, owner=owner, origin="uploaded")

    def delete(self, name: str) -> None:
        """
        Delete a trained or uploaded model.

        Raises
        ------
        UnknownModelError
            When there is none.
        ModelInUseError
            When it is the default, or came with Shiftwright.
        """
        key = key_of(name)
        if key in self._shipped_folders():
            raise ModelInUseError(f"Model “{name}” came with Shiftwright and stays.")
        with self.database.writing(exclusive=True) as connection:
            row = connection.execute(
                select(models.c.id).where(models.c.name_key == key)
            ).one_or_none()
            if row is None:
                raise UnknownModelError(f"There is no model “{name}”.")
            if connection.execute(CURRENT).scalar() == key:
                raise ModelInUseError(
                    f"Model “{name}” is the default. Promote another one or roll back "
                    "before you delete it."
                )
            connection.execute(delete(models).where(models.c.id == row.id))
            # A later model of the same name is another one: no history for it.
            for table in (promotions, evaluations):
                connection.execute(delete(table).where(table.c.model_key == key))
        remove_folder(self.database.folder / "models" / row.id)

    # --- The default ---------------------------------------------------------------

    def promote(self, name: str, why: str, owner: str = "") -> StoredModel:
        """
        Make a model the default, for every process from now on.

        Parameters
        ----------
        name
            The model; its weights are checked once more.
        why, owner
            Kept in the history.

        Raises
        ------
        UnknownModelError, ModelRefusedError
            When there is no such model, or its files are damaged.
        """
        model = self.get(name)
        check_model(model.card, read_bytes(model.weights))
        with self.database.writing(exclusive=True) as connection:
            if model.origin != "shipped" and not _is_kept(connection, model.name):
                raise UnknownModelError(f"There is no model “{name}”.")  # deleted since
            connection.execute(
                insert(promotions).values(
                    model_key=name_key(model.name),
                    why=why,
                    owner=owner,
                    created=self.clock(),
                )
            )
        return model

    def roll_back(self) -> StoredModel:
        """
        Undo the last promotion that still stands, and return the default from now on.

        Raises
        ------
        NoModelError
            When no promotion stands.
        """
        newest = CURRENT.with_only_columns(promotions.c.id)
        with self.database.writing(exclusive=True) as connection:
            last = connection.execute(newest).scalar()
            if last is None:
                raise NoModelError(
                    "No promotion stands; there is nothing to roll back."
                )
            connection.execute(
                update(promotions)
                .where(promotions.c.id == last)
                .values(undone=self.clock())
            )
        return self.default_model()

    # --- Figures -------------------------------------------------------------------

    def record_evaluation(
        self, name: str, what: str, figures: Mapping[str, Any]
    ) -> None:
        """Keep measured figures of a model, with what they were measured on."""
        model = self.get(name)
        row = {
            "model_key": name_key(model.name),
            "what": what,
            "figures": dict(figures),
            "created": self.clock(),
        }
        with self.database.writing() as connection:
            connection.execute(insert(evaluations).values(row))


def _is_kept(connection: Connection, name: str) -> bool:
    """Whether the database has a model of this name."""
    query = select(models.c.id).where(models.c.name_key == name_key(name))
    return connection.execute(query).one_or_none() is not None
