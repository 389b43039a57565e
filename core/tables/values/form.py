"""How the cells of a column are to be read."""

from __future__ import annotations

from dataclasses import dataclass

from core.tables.values.moments import DATE_FORMS

UNITS = ("s", "min", "h", "percent", "factor")
DURATIONS = ("h:mm", "mm:ss")
WEEKDAY_FORMS = (
    *("English", "German", "French", "Spanish"),
    *("Monday is 1", "Sunday is 1", "Monday is 0", "Sunday is 0"),
)


@dataclass(frozen=True)
class Form:
    """
    How the cells of a column are read; what is empty follows from each cell.

    Parameters
    ----------
    unit
        Of numbers without one: ``s``, ``min``, ``h``; of speeds: ``percent``,
        ``factor``.
    dates
        ``ISO``, ``day.month.year``, ``month/day/year``; of bare numbers ``serial``
        (a spreadsheet's days) or ``minutes`` (since plan start).
    decimal, thousands
        Signs of numbers: a point or a comma.
    durations
        What ``1:30`` is: ``h:mm`` or ``mm:ss``.
    weekdays
        Language of the days' names, or how days are counted.
    yes, no
        Words for yes and no, beside the usual ones.

    Raises
    ------
    ValueError
        When a value is none of these.
    """

    unit: str = ""
    dates: str = ""
    decimal: str = ""
    thousands: str = ""
    durations: str = ""
    weekdays: str = ""
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, known in KNOWN.items():
            value = getattr(self, name)
            if value and value not in known:
                raise ValueError(
                    f"{name} is {value!r}, expected one of {', '.join(known)}."
                )
        if self.decimal and self.decimal == self.thousands:
            raise ValueError("decimal and thousands are the same sign.")

    @property
    def sign(self) -> str:
        """Decimal sign, also where only the thousands sign is given."""
        if self.decimal or self.thousands not in (".", ","):
            return self.decimal
        return "," if self.thousands == "." else "."


KNOWN: dict[str, tuple[str, ...]] = {
    "unit": UNITS,
    "dates": DATE_FORMS,
    "decimal": (".", ","),
    "thousands": (".", ",", " ", "'"),
    "durations": DURATIONS,
    "weekdays": WEEKDAY_FORMS,
}
AS_CELLS_SAY = Form()
