"""``benchmark``: the figures that the project quotes, measured anew."""
