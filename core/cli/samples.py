"""``samples``: the sample shifts and templates in ``assets/``, made anew."""

from __future__ import annotations

from core.cli.border import say


def samples() -> None:
    """Make the sample shifts and templates in assets/ anew; same files every time."""
    from core.tables.writing.samples import FOLDER, SAMPLES, sample_files
    from core.tables.writing.template import template_files, template_workbook

    folders = {
        FOLDER / sample.name: sample_files(sample) for sample in SAMPLES.values()
    }
    folders[FOLDER.parent / "templates"] = {
        **template_files(),
        "template.xlsx": template_workbook(),
    }
    for folder, files in folders.items():
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        say(f"{folder}: {', '.join(files)}")
