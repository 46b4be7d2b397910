"""YAML with a memory: plain data, and beside it where every key and value is written.

libyaml's events are walked here, not its composed nodes: composing recurses in C and ends the
process on a file of a hundred thousand brackets. Scalars are those of YAML 1.2's core schema: `no`,
`on` and `1:30` stay text, `010` is ten. Numbers with a point are exact decimals.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import yaml

from server.loading import pinpoint
from server.loading.diagnostics import Diagnostic, Mark
from server.loading.faults import text as faults

Path = tuple[str | int, ...]

LARGEST_FILE = 1_000_000
"""Characters. The largest definitions we have seen stay below a fiftieth of it."""
MOST_NODES = 50_000
DEEPEST = 40
LONGEST_NUMBER = 18
"""Characters of a number: more is a mistake, or a text that wants quotes."""
LARGEST_EXPONENT = 18

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_YES_NO: Mapping[str, bool] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = frozenset("~nNtTfF-+.0123456789")
"""What a plain scalar that is not text can begin with."""


@dataclass(slots=True)
class Node:
    """A value as it is written. `start` and `end` are offsets into the text, `line` counts from 0.

    `entries` are the keys of a map with their values, `items` those of a list; `size` counts all
    nodes in it, those that aliases repeat once for each time.
    """

    data: Any
    line: int
    column: int
    start: int
    end: int = 0
    entries: dict[str, tuple[Node, Node]] | None = None
    items: list[Node] | None = None
    is_flow: bool = False
    size: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class SourceFile:
    """One file, read: `data` is plain, `root` knows where everything in it stands.

    `file` is the name that people are shown, `path` the one within the folder of definitions, and
    `folder` that folder's name. `grafts` are the places where a file of another folder has put its
    own value; asked about such a place, this file answers with the other's mark.
    """

    file: str
    text: str
    data: Any
    root: Node | None
    folder: str = ""
    path: str = ""
    kind: str = ""
    key: str = ""
    grafts: Mapping[Path, tuple[SourceFile, Path]] = field(default_factory=dict)
    before: SourceFile | None = None
    """The file as it was before anything was put in its places."""
    is_table: bool = False
    """Whether it is a CSV file."""

    def mark(self, *path: str | int) -> Mark:
        """Where the value at `path` is written, or the nearest place around it if it is absent."""
        source, rest = self.owner(path)
        if source is not self:
            return source.mark(*rest)
        node = self._value(path)
        return Mark(self.file, node.line + 1, node.column + 1) if node else Mark(self.file, 1, 1)

    def key_mark(self, *path: str | int) -> Mark:
        """Where the key that ends `path` is written, or the nearest place around it."""
        source, rest = self.owner(path)
        if source is not self:
            return source.key_mark(*rest)
        around = self._value(path[:-1])
        if around is None or around.entries is None or path[-1] not in around.entries:
            return self.mark(*path)
        key, _ = around.entries[str(path[-1])]
        return Mark(self.file, key.line + 1, key.column + 1)

    def inside(self, path: Path, offset: int) -> Mark:
        """Where the character at `offset` of the text at `path` is written."""
        source, rest = self.owner(path)
        if source is not self:
            return source.inside(rest, offset)
        node = self._value(path)
        if node is None or node.entries is not None or node.items is not None:
            return self.mark(*path)
        written, value = self.text[node.start : node.end], str(node.data)
        if self.is_table:
            found = pinpoint.cell_places(written, node.line, node.column)
        else:
            found = pinpoint.places(written, value, node.line, node.column)
        line, column = found[min(max(offset, 0), len(found) - 1)]
        return Mark(self.file, line + 1, column + 1)

    def is_flow(self, *path: str | int) -> bool:
        """Whether the map or list at `path` is written in braces or brackets."""
        node = self._value(path)
        return node is not None and node.is_flow

    def owner(self, path: Path) -> tuple[SourceFile, Path]:
        """The file that has written the value at `path`, and the path there."""
        for length in range(len(path), 0, -1):
            graft = self.grafts.get(path[:length])
            if graft is not None:
                source, at = graft
                return source.owner((*at, *path[length:]))
        return self, path

    def _value(self, path: Path) -> Node | None:
        node = self.root
        for part in path:
            if node is None:
                return None
            inner = _inner(node, part)
            if inner is None:
                return node
            node = inner
        return node


def _inner(node: Node, part: str | int) -> Node | None:
    if node.entries is not None and part in node.entries:
        return node.entries[str(part)][1]
    if node.items is not None and isinstance(part, int) and 0 <= part < len(node.items):
        return node.items[part]
    return None


def parse(content: bytes, file: str) -> tuple[SourceFile, tuple[Diagnostic, ...]]:
    """The file's data with its marks, and all that is wrong with it as YAML.

    Where a diagnostic is an error, `data` is what could be read, and only its marks are of use.
    """
    empty = SourceFile(file, "", None, None)
    if len(content) > LARGEST_FILE:
        return empty, (faults.too_large(Mark(file, 1, 1), f"over {LARGEST_FILE:,} bytes"),)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig", "replace")
        return empty, (faults.undecodable(_end(file, before), content[error.start]),)
    reading = _Reading(file, text)
    root = reading.document()
    data = root.data if root else None
    return SourceFile(file, text, data, root), tuple(reading.diagnostics)


def _end(file: str, text: str) -> Mark:
    """The place just after a text."""
    return Mark(file, text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1)


def _index(event: Any) -> int:
    """Where what this event closes has ended."""
    return int(event.end_mark.index)


class _GivenUpError(Exception):
    """The rest of the file cannot be read; what is wrong has been said."""


class _Reading:
    """One walk over the events of one file."""

    def __init__(self, file: str, text: str) -> None:
        self.diagnostics: list[Diagnostic] = []
        self._file = file
        self._text = text
        self._anchors: dict[str, Node] = {}
        self._count = 0
        self._next: Callable[[], Any] = lambda: None

    def document(self) -> Node | None:
        """The one document of the file, None where there is none that can be read."""
        loader: yaml.CSafeLoader | None = None
        try:
            loader = yaml.CSafeLoader(self._text)
            self._next = loader.get_event
            return self._only_document()
        except yaml.reader.ReaderError as error:
            mark = _end(self._file, self._text[: error.position])
            self.diagnostics.append(faults.control_character(mark, error.character))
        except yaml.MarkedYAMLError as error:
            self.diagnostics.append(faults.syntax(self._file, self._text, error))
        except _GivenUpError:
            pass
        finally:
            if loader is not None:
                loader.dispose()
        return None

    def _only_document(self) -> Node | None:
        self._next()
        event = self._next()
        if isinstance(event, yaml.StreamEndEvent):
            self.diagnostics.append(faults.empty(Mark(self._file, 1, 1)))
            return None
        root = self._node(self._next(), 0)
        self._next()
        event = self._next()
        if not isinstance(event, yaml.StreamEndEvent):
            self.diagnostics.append(faults.several_documents(self._mark(event)))
        return root

    def _mark(self, event: Any) -> Mark:
        start = event.start_mark
        return Mark(self._file, start.line + 1, start.column + 1)

    def _count_in(self, size: int, event: Any) -> None:
        self._count += size
        if self._count > MOST_NODES:
            what = f"more than {MOST_NODES:,} values, those that aliases repeat included"
            self.diagnostics.append(faults.too_large(self._mark(event), what))
            raise _GivenUpError

    def _node(self, event: Any, depth: int) -> Node:
        if depth > DEEPEST:
            what = f"nested more than {DEEPEST} deep"
            self.diagnostics.append(faults.too_large(self._mark(event), what))
            raise _GivenUpError
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        self._count_in(1, event)
        if event.tag is not None:
            self.diagnostics.append(faults.custom_tag(self._mark(event), event.tag))
        start = event.start_mark
        end: Any = event.end_mark
        node = Node(None, start.line, start.column, start.index, end.index)
        if isinstance(event, yaml.ScalarEvent):
            node.data = self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._list(node, event, depth)
        else:
            self._map(node, event, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _alias(self, event: Any) -> Node:
        node = self._anchors.get(event.anchor)
        if node is None:
            self.diagnostics.append(faults.unknown_alias(self._mark(event), event.anchor))
            raise _GivenUpError
        self._count_in(node.size, event)
        return node

    def _list(self, node: Node, event: Any, depth: int) -> None:
        node.is_flow = event.flow_style
        node.items = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            item = self._node(event, depth + 1)
            node.items.append(item)
            node.size += item.size
        node.end = _index(event)
        node.data = [item.data for item in node.items]

    def _map(self, node: Node, event: Any, depth: int) -> None:
        node.is_flow = event.flow_style
        node.entries = {}
        for key_event, value_event in self._pairs(node):
            key = self._node(key_event, depth + 1)
            value = self._node(value_event(), depth + 1)
            node.size += key.size + value.size
            if not isinstance(key.data, str):
                self.diagnostics.append(
                    faults.key_not_text(self._mark(key_event), self._written(key))
                )
            elif key.data in node.entries:
                first = node.entries[key.data][0].line + 1
                self.diagnostics.append(
                    faults.duplicate_key(self._mark(key_event), key.data, first)
                )
            else:
                node.entries[key.data] = (key, value)
        node.data = {name: value.data for name, (_, value) in node.entries.items()}

    def _pairs(self, node: Node) -> Iterator[tuple[Any, Callable[[], Any]]]:
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            yield event, self._next
        node.end = _index(event)

    def _written(self, node: Node) -> str:
        return self._text[node.start : node.end]

    def _scalar(self, event: Any) -> Any:
        if not event.implicit[0]:
            return event.value
        found = core(event.value)
        if found is TOO_LONG:
            self.diagnostics.append(faults.number_too_long(self._mark(event), event.value))
            return 0
        return found


TOO_LONG = object()
"""What `core` gives for a number that nobody means."""


def core(value: str) -> Any:
    """What a plain scalar means in YAML 1.2's core schema."""
    if value and value[0] not in _SPECIAL:
        return value
    if value in _NULL:
        return None
    if value in _YES_NO:
        return _YES_NO[value]
    if not _NUMBER.fullmatch(value):
        return value
    number = Decimal(value)
    if len(value) > LONGEST_NUMBER or abs(number.adjusted()) > LARGEST_EXPONENT:
        return TOO_LONG
    return int(value) if value.lstrip("+-").isdigit() else number
