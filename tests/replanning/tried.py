"""Random cases one after another, and all that is wrong with any of them."""

from collections.abc import Callable, Iterable
from time import process_time

TOLD = 100  # cases between two words on how far it is


def quietly(_words: str) -> None:
    """Say nothing."""


def aloud(words: str) -> None:
    """Print at once: what runs for hours may be stopped at any time."""
    print(words, flush=True)


def tried(
    faults: Callable[[str], Iterable[str]],
    count: int,
    seed: str,
    first: int,
    tell: Callable[[str], None],
) -> list[str]:
    """
    Try ``count`` cases from number ``first`` on; text of all that is wrong.

    A case has a name, by which it is made again: the seed and its number.
    """
    wrong = []
    for i in range(first, first + count):
        name = f"{seed}-{i}"
        try:
            found = [f"{name}: {x}" for x in faults(name)]
        except Exception as error:
            found = [f"{name}: raised {error!r}"]
        for words in found:
            tell(words)
        wrong += found
        if not (i + 1) % TOLD:
            tell(f"seed {seed}, up to {i}: {len(wrong)} faults, {process_time():.0f} s")
    return wrong
