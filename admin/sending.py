"""A list sent as a file, with how many lines it has, so that whoever waits sees how far it is."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from flask import Response, stream_with_context

from admin.files import Cell, csv_lines, write_workbook
from admin.screen import app
from admin.zone import of_reader
from server.domain.refusals import NotFound, TooLarge

KINDS = {"csv": "CSV", "xlsx": "Excel (XLSX)"}
"""The files that a list is had as, and how that reads."""
XLSX_LIMIT = 100_000
"""Lines that a workbook takes; a spreadsheet opens no more with pleasure, and CSV takes all."""
CHUNK = 1 << 16
"""Bytes of a file that are sent at once."""
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Head:
    """What a column is called. A workbook's moments have no zone, so there the title says it."""

    title: str
    is_moment: bool = False

    def within(self, zone: ZoneInfo) -> str:
        return f"{self.title} ({zone.key})" if self.is_moment else self.title


def require_kind(kind: str) -> None:
    """Go on only if lists are written so.

    Raises:
        NotFound: lists are not written as such files.
    """
    if kind not in KINDS:
        raise NotFound("Lists are not written as such files.")


def sent(
    kind: str,
    title: str,
    called: str,
    heads: Sequence[Head],
    rows: Iterable[Sequence[Cell]],
    count: int | None,
) -> Response:
    """The file of a list; `called` is how its name begins, `count` how many lines it has, if known.

    Raises:
        NotFound: there is no such kind of file.
        TooLarge: a workbook does not take so many lines.
    """
    require_kind(kind)
    zone = of_reader()
    if kind == "csv":
        lines = csv_lines([head.title for head in heads], rows, zone)
        response = Response(stream_with_context(lines), mimetype="text/csv")
    else:
        if count is not None and count > XLSX_LIMIT:
            raise _too_large()
        with ExitStack() as kept:
            file = kept.enter_context(tempfile.TemporaryFile())
            titles = [head.within(zone) for head in heads]
            write_workbook(file, title, titles, _limited(rows), zone)
            file.seek(0)
            response = Response(iter(partial(file.read, CHUNK), b""), mimetype=_XLSX)
            response.call_on_close(kept.pop_all().close)  # once it is sent
    name = f"{called}-{app().now():%Y-%m-%d}.{kind}"
    response.headers["Content-Disposition"] = f"attachment;filename={name}"
    response.headers["X-Records"] = "" if count is None else str(count)
    return response


def _limited(rows: Iterable[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
    for number, row in enumerate(rows):
        if number == XLSX_LIMIT:
            raise _too_large()
        yield row


def _too_large() -> TooLarge:
    return TooLarge(
        f"A workbook takes {XLSX_LIMIT:,} lines, and this list has more.",
        hint="Filter the list, or take a CSV file, which holds any number.",
    )
