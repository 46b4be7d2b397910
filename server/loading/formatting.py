"""Definitions written in one way: indentation, blanks, braces and the quotes that texts need.

The text is edited where it stands, so that comments, the order of keys, the choice between braces
and lines, and columns that somebody has aligned stay as they are. What cannot be formatted without
a loss is given back as it was.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from server.loading.diagnostics import Diagnostic
from server.loading.marked import Node, parse
from server.loading.quoting import quoted

WIDEST = 200
"""Characters of a line; what stands in braces and is wider is written a key a line."""
INDENT = 2
PASSES = 8
"""How often a text is formatted until it stays as it is; what is wide has wide parts."""


@dataclass(frozen=True, slots=True)
class Formatted:
    """`text` is the file as it should be; as it was where it cannot be read, as is told."""

    text: str
    diagnostics: tuple[Diagnostic, ...] = ()


def formatted(text: str, file: str) -> Formatted:
    """The text of a definition, well formatted. What it says is the same; so are its comments."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    before = quoted(plain, file)
    source, diagnostics = parse(before.encode(), file)
    if diagnostics or source.root is None:
        return Formatted(text, diagnostics)
    now = before
    for _ in range(PASSES):
        following = _once(now, file)
        if following == now:
            break
        now = following
    again, told = parse(now.encode(), file)
    same = not told and again.root is not None and again.data == source.data
    if not same or comments(now, again.root) != comments(before, source.root):
        return Formatted(text)
    return Formatted(now)


def comments(text: str, root: Node | None) -> list[str]:
    """The comments of a text, in order."""
    inside = sorted((node.start, node.end) for node in _scalars(root)) if root else []
    found = []
    number = text.find("#")
    while number >= 0:
        begins = number == 0 or text[number - 1] in " \t\n"
        if begins and not any(start <= number < end for start, end in inside):
            end = text.find("\n", number)
            end = len(text) if end < 0 else end
            found.append(text[number:end].rstrip())
            number = end
        number = text.find("#", number + 1)
    return found


def _scalars(node: Node) -> Iterator[Node]:
    if node.entries is not None:
        for key, value in node.entries.values():
            yield key
            yield from _scalars(value)
    elif node.items is not None:
        for item in node.items:
            yield from _scalars(item)
    else:
        yield node


def _once(text: str, file: str) -> str:
    source, diagnostics = parse(text.encode(), file)
    if diagnostics or source.root is None:
        return text
    lines = _Lines(text, text.split("\n"))
    if not _is_plain(source.root, text):
        return "\n".join(lines.cleaned()).rstrip("\n") + "\n"
    spaced = _spaced(text, source.root)
    if spaced != text:
        return spaced
    lines.place(source.root, 0)
    return "\n".join(lines.cleaned()).rstrip("\n") + "\n"


def _is_plain(root: Node, text: str) -> bool:
    """Whether nothing is repeated by aliases or written with `?`: then every key begins a line."""
    seen: set[int] = set()

    def alone(node: Node) -> bool:
        if id(node) in seen or text[node.start : node.start + 1] in {"&", "*", "?", "!"}:
            return False
        seen.add(id(node))
        inner = [value for _, value in (node.entries or {}).values()] + (node.items or [])
        return all(alone(item) for item in inner)

    return alone(root)


# -- braces and brackets --------------------------------------------------------------------------


def _spaced(text: str, root: Node) -> str:
    """Blanks inside braces, none inside brackets, one at least after a comma; wide ones as lines."""
    edits = sorted(_edits(text, root), reverse=True)
    for start, end, put in edits:
        text = text[:start] + put + text[end:]
    return text


def _edits(text: str, node: Node) -> Iterator[tuple[int, int, str]]:
    if node.is_flow:
        yield from _flow_edits(text, node)
        return
    if node.entries is not None:
        for key, value in node.entries.values():
            if _is_wide(text, value):
                yield key.end, value.end, _as_lines(text, value, key.column + INDENT)
            else:
                yield from _edits(text, value)
    for item in node.items or ():
        if _is_wide(text, item):
            lines = _as_lines(text, item, item.column)
            yield item.start, item.end, lines.lstrip(":\n ")
        else:
            yield from _edits(text, item)


def _flow_edits(text: str, node: Node) -> Iterator[tuple[int, int, str]]:
    written = text[node.start : node.end]
    pairs = list((node.entries or {}).values())
    children = [(key.start, value.end) for key, value in pairs]
    children = children or [(item.start, item.end) for item in node.items or ()]
    if not children or "\n" in written:
        return
    pad = " " if node.entries is not None else ""
    yield node.start + 1, children[0][0], pad
    for (_, end), (start, _) in itertools.pairwise(children):
        after = text[end:start].partition(",")[2]
        yield end, start, "," + (after or " ")
    last = text[children[-1][1] : node.end - 1].replace(",", "").strip()
    if not last:
        yield children[-1][1], node.end - 1, pad
    for inner in (*(value for _, value in pairs), *(node.items or ())):
        if inner.is_flow:
            yield from _flow_edits(text, inner)


def _is_wide(text: str, node: Node) -> bool:
    """Whether a map in braces reaches past the widest line, alone on its line."""
    if not node.is_flow or not node.entries or "\n" in text[node.start : node.end]:
        return False
    begin = text.rfind("\n", 0, node.start) + 1
    end = text.find("\n", node.end)
    end = len(text) if end < 0 else end
    return end - begin > WIDEST and not text[node.end : end].strip()


def _as_lines(text: str, node: Node, column: int) -> str:
    """A map in braces as lines, after the colon of its key."""
    lines = [
        f"{' ' * column}{text[key.start : value.end]}"
        for key, value in (node.entries or {}).values()
    ]
    return ":\n" + "\n".join(lines)


# -- lines ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Lines:
    """The lines of a text, and how each is to move.

    `indents` are the columns at which lines with a key or a dash are to begin, `moves` how far lines
    that go on with a text move. `kept` are lines of texts, in which every blank counts.
    """

    text: str
    lines: list[str]
    indents: dict[int, int] = field(default_factory=dict)
    moves: dict[int, int] = field(default_factory=dict)
    kept: set[int] = field(default_factory=set)

    def place(self, node: Node, column: int) -> None:
        """Have a map or list begin at this column, and all that is in it after that."""
        if node.is_flow:
            return
        if node.entries is not None:
            for key, value in node.entries.values():
                if not self.lines[key.line][: key.column].strip():
                    self.indents[key.line] = column
                self._value(key, value, column)
        elif node.items is not None:
            for item in node.items:
                line = self._dash(item, node.column)
                if line is None:
                    continue
                self.indents.setdefault(line, column)
                self._value(item, item, column, dash=node.column)

    def _value(self, key: Node, value: Node, column: int, dash: int | None = None) -> None:
        if not value.is_flow and (value.entries is not None or value.items is not None):
            self.place(value, column + INDENT)
            return
        move = column - (key.column if dash is None else dash)
        last = self._last(value)
        for line in range(key.line + 1, last + 1):
            self.moves[line] = move
            if value.entries is None and value.items is None:
                self.kept.add(line)

    def _dash(self, item: Node, column: int) -> int | None:
        """The line of the dash before an item; None where another dash or key stands before it."""
        for line in range(item.line, -1, -1):
            text = self.lines[line]
            if len(text) > column and text[column] == "-" and not text[:column].strip():
                return line
            if text.strip() and line < item.line and not text.strip().startswith("#"):
                return None
        return None

    def _last(self, value: Node) -> int:
        """The line on which a value ends; empty lines after a text are none of its own."""
        written = self.text[value.start : value.end]
        if "+" not in written.partition("\n")[0]:
            written = written.rstrip()
        return value.line + written.rstrip("\n").count("\n")

    def cleaned(self) -> list[str]:
        """The lines, moved, without blanks at their ends, and at most one empty line in a row."""
        cleaned: list[str] = []
        for number, line in enumerate(self.lines):
            if number in self.kept:
                cleaned.append(_moved(line, self.moves.get(number, 0)))
                continue
            bare = line.strip()
            if not bare:
                if cleaned and cleaned[-1]:
                    cleaned.append("")
            elif number in self.indents:
                cleaned.append(" " * self.indents[number] + _after_dash(bare))
            elif number in self.moves:
                cleaned.append(_moved(line.rstrip(), self.moves[number]))
            elif bare.startswith("#") and self.indents:
                cleaned.append(" " * self._beside(number) + bare)
            else:
                cleaned.append(line.rstrip())
        return cleaned

    def _beside(self, number: int) -> int:
        """Where a comment on a line of its own begins: with the line it stood beside."""
        column = _indent(self.lines[number])
        after = next((line for line in sorted(self.indents) if line > number), None)
        if after is not None and column <= _indent(self.lines[after]):
            return self.indents[after]
        for line in sorted(self.indents, reverse=True):
            if line < number and _indent(self.lines[line]) <= column:
                return self.indents[line]
        return column


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _moved(line: str, move: int) -> str:
    if not line.strip():
        return ""
    if move >= 0:
        return " " * move + line
    return line[min(-move, _indent(line)) :]


def _after_dash(bare: str) -> str:
    """One blank after a dash, so that what follows begins two columns on."""
    if bare.startswith("- "):
        return f"- {_after_dash(bare[1:].lstrip())}"
    return bare
