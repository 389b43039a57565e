"""What must hold of every shift in the middle; 10,000 by the command."""

from tests.replanning.properties import COUNTED, run


def test_random_shifts_in_the_middle():
    """The plan goes on where it was cut; locks, freeze and history stay, for all."""
    assert run(40, seed="suite") == []
    assert COUNTED["locked"]
    assert COUNTED["frozen"]
