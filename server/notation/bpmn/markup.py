"""XML as values: elements that are nested, and how they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape

_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Element:
    """`tag` carries its prefix. It has elements in it or text, not both."""

    tag: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: tuple[Element, ...] = ()
    text: str = ""


def document(root: Element) -> str:
    return "\n".join(('<?xml version="1.0" encoding="UTF-8"?>', *_lines(root, ""), ""))


def _lines(element: Element, indent: str) -> Iterator[str]:
    opening = f"{indent}<{element.tag}"
    for key, value in element.attributes.items():
        # A line break in an attribute would come back as a space.
        opening += f' {key}="{_plain(value).replace(chr(10), "&#10;")}"'
    if element.children:
        yield f"{opening}>"
        for child in element.children:
            yield from _lines(child, f"{indent}  ")
        yield f"{indent}</{element.tag}>"
    elif element.text:
        yield f"{opening}>{_plain(element.text)}</{element.tag}>"
    else:
        yield f"{opening} />"


def _plain(text: str) -> str:
    return escape(_FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text))
