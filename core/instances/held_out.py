"""Seeds of the problems that nobody trains on."""

HELD_OUT = 2**31  # they begin here; training stays below
