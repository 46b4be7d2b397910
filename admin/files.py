"""Lists as files: CSV, line by line as it is read, and XLSX, written row by row to the disk.

Neither holds more than one row in memory, however long the list. Text is never a formula: in a CSV
file an apostrophe stands before what a spreadsheet would take for one, a workbook says of each cell
that it is text. Moments stand in the reader's zone.
"""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import IO, Any
from zoneinfo import ZoneInfo

from xlsxwriter import Workbook

from admin.places import as_typed

Cell = str | int | Decimal | date | timedelta | None
"""What stands in a file: text, a number, a day, a moment or a span."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST = 32_767
"""Characters that a cell of a workbook holds."""
_EXACT = 10**15
"""From here on a spreadsheet would round a whole number."""
_FIRST_YEAR = 1900
_NAME_LENGTH = 31
_WIDTH, _WIDEST = 12, 40


class _Line:
    """Where a CSV writer writes to: what was written last is taken at once."""

    text = ""

    def write(self, text: str) -> None:
        self.text = text


def csv_lines(
    titles: Sequence[str], rows: Iterable[Sequence[Cell]], zone: ZoneInfo
) -> Iterator[str]:
    """The lines of a CSV file, with what each column is called first."""
    line = _Line()
    writer = csv.writer(line)
    writer.writerow([_safe(title) for title in titles])
    yield line.text
    for row in rows:
        writer.writerow([_as_text(cell, zone) for cell in row])
        yield line.text


def _as_text(cell: Cell, zone: ZoneInfo) -> str:
    match cell:
        case None:
            return ""
        case str():
            return _safe(cell)
        case datetime():
            return cell.astimezone(zone).isoformat(timespec="seconds")
        case date():
            return cell.isoformat()
        case Decimal():
            return format(cell, "f")
        case _:
            return as_typed(cell)


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def write_workbook(
    file: IO[bytes],
    name: str,
    titles: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    zone: ZoneInfo,
) -> None:
    """Write a workbook of one sheet to a file; rows stand on the disk until it is closed."""
    with tempfile.TemporaryDirectory() as folder:
        book = Workbook(file, {"constant_memory": True, "tmpdir": folder})
        sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", name)[:_NAME_LENGTH])
        formats = {
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            timedelta: book.add_format({"num_format": "[h]:mm"}),
        }
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for column, title in enumerate(titles):
            sheet.set_column(column, column, min(max(_WIDTH, len(title) + 2), _WIDEST))
        for column, title in enumerate(titles):
            sheet.write_string(0, column, title, bold)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                _write(sheet, number, column, cell, formats, zone)
        book.close()


def _write(
    sheet: Any, row: int, column: int, cell: Cell, formats: dict[type, Any], zone: ZoneInfo
) -> None:
    match cell:
        case None:
            return
        case datetime() if cell.year > _FIRST_YEAR:
            there = cell.astimezone(zone).replace(tzinfo=None)
            sheet.write_datetime(row, column, there, formats[datetime])
        case date() if cell.year > _FIRST_YEAR:
            sheet.write_datetime(row, column, cell, formats[date])
        case timedelta():
            sheet.write_datetime(row, column, cell, formats[timedelta])
        case int() if -_EXACT < cell < _EXACT:
            sheet.write_number(row, column, cell)
        case Decimal() if -_EXACT < cell < _EXACT:
            sheet.write_number(row, column, cell)
        case _:
            text = _NOT_IN_XML.sub("", cell if isinstance(cell, str) else _as_text(cell, zone))
            sheet.write_string(row, column, text[:_LONGEST])
