"""XML as a tree of plain elements, each with its line. What could be a bomb is not XML for us."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

LARGEST = 5_000_000
"""Characters of a file."""
DEEPEST = 100
MOST = 200_000
"""Elements of a file."""


class UnreadableError(Exception):
    """A file, or a part of it, that cannot be read or carried. `line` counts from 1.

    The text is a sentence for the person who brought the file.
    """

    def __init__(self, sentence: str, line: int = 1) -> None:
        super().__init__(sentence)
        self.line = line


@dataclass(slots=True)
class Element:
    """`name` is without its namespace, which `namespace` has; so are the names of `attributes`."""

    name: str
    namespace: str
    line: int
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def all(self, *names: str) -> Iterator[Element]:
        """The children of these names, in order."""
        return (child for child in self.children if child.name in names)

    def first(self, *names: str) -> Element | None:
        return next(self.all(*names), None)

    def words(self, name: str) -> str:
        """The text of a child, without the blanks around it; empty where there is none."""
        child = self.first(name)
        return "" if child is None else child.text.strip()


def parse(text: str) -> Element:
    """The root of a document.

    Raises:
        UnreadableError: it is no XML, declares entities or a document type, or is too large.
    """
    if len(text) > LARGEST:
        raise UnreadableError(f"The file has over {LARGEST:,} characters.")
    reading = _Reading()
    try:
        reading.parser.Parse(text, True)
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code)
        raise UnreadableError(f"This is no XML: {what}.", error.lineno) from error
    assert reading.root is not None, "a document without a root is no XML"
    return reading.root


class _Reading:
    def __init__(self) -> None:
        self.root: Element | None = None
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse_document_type
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self._open: list[Element] = []
        self._count = 0

    def _line(self) -> int:
        return self.parser.CurrentLineNumber

    def _refuse_document_type(self, *_declared: object) -> None:
        raise UnreadableError(
            "The file declares a document type; entities in it could stand for anything.",
            self._line(),
        )

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._count += 1
        if self._count > MOST or len(self._open) >= DEEPEST:
            raise UnreadableError(
                f"The file has over {MOST:,} elements, or is nested over {DEEPEST} deep.",
                self._line(),
            )
        namespace, _, name = tag.rpartition(" ")
        named = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        element = Element(name, namespace, self._line(), named)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def _end(self, _tag: str) -> None:
        self._open.pop()

    def _characters(self, text: str) -> None:
        self._open[-1].text += text
