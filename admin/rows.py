"""Rows of a form on a page: a table of inputs, one line for each child record.

A line names the record that it is about in a hidden input; one to be added says `new`. Without
scripts a blank line stands at the end, which counts only once something is typed into it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from admin.places import PREFIX, Place, as_sent, as_typed
from server.usecases.views import RowsView, RowView

NEW, BLANK = "new", "blank"


@dataclass(frozen=True, slots=True)
class PageRow:
    """One line. `line` is its number in the names of inputs; `mark` says which record it is."""

    key: str
    line: str
    mark: str
    places: tuple[Place, ...]
    removed: bool = False
    errors: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{PREFIX}{self.key}.{self.line}."

    @property
    def is_new(self) -> bool:
        return self.mark in {NEW, BLANK}

    @property
    def record(self) -> str:
        """The id of the record; empty for one to be added."""
        return "" if self.is_new else self.mark.partition(":")[0]

    @property
    def sent(self) -> dict[str, Any]:
        """The line as the use case reads it."""
        about: dict[str, Any] = {}
        if not self.is_new:
            record, _, revision = self.mark.partition(":")
            about = {"id": int(record), "revision": int(revision)}
        if self.removed:
            return about | {"remove": True}
        values = {
            place.view.key: as_sent(place.kind, place.raw)
            for place in self.places
            if not place.is_static
        }
        return about | {"values": values}


@dataclass(frozen=True, slots=True)
class PageRows:
    """The lines of one section, in the order in which they are sent."""

    view: RowsView
    lines: tuple[PageRow, ...]
    errors: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.view.key

    @property
    def columns(self) -> tuple[Place, ...]:
        return self.blank.places

    @property
    def blank(self) -> PageRow:
        """The line that stands at the end while there are no scripts."""
        return _line(self.view, self.view.offered, str(len(self.lines)), BLANK)

    @property
    def template(self) -> PageRow:
        """What scripts make further lines of; they put a number in the place of `LINE`."""
        return _line(self.view, self.view.offered, "LINE", NEW)

    @property
    def sent(self) -> list[dict[str, Any]]:
        return [line.sent for line in self.lines]

    def typed(self, sent: Mapping[str, str]) -> PageRows:
        """The lines as the browser sent them."""
        begin = f"{PREFIX}{self.key}."
        numbers = sorted(
            int(number)
            for name in sent
            if name.startswith(begin) and name.endswith(".row")
            if (number := name.removeprefix(begin).removesuffix(".row")).isdecimal()
        )
        read = (self._read(sent, str(number)) for number in numbers)
        return replace(self, lines=_numbered(line for line in read if line is not None))

    def with_draft(self, kept: Any) -> PageRows:
        """The lines as they were typed earlier."""
        if not isinstance(kept, list):
            return self
        drafted = [item for item in kept if isinstance(item, Mapping)]
        found = []
        for number, item in enumerate(drafted):
            mark = f"{item['id']}:{item.get('revision')}" if item.get("id") else NEW
            line = self._line_of(mark, str(number))
            if line is None:
                continue
            values = item.get("values") or {}
            places = tuple(
                replace(place, raw=str(values[place.view.key] or ""))
                if place.view.key in values and not place.is_static
                else place
                for place in line.places
            )
            found.append(replace(line, places=places, removed=bool(item.get("remove"))))
        known = {line.record for line in found}
        rest = (line for line in self.lines if not line.is_new and line.record not in known)
        return replace(self, lines=_numbered((*found, *rest)))

    def refused(self, problems: Mapping[str, str]) -> PageRows:
        """The lines with what is wrong with each."""
        lines = []
        for number, line in enumerate(self.lines):
            here = f"{self.key}.{number}"
            places = tuple(
                replace(place, errors=(problems[at],))
                if (at := f"{here}.values.{place.view.key}") in problems
                else place
                for place in line.places
            )
            errors = (problems[here],) if here in problems else ()
            lines.append(replace(line, places=places, errors=errors))
        errors = (problems[self.key],) if self.key in problems else ()
        return replace(self, lines=tuple(lines), errors=errors)

    def seen(self, view: RowsView) -> PageRows:
        """The lines as typed, with the revisions of now: what others wrote has been told."""
        marks = {str(row.id): f"{row.id}:{row.revision}" for row in view.rows}
        kept = (
            line if line.is_new else replace(line, mark=marks[line.record])
            for line in self.lines
            if line.is_new or line.record in marks
        )
        return replace(self, view=view, lines=_numbered(kept))

    def changed(self, change: Callable[[Place], Place]) -> PageRows:
        """The lines with each place changed."""
        return replace(
            self,
            lines=tuple(
                replace(line, places=tuple(change(place) for place in line.places))
                for line in self.lines
            ),
        )

    def at(self) -> Mapping[str, Place]:
        """The places of lines, by the names that refusals give them."""
        return {
            f"{self.key}.{number}.values.{place.view.key}": place
            for number, line in enumerate(self.lines)
            for place in line.places
        }

    def _read(self, sent: Mapping[str, str], number: str) -> PageRow | None:
        begin = f"{PREFIX}{self.key}.{number}."
        mark = sent[f"{begin}row"]
        line = self._line_of(mark, number)
        if line is None:
            return None
        removed = f"{begin}remove" in sent
        places = tuple(
            place
            if place.is_static
            else replace(place, raw=sent.get(place.name, "").replace("\r\n", "\n"))
            for place in line.places
        )
        untouched = all(
            place.raw == before.raw for place, before in zip(places, line.places, strict=True)
        )
        if (mark == BLANK and untouched) or (line.is_new and removed):
            return None
        return replace(line, mark=NEW if line.is_new else mark, places=places, removed=removed)

    def _line_of(self, mark: str, number: str) -> PageRow | None:
        """The line of a record as it is shown now, or one to be added; None: it is gone."""
        if mark in {NEW, BLANK}:
            return _line(self.view, self.view.offered, number, mark)
        record = mark.partition(":")[0]
        for row in self.view.rows:
            if str(row.id) == record:
                return replace(_line(self.view, row, number), mark=mark)
        return None


def page_rows(view: RowsView) -> PageRows:
    """The lines as they are first shown."""
    return PageRows(
        view, tuple(_line(view, row, str(number)) for number, row in enumerate(view.rows))
    )


def _line(view: RowsView, row: RowView, number: str, mark: str = "") -> PageRow:
    if not mark:
        mark = NEW if row.id is None else f"{row.id}:{row.revision}"
    places = tuple(
        Place(
            field,
            raw=as_typed(field.value),
            record_title=field.shown if field.type.entity else "",
            within=f"{view.key}.{number}.",
        )
        for field in row.fields
    )
    return PageRow(view.key, number, mark, places)


def _numbered(lines: Any) -> tuple[PageRow, ...]:
    """The lines, numbered anew from 0."""
    return tuple(
        replace(
            line,
            line=str(number),
            places=tuple(replace(place, within=f"{line.key}.{number}.") for place in line.places),
        )
        for number, line in enumerate(lines)
    )
