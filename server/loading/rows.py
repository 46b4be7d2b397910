"""The rules of a large decision, read from the CSV file beside it.

The first line names the columns: `rule` and `because`, and inputs, computed values and outputs by
their names. Where an input and an output share a name, the left column is the input's. Columns are
parted by commas or by semicolons, whichever comes first. A cell says what it would in YAML; an
empty one of an input says nothing, and the row called `otherwise` is the one for all else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from server.loading import marked
from server.loading.diagnostics import Diagnostic, Mark
from server.loading.faults import table as faults
from server.loading.faults import text as text_faults
from server.loading.marked import Node, SourceFile

RULE, BECAUSE, OTHERWISE = "rule", "because", "otherwise"
SEPARATORS = ",;"


@dataclass(frozen=True, slots=True)
class Cell:
    """`value` as it is meant, `start` and `end` around it as it is written; places count from 0."""

    value: str
    line: int
    column: int
    start: int
    end: int


def parse(
    content: bytes, file: str, decision: Mapping[str, Any]
) -> tuple[SourceFile | None, tuple[Diagnostic, ...]]:
    """The rules, as the decision's own file would have them; None where they cannot be read."""
    if len(content) > marked.LARGEST_FILE:
        what = f"over {marked.LARGEST_FILE:,} bytes"
        return None, (text_faults.too_large(Mark(file, 1, 1), what),)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return None, (text_faults.undecodable(Mark(file, line, 1), content[error.start]),)
    reading = _Reading(file, text, decision)
    root = reading.rules()
    if any(item.is_error for item in reading.diagnostics):
        return None, tuple(reading.diagnostics)
    return SourceFile(file, text, root.data, root, is_table=True), tuple(reading.diagnostics)


class _Reading:
    def __init__(self, file: str, text: str, decision: Mapping[str, Any]) -> None:
        self.diagnostics: list[Diagnostic] = []
        self._file = file
        self._text = text
        self._inputs = {**_section(decision, "inputs"), **_section(decision, "computed")}
        self._outputs = _section(decision, "output")

    def rules(self) -> Node:
        """A list of rules; what is wrong on the way is noted."""
        root = Node([], 0, 0, 0, len(self._text), items=[])
        records = self._records()
        header = next(records, [])
        columns = self._columns(header)
        assert root.items is not None
        for record in records:
            if len(record) == 1 and not record[0].value.strip():
                continue
            if len(record) != len(header):
                self._say(faults.ragged_row(self._mark(record[-1]), len(record), len(header)))
                continue
            rule = self._rule(columns, record)
            root.items.append(rule)
            root.size += rule.size
            if root.size > marked.MOST_NODES:
                what = f"more than {marked.MOST_NODES:,} values"
                self._say(text_faults.too_large(self._mark(record[0]), what))
                break
        if not root.items and not self.diagnostics:
            self._say(faults.no_rows(Mark(self._file, 1, 1)))
        root.data = [item.data for item in root.items]
        return root

    def _say(self, diagnostic: Diagnostic) -> None:
        self.diagnostics.append(diagnostic)

    def _mark(self, cell: Cell) -> Mark:
        return Mark(self._file, cell.line + 1, cell.column + 1)

    # -- columns ------------------------------------------------------------------------------

    def _columns(self, header: list[Cell]) -> list[tuple[str, str]]:
        """For each column the part of a rule that it fills, and the name there."""
        columns: list[tuple[str, str]] = []
        for cell in header:
            name = cell.value.strip()
            found = next((part for part in self._parts(name) if part not in columns), None)
            if found is None:
                known = [RULE, BECAUSE, *self._inputs, *self._outputs]
                self._say(faults.wrong_column(self._mark(cell), name, known))
                found = ("", name)
            columns.append(found)
        if (RULE, "") not in columns:
            self._say(faults.no_rule_column(Mark(self._file, 1, 1)))
        return columns

    def _parts(self, name: str) -> Iterator[tuple[str, str]]:
        if name in {RULE, BECAUSE}:
            yield (name, "")
        if name in self._inputs:
            yield ("if", name)
        if name in self._outputs:
            yield ("then", name)

    # -- rows ---------------------------------------------------------------------------------

    def _rule(self, columns: list[tuple[str, str]], record: list[Cell]) -> Node:
        """A row as the map that YAML would have."""
        filled = {
            column: (cell, self._value(column, cell))
            for column, cell in zip(columns, record, strict=True)
            if cell.value.strip()
        }
        key = filled.get((RULE, ""))
        is_otherwise = key is not None and key[1].data == OTHERWISE
        first = record[0]
        whole = _map(first)
        conditions, outputs = _map(first), _map(first)
        for (part, name), (cell, value) in filled.items():
            if part == "if":
                _put(conditions, name, cell, value)
            elif part == "then":
                _put(outputs, name, cell, value)
            elif part and not (part == RULE and is_otherwise):
                _put(whole, part, cell, value)
        if is_otherwise:
            for cell, _ in (filled[column] for column in filled if column[0] == "if"):
                self._say(faults.conditional_otherwise(self._mark(cell)))
        else:
            if not conditions.entries:
                conditions = replace(conditions, data=True, entries=None)
            _put(whole, "if", first, conditions)
        _put(whole, OTHERWISE if is_otherwise else "then", first, outputs)
        return whole

    def _value(self, column: tuple[str, str], cell: Cell) -> Node:
        part, name = column
        declared = (self._inputs if part == "if" else self._outputs).get(name)
        is_text = not part or part in {RULE, BECAUSE} or _is_text(declared)
        data: Any = cell.value if is_text else marked.core(cell.value.strip())
        if data is marked.TOO_LONG:
            self._say(text_faults.number_too_long(self._mark(cell), cell.value))
            data = 0
        return Node(data, cell.line, cell.column, cell.start, cell.end)

    # -- text ---------------------------------------------------------------------------------

    def _records(self) -> Iterator[list[Cell]]:
        """The cells of each line, as RFC 4180 has them."""
        text = self._text
        first = text.split("\n", 1)[0]
        separator = next((sign for sign in first if sign in SEPARATORS), ",")
        at = line = line_start = 0
        record: list[Cell] = []
        while at < len(text):
            cell, at, line, line_start = self._cell(at, line, line_start, separator)
            record.append(cell)
            if at < len(text) and text[at] == separator:
                at += 1
                if at == len(text):
                    record.append(Cell("", line, at - line_start, at, at))
                continue
            yield record
            record = []
            at += 2 if text.startswith("\r\n", at) else 1
            line, line_start = line + 1, at
        if record:
            yield record

    def _cell(
        self, at: int, line: int, line_start: int, separator: str
    ) -> tuple[Cell, int, int, int]:
        """The cell that begins here, where it ends, and the line that is reached."""
        text, column = self._text, at - line_start
        if not text.startswith('"', at):
            end = at
            while end < len(text) and text[end] not in {separator, "\n", "\r"}:
                end += 1
            return Cell(text[at:end], line, column, at, end), end, line, line_start
        start = end = at + 1
        while True:
            end = text.find('"', end)
            if end < 0:
                self._say(faults.unclosed_cell(Mark(self._file, line + 1, column + 1)))
                end = len(text)
                break
            if not text.startswith('""', end):
                break
            end += 2
        value = text[start:end].replace('""', '"')
        cell = Cell(value, line, column + 1, start, end)
        breaks = text.count("\n", start, end)
        if breaks:
            line_start = text.rfind("\n", start, end) + 1
        after = end + 1
        if after < len(text) and text[after] not in {separator, "\n", "\r"}:
            self._say(faults.unclosed_cell(Mark(self._file, line + 1, column + 1)))
            after = next(
                (place for place in range(after, len(text)) if text[place] in {separator, "\n"}),
                len(text),
            )
        return cell, min(after, len(text)), line + breaks, line_start


def _section(decision: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """A part of the decision, whose shape has not been looked at yet."""
    found = decision.get(key)
    return found if isinstance(found, Mapping) else {}


def _is_text(declared: Any) -> bool:
    return isinstance(declared, Mapping) and declared.get("type") == "text"


def _map(cell: Cell) -> Node:
    return Node({}, cell.line, cell.column, cell.start, cell.end, entries={})


def _put(around: Node, key: str, cell: Cell, value: Node) -> None:
    assert around.entries is not None
    around.entries[key] = (Node(key, cell.line, cell.column, cell.start, cell.end), value)
    around.data[key] = value.data
    around.size += value.size
