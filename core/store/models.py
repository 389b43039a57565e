"""Models: those that come with Shiftwright, those trained here, and the default one."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from core.problem.archives import pack
from core.store.card import (
    CARD,
    WEIGHTS,
    check_model,
    read_card,
)
from core.store.database import Database, to_json
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
    read_model,
)
from core.store.names import clean_name, name_key
from core.store.schema import evaluations, models, promotions

SHIPPED = Path(__file__).parents[2] / "assets" / "models"
FIRST_DEFAULT = "default"  # the shipped model that is the default until a promotion


@dataclass(frozen=True)
class Promotion:
    """
    One entry of the history of the default model.

    Parameters
    ----------
    model
        Name of the model; its key, where the model is gone.
    why, owner, created
        The reason given, by whom, when (seconds since 1970 UTC).
    undone
        When it was rolled back; ``None``: it was not.
    """

    model: str
    why: str
    owner: str
    created: float
    undone: float | None


class Models:
    """
    The models of a database and of this installation.

    Parameters
    ----------
    database
        Keeps names, owners and the default; the files are in its data folder.
    shipped
        Folder with one folder per shipped model.
    clock
        Seconds since 1970 UTC.

    Notes
    -----
    The default is a row of the database that every call reads anew: a promotion is
    seen by all processes at once.
    """

    def __init__(
        self,
        database: Database,
        shipped: Path = SHIPPED,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.database = database
        self.shipped = shipped
        self.clock = clock

    # --- Looking -------------------------------------------------------------------

    def all(self) -> list[StoredModel]:
        """
        Return every sound model: the shipped ones by name, then the newest first.

        Raises
        ------
        ModelRefusedError
            When the card of a shipped model is damaged.
        """
        found = [self._shipped(folder) for folder in self._shipped_folders().values()]
        query = select(models).order_by(models.c.created.desc(), models.c.id)
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
        for row in rows:
            try:
                found.append(self._kept(row))
            except ModelRefusedError:
                continue  # said by get(), and by damaged()
        return found

    def damaged(self) -> dict[str, str]:
        """Return what is wrong with each trained model that cannot be opened."""
        with self.database.reading() as connection:
            rows = connection.execute(select(models).order_by(models.c.name)).all()
        faults = {}
        for row in rows:
            try:
                self._kept(row)
            except ModelRefusedError as error:
                faults[str(row.name)] = str(error)
        return faults

    def get(self, name: str) -> StoredModel:
        """
        Return a model by its name.

        Raises
        ------
        UnknownModelError
            When there is none.
        ModelRefusedError
            When its files are damaged or gone.
        """
        found = self._find(name)
        if found is None:
            raise UnknownModelError(f"There is no model “{name}”.")
        return found

    def default_model(self) -> StoredModel:
        """
        Return the model to plan with.

        The one promoted last and not rolled back; before any promotion the shipped
        one called ``default``, else the first shipped one by name.

        Raises
        ------
        NoModelError
            When there is none at all.
        ModelRefusedError
            When its files are damaged or gone.
        """
        with self.database.reading() as connection:
            key = connection.execute(_CURRENT).scalar()
        if key is not None:
            found = self._find(key)
            if found is not None:
                return found
        folders = self._shipped_folders()
        if not folders:
            raise NoModelError(
                f"There is no model: {self.shipped} is empty and none was promoted."
            )
        first = name_key(FIRST_DEFAULT)
        return self._shipped(folders[first if first in folders else min(folders)])

    def lineage(self, name: str) -> list[StoredModel]:
        """Return the model, its parent, its parent's parent …, as far as they exist."""
        line = [self.get(name)]
        while (parent := line[-1].card.parent) is not None:
            found = self._find(parent)
            if found is None or found.name in {model.name for model in line}:
                break
            line.append(found)
        return line

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

    def export(self, name: str) -> bytes:
        """Return a model as a zip of its two files, for :meth:`import_uploaded`."""
        folder = self.get(name).folder
        return pack({file: (folder / file).read_bytes() for file in (CARD, WEIGHTS)})

    def import_uploaded(
        self, archive: bytes, features: str, *, name: str | None = None, owner: str = ""
    ) -> StoredModel:
        """
        Take in a model from outside; nothing in it is ever executed.

        Parameters
        ----------
        archive
            Zip of ``card.json`` and ``weights.safetensors``, as :meth:`export` makes.
        features
            SHA-256 of this version's table of features, which the card must name.
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
        check_model(card, weights, features)
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
        key = _key(name)
        if key in self._shipped_folders():
            raise ModelInUseError(f"Model “{name}” came with Shiftwright and stays.")
        with self.database.writing(exclusive=True) as connection:
            row = connection.execute(
                select(models.c.id).where(models.c.name_key == key)
            ).one_or_none()
            if row is None:
                raise UnknownModelError(f"There is no model “{name}”.")
            if connection.execute(_CURRENT).scalar() == key:
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
        newest = _CURRENT.with_only_columns(promotions.c.id)
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

    def history(self) -> list[Promotion]:
        """Return all promotions, newest first."""
        query = select(promotions).order_by(promotions.c.id.desc())
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
        names = {name_key(model.name): model.name for model in self.all()}
        return [
            Promotion(
                names.get(row.model_key, row.model_key),
                row.why,
                row.owner,
                row.created,
                row.undone,
            )
            for row in rows
        ]

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

    def evaluations(self, name: str) -> list[tuple[str, dict[str, Any], float]]:
        """Return (what, figures, when) of every evaluation of a model, newest first."""
        query = (
            select(evaluations.c.what, evaluations.c.figures, evaluations.c.created)
            .where(evaluations.c.model_key == _key(name))
            .order_by(evaluations.c.id.desc())
        )
        with self.database.reading() as connection:
            return [(row[0], row[1], row[2]) for row in connection.execute(query)]

    # --- Inside --------------------------------------------------------------------

    def _find(self, name: str) -> StoredModel | None:
        """Return the model whose name reads the same, or ``None``."""
        key = _key(name)
        folder = self._shipped_folders().get(key)
        if folder is not None:
            return self._shipped(folder)
        with self.database.reading() as connection:
            row = connection.execute(
                select(models).where(models.c.name_key == key)
            ).one_or_none()
        return None if row is None else self._kept(row)

    def _shipped_folders(self) -> dict[str, Path]:
        """Return the folder of each shipped model, by the key of its name."""
        if not self.shipped.is_dir():
            return {}
        folders = sorted(self.shipped.iterdir())
        return {name_key(x.name): x for x in folders if (x / CARD).is_file()}

    def _shipped(self, folder: Path) -> StoredModel:
        """Return the model in a folder of the installation."""
        card, digest = read_model(folder)
        return StoredModel(folder.name, "shipped", folder, card, digest)

    def _kept(self, row: Row[Any]) -> StoredModel:
        """Return the model of a row."""
        folder = self.database.folder / "models" / row.id
        card, digest = read_model(folder)
        return StoredModel(
            row.name, row.origin, folder, card, digest, row.owner, row.run, row.created
        )


_CURRENT = (
    select(promotions.c.model_key)
    .where(promotions.c.undone.is_(None))
    .order_by(promotions.c.id.desc())
    .limit(1)
)


def _key(name: str) -> str:
    """Return the key of a name that is looked for; one that no model can have: none."""
    try:
        return name_key(name)
    except ValueError:
        return ""


def _is_kept(connection: Connection, name: str) -> bool:
    """Whether the database has a model of this name."""
    query = select(models.c.id).where(models.c.name_key == name_key(name))
    return connection.execute(query).one_or_none() is not None
