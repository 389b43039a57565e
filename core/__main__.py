"""The command line: ``python -m core``."""

from core.cli.border import print_on_any_terminal
from core.cli.parser import app

if __name__ == "__main__":
    print_on_any_terminal()
    app(prog_name="python -m core")
