"""The command line: ``python -m core``."""

from core.cli.parser import app

if __name__ == "__main__":
    app(prog_name="python -m core")
