"""Models as they are: those that come with Shiftwright, those trained here."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select

from core.problem.saving.archives import pack
from core.store.card import CARD, WEIGHTS
from core.store.database import Database
from core.store.errors import ModelRefusedError, NoModelError, UnknownModelError
from core.store.model_files import StoredModel, read_model
from core.store.names import name_key
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


class ModelReader:
    """
    Models, looked at: nothing is changed.

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
            key = connection.execute(CURRENT).scalar()
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

    def export(self, name: str) -> bytes:
        """Return a model as a zip of its two files, for :meth:`import_uploaded`."""
        folder = self.get(name).folder
        return pack({file: (folder / file).read_bytes() for file in (CARD, WEIGHTS)})

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

    def evaluations(self, name: str) -> list[tuple[str, dict[str, Any], float]]:
        """Return (what, figures, when) of every evaluation of a model, newest first."""
        query = (
            select(evaluations.c.what, evaluations.c.figures, evaluations.c.created)
            .where(evaluations.c.model_key == key_of(name))
            .order_by(evaluations.c.id.desc())
        )
        with self.database.reading() as connection:
            return [(row[0], row[1], row[2]) for row in connection.execute(query)]

    def _find(self, name: str) -> StoredModel | None:
        """Return the model whose name reads the same, or ``None``."""
        key = key_of(name)
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


CURRENT = (
    select(promotions.c.model_key)
    .where(promotions.c.undone.is_(None))
    .order_by(promotions.c.id.desc())
    .limit(1)
)


def key_of(name: str) -> str:
    """Return the key of a name that is looked for; one that no model can have: none."""
    try:
        return name_key(name)
    except ValueError:
        return ""
