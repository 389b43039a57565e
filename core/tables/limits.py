"""How large a planner's files may be; beyond these, reading would hurt the server."""

MEGABYTE = 1024 * 1024

MAX_FILE = 20 * MEGABYTE
MAX_FILES = 20
MAX_UNPACKED = 150 * MEGABYTE
MAX_RATIO = 100  # unpacked over packed; real workbooks stay below 40
MIN_RATIO_SIZE = 20 * MEGABYTE  # small files may be as compressible as they like
MAX_PARTS = 1000  # entries in the zip archive of a workbook
MAX_SHEETS = 50
MAX_COLUMNS = 200
MAX_CELLS = 5_000_000  # rows × columns up to the last filled cell of a sheet
MAX_CELL_TEXT = 2000  # characters
MAX_TEXT = 100_000_000  # characters of all cells of a workbook together

MAX_ROWS = {
    "jobs": 20_000,
    "machines": 1_000,
    "setups": 200_000,
    "calendars": 10_000,
    "downtime": 200_000,
    "processing": 500_000,
    "materials": 20_000,
    "schedule": 20_000,
    "shift": 100,
}
MAX_PAIRS = 5_000_000  # jobs × machines
MAX_SETUP_CELLS = 20_000_000  # machine types × setup groups × setup groups
MAX_PRECEDENCES = 1_000_000
MAX_CLOSURES = 200_000  # of one machine
MAX_MINUTES = 525_600.0  # one year: no job or setup takes longer
MAX_YEARS = 10  # between plan start and any date
