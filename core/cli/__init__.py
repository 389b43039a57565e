"""``python -m core``: one file per command."""
