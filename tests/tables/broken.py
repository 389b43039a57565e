"""Text files and workbooks of jobs, broken as people and programs break them."""

import csv
import io
import re
import zipfile
from datetime import date, datetime, time, timedelta

import openpyxl
from openpyxl.utils import get_column_letter

from tests.tables.workbooks import opened, saved

HEADER = [
    *("job_id", "processing_minutes", "machine_types", "family", "due"),
    *("weight", "predecessors", "note"),
]
MACHINES = [
    ["machine_id", "machine_type", "speed"],
    ["M-1", "CNC", 1],
    ["L", "Laser", 2],
]
ODD = [
    *("\u200b", "\u00a0", "\ufeff", "a\u0308", "é", "'", '"', '""', "=1+1", "#N/A"),
    *("1,5", "1.5", "1.200", "007", "1.0", "90 min", "Total", "-", " ", "\t", "TRUE"),
    *("2026-01-05", "05.01.2026 08:00", "10:30", "x" * 200, "1e5", "∑", "[min]", "#"),
]
LINES = [
    *("", "Shift plan", "printed by Jo; night shift", "# remark", "* note", "sep=;"),
    *("Total", "Page 1 of 2", "[min]"),
]


def job_rows(dice, count):
    """Rows of jobs as a planner has them."""
    return [
        [
            f"J-{i:03}",
            dice.choice([30, 45.5, 60, 90]),
            dice.choice(["CNC", "Laser", "CNC|Laser", ""]),
            f"WO-{i // 3}",
            datetime(2026, 1, 5, 8) + timedelta(hours=i),
            dice.choice([1, 2, None]),
            f"J-{i - 1:03}" if i and dice.random() < 0.3 else None,
            dice.choice(["", "Käse", "two words", "a, b", 'say "x"']),
        ]
        for i in range(count)
    ]


# a text file


def text_file(dice):
    """A broken CSV file: name, bytes, and its text and delimiter if they are known."""
    delimiter = dice.choice(",;\t|")
    rows = [[text_of(x) for x in row] for row in [HEADER, *job_rows(dice, 6)]]
    for _ in range(dice.randrange(4)):
        break_rows(dice, rows)
    buffer = io.StringIO()
    end = dice.choice(["\n", "\r\n"])
    csv.writer(buffer, delimiter=delimiter, lineterminator=end).writerows(rows)
    text = buffer.getvalue()
    for _ in range(dice.randrange(3)):
        text = broken_text(dice, text, delimiter)
    encoding = dice.choice(["utf-8"] * 4 + ["utf-8-sig", "utf-16", "cp1252", "cp850"])
    data = text.encode(encoding, "replace")
    if data and dice.random() < 0.1:
        place = dice.randrange(len(data))
        data = data[:place] + bytes([dice.randrange(256)]) + data[place + 1 :]
        return "jobs.csv", data, None
    if encoding in ("cp1252", "cp850"):
        return "jobs.csv", data, (data.decode(encoding), delimiter)
    return "jobs.csv", data, (text, delimiter)


def text_of(value):
    """A cell as a script writes it."""
    if value is None:
        return ""
    return (
        value.isoformat(" ", "minutes") if isinstance(value, datetime) else str(value)
    )


def break_rows(dice, rows):
    """Change rows or cells as people and programs do."""
    row = rows[dice.randrange(len(rows))]
    what = dice.randrange(7)
    if what == 0 and row:
        row[dice.randrange(len(row))] = dice.choice(ODD)
    elif what == 1:
        rows.insert(dice.randrange(len(rows) + 1), [dice.choice(LINES)])
    elif what == 2:
        del row[dice.randrange(len(row) + 1) :]
    elif what == 3:
        rows.insert(dice.randrange(len(rows) + 1), list(dice.choice(rows)))
    elif what == 4:
        row.append(dice.choice(ODD))
    elif what == 5:
        rows.insert(dice.randrange(len(rows) + 1), [""] * dice.randrange(9))
    else:
        minutes = [x[1] for x in rows if len(x) > 1 and re.fullmatch(r"[\d.]+", x[1])]
        rows.append(["Total", f"{sum(map(float, minutes)):g}"])


def broken_text(dice, text, delimiter):
    """The text with a few characters inserted, replaced or lost."""
    place = dice.randrange(len(text) + 1)
    what = dice.randrange(4)
    if what == 0:
        return (
            text[:place]
            + dice.choice([*ODD, delimiter, "\n", "\r", "\0"])
            + text[place:]
        )
    if what == 1:
        return text[:place] + text[place + dice.randrange(1, 9) :]
    if what == 2:
        return f"sep={delimiter}\n" + text
    return text[:place]


# a workbook


def workbook_file(dice):
    """A broken workbook: name, bytes, and ``None`` as it has no text."""
    rows = [HEADER, *job_rows(dice, 6)]
    made = opened(jobs=rows, machines=MACHINES)
    sheet = made["jobs"]
    for _ in range(dice.randrange(5)):
        break_sheet(dice, made, sheet)
    data = saved(made)
    for _ in range(dice.randrange(3)):
        data = broken_archive(dice, data)
    return "shift.xlsx", data, None


def break_sheet(dice, made, sheet):
    """Change cells, rows, formats and what is seen, as people do."""
    row = dice.randint(1, max(sheet.max_row, 2))
    column = dice.randint(1, len(HEADER) + 1)
    cell = sheet.cell(row, column)
    if isinstance(cell, openpyxl.cell.MergedCell):
        return
    what = dice.randrange(12)
    if what == 0:
        odd = [*ODD, 46027.5, True, 7, 1.0, time(8, 30), date(2026, 1, 5), None, -1]
        cell.value = dice.choice([*odd, timedelta(hours=30)])
        if isinstance(cell.value, str) and dice.random() < 0.5:
            cell.data_type = "s"
    elif what == 1:
        sheet.insert_rows(row, dice.randint(1, 3))
    elif what == 2:
        sheet.insert_rows(1, 2)
        sheet.cell(1, 1).value = "Shift plan"
    elif what == 3:
        minutes = [x.value for x in sheet["B"]]
        total = sum(x for x in minutes if isinstance(x, int | float))
        sheet.append(["Total", dice.choice([total, total + 1])])
    elif what == 4:
        bottom = row + dice.randrange(3)
        right = column + dice.choice([0, 0, 1])
        sheet.merge_cells(None, row, column, bottom, right)
    elif what == 5:
        sheet.row_dimensions[row].hidden = True
    elif what == 6:
        sheet.column_dimensions[get_column_letter(column)].hidden = True
    elif what == 7:
        codes = ["000", '0" min"', "0%", "yyyy-mm-dd", "[h]:mm", "General", "0.00", "@"]
        cell.number_format = dice.choice(codes)
    elif what == 8:
        dice.choice([sheet, made["machines"]]).sheet_state = "hidden"
        if "front" not in made.sheetnames:
            made.create_sheet("front")
        made.active = made.index(made["front"])
    elif what == 9:
        sheet.append([dice.choice(LINES)])
    elif what == 10:
        sheet.title = dice.choice(["jobs", "Jobs", "Sheet1", "Tabelle1", "Job"])
    else:
        sheet.append([x.value for x in sheet[row] if x.value is not None])


def broken_archive(dice, data):
    """The workbook with a part removed, cut, or a few characters changed in it."""
    buffer = io.BytesIO()
    try:
        old = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile:
        return data
    names = old.namelist()
    victim = dice.choice([x for x in names if x.startswith("xl/") and "theme" not in x])
    what = dice.randrange(6)
    if what == 0:
        return data[: dice.randrange(len(data))] if dice.random() < 0.3 else data
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in names:
            content = old.read(name)
            if name == victim:
                if what == 1:
                    continue
                content = broken_xml(dice, content, what)
            new.writestr(name, content)
    return buffer.getvalue()


def broken_xml(dice, content, what):
    """XML with attributes or tags lost, or single characters changed."""
    if what == 2:
        return re.sub(rb' r="[A-Z]*[0-9]+"', b"", content)
    if what == 3:
        tags = re.findall(rb"<[^>]+>", content)
        return content.replace(dice.choice(tags), b"", 1)
    if what == 4:
        # (An inline text that lost its type is text to one reader, nothing to another.)
        attributes = re.findall(rb' [\w:]+="(?!inlineStr)[^"]*"', content)
        return (
            content.replace(dice.choice(attributes), b"", 1) if attributes else content
        )
    digits = [x.start() for x in re.finditer(rb"[0-9](?=[^<>]*(?:</v>|\"))", content)]
    digits = [x for x in digits if b"schemas" not in content[max(x - 70, 0) : x]]
    if not digits:
        return content
    place = dice.choice(digits)
    return content[:place] + str(dice.randrange(10)).encode() + content[place + 1 :]
