"""Models: what is let in, which one is the default, and who sees it."""

import hashlib
import io
import itertools
import json
import os
import pickle
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load, save

from core.store.card import check_weights, read_card
from core.store.database import open_database
from core.store.errors import (
    ModelInUseError,
    ModelRefusedError,
    NameTakenError,
    NoModelError,
    StoreUnwritableError,
    UnknownModelError,
)
from core.store.models import Models
from tests.stores import FEATURES, card_of, weights_of


def fits(policy, features):
    """Say what is wrong with features other than those of the test cards."""
    fit = (policy, features) == ("set", FEATURES)
    return None if fit else "was trained on other features"


ROOT = Path(__file__).parents[2]

LOOKER = """
import sys
from pathlib import Path
from core.store.database import open_database
from core.store.models import Models

models = Models(open_database(Path(sys.argv[1]), sys.argv[2]), Path(sys.argv[3]))
while sys.stdin.readline():
    model = models.default_model()
    print(model.name, model.digest, flush=True)
"""


def archive_of(**files: bytes) -> bytes:
    """A zip of files; two underscores stand for a dot."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return buffer.getvalue()


def upload_of(weights: bytes, /, **changes: object) -> bytes:
    """An archive of weights and a card that fits them, but for the changes."""
    card = json.dumps(card_of(weights) | changes).encode()
    return archive_of(card__json=card, weights__safetensors=weights)


def header_of(**tensors: object) -> bytes:
    """A safetensors file with any header, and 24 bytes of numbers."""
    header = json.dumps(tensors).encode()
    return struct.pack("<Q", len(header)) + header + bytes(24)


def tensor(shape=(6,), offsets=(0, 24), dtype="F32") -> dict[str, object]:
    """An entry of a safetensors header."""
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


# --- Keeping ------------------------------------------------------------------


def test_a_published_model_is_there_with_card_and_weights(models):
    """Name, lineage, figures and further keys of the card are kept."""
    weights = weights_of()
    card = card_of(weights, name="x", parent="base", note={"gpu": False})
    made = models.publish(" Nachts ", card, weights, owner="ada", run="1" * 32)
    found = models.get("NACHTS")
    assert found == made
    assert (found.name, found.origin, found.owner) == ("Nachts", "trained", "ada")
    assert found.card.name == "Nachts"
    assert found.card.parent == "base"
    assert found.card.figures == {"cost": 1.25}
    assert found.card.model_extra == {"note": {"gpu": False}}
    assert found.weights.read_bytes() == weights
    assert found.folder.parent == models.database.folder / "models"
    assert [model.name for model in models.all()] == ["Nachts"]


def test_shipped_models_come_first(models, ship, publish, clock):
    """By name; then the newest of the others."""
    for name in ("zeta", "default"):
        ship(name)
    for name in ("old", "new"):
        clock.now += 1
        publish(name)
    found = [(model.name, model.origin) for model in models.all()]
    assert found == [
        ("default", "shipped"),
        ("zeta", "shipped"),
        ("new", "trained"),
        ("old", "trained"),
    ]


def test_a_name_is_given_once(models, ship, publish):
    """Neither a shipped nor a trained model's name can be had again."""
    ship("default")
    publish("Nachts")
    for name in ("Default", "nachts"):
        with pytest.raises(NameTakenError):
            publish(name)
    assert len(list(models.database.folder.glob("models/*"))) == 1


def test_a_name_taken_in_the_last_moment_leaves_nothing(models, publish, monkeypatch):
    """The database has the last word; the files of the late one are removed."""
    publish("Nachts")
    monkeypatch.setattr(models, "_find", lambda _: None)
    with pytest.raises(NameTakenError):
        publish("Nachts")
    assert len(list(models.database.folder.glob("models/*"))) == 1


def test_a_full_disk_leaves_no_half_a_model(models, publish, monkeypatch):
    """Neither a folder nor a row."""

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "rename", full)
    with pytest.raises(StoreUnwritableError, match="No space left"):
        publish("Nachts")
    assert models.all() == []
    assert list(models.database.folder.glob("models/*")) == []


def test_lineage_goes_back_as_far_as_it_can(models, publish):
    """Child, parent, grandparent; a parent that is gone, or a circle, ends it."""
    publish("base", parent="gone")
    publish("first", parent="base")
    publish("second", parent="first")
    assert [x.name for x in models.lineage("second")] == ["second", "first", "base"]
    publish("self", parent="self")
    assert [x.name for x in models.lineage("self")] == ["self"]


def test_a_damaged_model_is_named_and_hides_no_other(models, publish):
    """The list goes on without it; asked for by name, it says what is wrong."""
    publish("good")
    publish("bad")
    (models.get("bad").folder / "card.json").write_text("{")
    assert [model.name for model in models.all()] == ["good"]
    assert "not valid" in models.damaged()["bad"]
    with pytest.raises(ModelRefusedError, match="not valid"):
        models.get("bad")


def test_evaluations_are_kept_with_what_they_were_measured_on(models, publish, clock):
    """Newest first, each model its own; gone with the model."""
    publish("a")
    publish("b")
    models.record_evaluation("a", "held-out", {"cost": 1.5})
    clock.now += 1
    models.record_evaluation("A", "my shift", {"cost": 2.5})
    assert models.evaluations("a") == [
        ("my shift", {"cost": 2.5}, clock.now),
        ("held-out", {"cost": 1.5}, clock.now - 1),
    ]
    assert models.evaluations("b") == []
    models.delete("a")
    publish("a")
    assert models.evaluations("a") == []


# --- The default --------------------------------------------------------------


def test_without_any_model_there_is_no_default(models):
    """The error says where one was looked for."""
    with pytest.raises(NoModelError, match="shipped is empty"):
        models.default_model()
    with pytest.raises(UnknownModelError):
        models.get("../../etc")


def test_the_default_before_any_promotion_is_shipped(models, ship):
    """The one called default, else the first by name."""
    ship("beta")
    ship("alpha")
    assert models.default_model().name == "alpha"
    ship("default")
    assert models.default_model().name == "default"


def test_promotions_can_be_rolled_back_one_by_one(models, ship, publish, clock):
    """Each step returns the default before it; the history keeps all of them."""
    ship("default")
    publish("one")
    publish("two")
    models.promote("one", "3 % better", owner="ada")
    clock.now += 1
    models.promote("two", "again")
    assert models.default_model().name == "two"
    clock.now += 1
    assert models.roll_back().name == "one"
    assert models.default_model().name == "one"
    models.promote("default", "to be sure")
    assert models.default_model().name == "default"
    assert [models.roll_back().name for _ in range(2)] == ["one", "default"]
    with pytest.raises(NoModelError, match="nothing to roll back"):
        models.roll_back()
    history = models.history()
    assert [x.model for x in history] == ["default", "two", "one"]
    assert (history[2].why, history[2].owner) == ("3 % better", "ada")
    assert history[1].undone == clock.now


def test_another_process_sees_a_promotion_at_once(models, ship, publish):
    """A page that runs all the time plans with the new model at the next press."""
    ship("default")
    publish("new")
    database = models.database
    looker = subprocess.Popen(
        [
            *(sys.executable, "-c", LOOKER, str(database.folder)),
            *(database.url, str(models.shipped)),
        ],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def look() -> str:
        looker.stdin.write("\n")
        looker.stdin.flush()
        return looker.stdout.readline().strip()

    seen = [look()]
    models.promote("new", "better")
    seen.append(look())
    models.roll_back()
    seen.append(look())
    looker.communicate()
    shipped, new = models.get("default").digest, models.get("new").digest
    assert seen == [f"default {shipped}", f"new {new}", f"default {shipped}"]


def test_the_default_and_the_shipped_are_not_deleted(models, ship, publish):
    """Everything else is; a promotion that was rolled back does not protect."""
    ship("default")
    publish("one")
    publish("two")
    models.promote("one", "")
    models.promote("two", "")
    with pytest.raises(ModelInUseError, match="is the default"):
        models.delete("two")
    with pytest.raises(ModelInUseError, match="came with Shiftwright"):
        models.delete("default")
    folder = models.get("one").folder
    models.delete("one")
    assert not folder.exists()
    assert models.roll_back().name == "default"
    models.delete("two")
    with pytest.raises(UnknownModelError):
        models.delete("two")


def test_a_model_with_changed_weights_is_not_promoted(models, publish):
    """The weights are compared with the card once more."""
    publish("one")
    models.get("one").weights.write_bytes(weights_of(77.0))
    with pytest.raises(ModelRefusedError, match="not those of the card"):
        models.promote("one", "")
    assert models.history() == []


# --- Uploads ------------------------------------------------------------------


def test_a_downloaded_model_can_be_brought_to_another_store(models, publish, tmp_path):
    """The same weights, figures and card but for the name."""
    publish("Nachts")
    archive = models.export("Nachts")
    other = Models(open_database(tmp_path / "other", ""), tmp_path / "none")
    made = other.import_uploaded(archive, fits, owner="bob")
    assert (made.name, made.origin, made.owner) == ("Nachts", "uploaded", "bob")
    assert made.weights.read_bytes() == models.get("Nachts").weights.read_bytes()
    renamed = other.import_uploaded(archive, fits, name="Tags")
    assert renamed.card.name == "Tags"
    with pytest.raises(NameTakenError):
        other.import_uploaded(archive, fits)


class Evil:
    """Runs a program when it is unpickled."""

    def __reduce__(self):
        return os.system, ("touch pwned",)


PICKLE = pickle.dumps(Evil())
WEIGHTS = weights_of()
CARD = json.dumps(card_of(WEIGHTS)).encode()


@pytest.mark.parametrize(
    ("archive", "message"),
    [
        (PICKLE, "pickled PyTorch file"),
        (archive_of(**{"model/data__pkl": PICKLE}), "pickled PyTorch file"),
        (WEIGHTS, "weights without a card"),
        (b"", "no safetensors file"),
        (b"PK\x03\x04 but no zip", "cannot be opened"),
        (archive_of(card__json=CARD), "nothing else"),
        (
            archive_of(card__json=CARD, weights__safetensors=WEIGHTS, more=b""),
            "nothing else",
        ),
        (
            archive_of(card__json=CARD, weights__safetensors=PICKLE),
            "pickled PyTorch file",
        ),
        (
            archive_of(card__json=CARD, weights__safetensors=weights_of(2.0)),
            "not those of the card",
        ),
        (upload_of(WEIGHTS, features="0" * 64), "“tiny” was trained on other features"),
        (upload_of(WEIGHTS, format=1), "format"),
        (upload_of(WEIGHTS, policy="magic"), "policy"),
        (upload_of(WEIGHTS, seed="0"), "seed"),
        (upload_of(WEIGHTS, wall_seconds=-1), "wall_seconds"),
        (upload_of(WEIGHTS, name=""), "name"),
        (upload_of(WEIGHTS, name="a\nb"), "name is refused"),
        (upload_of(WEIGHTS, weights="x"), "weights"),
        (
            archive_of(card__json=b"[" * 500_000, weights__safetensors=WEIGHTS),
            "not valid",
        ),
        (
            archive_of(card__json=b" " * 2_000_000, weights__safetensors=WEIGHTS),
            "card takes 2000000 bytes",
        ),
    ],
    ids=itertools.count(),
)
def test_what_is_no_sound_model_stays_out(
    models, archive, message, monkeypatch, tmp_path
):
    """The message says what is wrong; nothing is run, nothing is left behind."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelRefusedError, match=message):
        models.import_uploaded(archive, fits)
    assert not Path("pwned").exists()
    assert models.all() == []
    assert list(models.database.folder.glob("models/*")) == []


@pytest.mark.parametrize("key", sorted(card_of(WEIGHTS)))
def test_every_key_of_the_card_is_required(key):
    """The message names the one that is missing."""
    card = card_of(WEIGHTS)
    del card[key]
    with pytest.raises(ModelRefusedError, match=f"{key}: Field required"):
        read_card(json.dumps(card).encode())


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (header_of(a=tensor()), None),  # sound, to compare with
        (header_of(a=tensor(), __metadata__={"format": "pt"}), None),
        (header_of(a=tensor((2,), (0, 8)), b=tensor((4,), (8, 24))), None),
        (
            header_of(a=tensor((2,), (0, 8)), b=tensor((4,), (4, 20))),
            "misplaced",
        ),
        (
            header_of(a=tensor((2,), (0, 8)), b=tensor((3,), (12, 24))),
            "misplaced",
        ),
        (header_of(a=tensor((5,), (0, 20))), "behind their last tensor"),
        (header_of(a=tensor((7,), (0, 28))), "misplaced"),
        (header_of(a=tensor((6,), (0, 20))), "damaged"),
        (header_of(a=tensor((-6,), (0, -24))), "damaged"),
        (header_of(a=tensor((True,), (0, 4))), "damaged"),
        (header_of(a=tensor(dtype="O")), "damaged"),
        (header_of(a=7), "damaged"),
        (header_of(), "0 tensors"),
        (struct.pack("<Q", 10**12) + bytes(30), "no safetensors file"),
        (
            struct.pack("<Q", 4) + b"[[[[" + bytes(24),
            "header of the weights",
        ),
        (struct.pack("<Q", 2) + b"[]" + bytes(24), "header of the weights"),
        (struct.pack("<Q", 14) + b'{"a":1,"a":12}', "header of the weights"),
        (save({"a": np.array([1.0, np.nan], np.float32)}), "not finite"),
        (save({"a": np.array([np.inf], np.float16)}), "not finite"),
    ],
    ids=itertools.count(),
)
def test_weights_are_looked_at_before_anything_reads_them(weights, message):
    """Sizes, places and numbers are checked; sound files are let in."""
    if message is None:
        check_weights(weights)
    else:
        with pytest.raises(ModelRefusedError, match=message):
            check_weights(weights)


def test_weights_that_are_too_large_are_refused(monkeypatch):
    """Before their header is read."""
    monkeypatch.setattr("core.store.card.LARGEST_WEIGHTS", 10)
    with pytest.raises(ModelRefusedError, match="10 are allowed"):
        check_weights(WEIGHTS)


@given(st.integers(1, 60))
def test_a_header_of_any_length_is_no_pickle(tensors):
    """Some lengths begin with the byte that a pickle begins with."""
    weights = save({f"t{i}": np.ones(1, np.float32) for i in range(tensors)})
    check_weights(weights)


@given(st.data())
def test_damaged_weights_are_refused_or_can_be_loaded(data):
    """What is let in is what the safetensors package itself can read."""
    weights = bytearray(WEIGHTS)
    at = data.draw(st.integers(0, len(weights) - 1))
    weights[at] ^= data.draw(st.integers(1, 255))
    try:
        check_weights(bytes(weights))
    except ModelRefusedError:
        return
    assert sum(array.size for array in load(bytes(weights)).values()) == 8
    assert hashlib.sha256(weights).hexdigest() != card_of(WEIGHTS)["weights"]
