"""Names that people give to things: any script, but safe and unique."""

from __future__ import annotations

import unicodedata
from uuid import UUID

LONGEST_NAME = 120


def clean_name(name: str) -> str:
    """
    Return the name as it is stored: composed, without space around it.

    Raises
    ------
    ValueError
        When it is empty, too long, or holds characters that cannot be shown
        (control characters, lone surrogates).
    """
    clean = unicodedata.normalize("NFC", name).strip()
    if not clean:
        raise ValueError("Expected a name, got an empty one.")
    if len(clean) > LONGEST_NAME:
        raise ValueError(
            f"Expected a name of at most {LONGEST_NAME} characters, got {len(clean)}."
        )
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in clean):
        raise ValueError("Expected a name without control characters.")
    return clean


def name_key(name: str) -> str:
    """
    What two names that read the same have in common; what must be unique.

    ``Café``, ``café`` and the same with a separate accent share one key.
    """
    folded = unicodedata.normalize("NFKC", clean_name(name)).casefold()
    return unicodedata.normalize("NFKC", folded)


def is_id(text: str) -> bool:
    """Whether a text is an id as the store makes them; only these become paths."""
    try:
        return UUID(hex=text).hex == text
    except ValueError:
        return False
