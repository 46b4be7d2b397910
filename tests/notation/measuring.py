"""Measures a drawn diagram: what runs through something, lies on something, or does not fit.

Read from the SVG itself, as a person sees it. How wide letters are is taken from the font that the
screens carry.
"""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass

from server.notation.lettering import width

SVG = "{http://www.w3.org/2000/svg}"
ASCENT, DESCENT = 0.75, 0.22
"""How far letters reach over and under their line, in parts of their size."""
TOLERANCE = 0.6


@dataclass(frozen=True)
class Area:
    """Something that takes room. `what` says it in a failure."""

    what: str
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Area) -> bool:
        return (
            self.left < other.right - TOLERANCE
            and other.left < self.right - TOLERANCE
            and self.top < other.bottom - TOLERANCE
            and other.top < self.bottom - TOLERANCE
        )

    def holds(self, other: Area) -> bool:
        return (
            self.left <= other.left + TOLERANCE
            and self.right >= other.right - TOLERANCE
            and self.top <= other.top + TOLERANCE
            and self.bottom >= other.bottom - TOLERANCE
        )


def faults(svg: str) -> list[str]:
    """All that is wrong with the look of the diagram, in words."""
    tree = ET.fromstring(svg)
    boxes = dict(_boxes(tree))
    texts = [text for node in boxes for text in _texts(node)]
    pieces = [piece for path in _ways(tree) for piece in _pieces(path)]
    page = Area("the page", 0, 0, *(float(tree.get("viewBox").split()[at]) for at in (2, 3)))
    found = [
        f"{one.what} lies on {other.what}"
        for one, other in itertools.combinations(boxes.values(), 2)
        if one.meets(other)
    ]
    found += [
        f"{one.what} runs into {other.what}"
        for one, other in itertools.combinations(texts, 2)
        if one.meets(other)
    ]
    found += [
        f"{text.what} does not fit {boxes[node].what}"
        for node in boxes
        for text in _texts(node)
        if not boxes[node].holds(text)
    ]
    found += [f"{box.what} leaves the page" for box in boxes.values() if not page.holds(box)]
    found += [
        f"a line runs through {box.what}"
        for piece in pieces
        for box in boxes.values()
        if piece.meets(box)
    ]
    heads = list(_heads(tree))
    return found + [
        f"{head.what} does not fit its lane" for head, lane in heads if not lane.holds(head)
    ]


def _boxes(tree: ET.Element) -> Iterator[tuple[ET.Element, Area]]:
    for node in tree.iter():
        rect = next(iter(node.findall(f"{SVG}rect[@class='box']")), None)
        if rect is not None:
            yield node, _area(rect, f"box '{node.get('data-key')}'")


def _area(rect: ET.Element, what: str) -> Area:
    x, y, wide, high = (float(rect.get(key)) for key in ("x", "y", "width", "height"))
    return Area(what, x, y, x + wide, y + high)


def _texts(node: ET.Element) -> Iterator[Area]:
    for text in node.iter(f"{SVG}text"):
        yield _written(text)


def _written(text: ET.Element) -> Area:
    words = "".join(text.itertext())
    size = float(text.get("font-size", "13"))
    x, y, long = float(text.get("x")), float(text.get("y")), width(words, size)
    left = x - long / 2 if text.get("text-anchor") == "middle" else x
    return Area(f"“{words}”", left, y - ASCENT * size, left + long, y + DESCENT * size)


def _ways(tree: ET.Element) -> Iterator[str]:
    for group in tree.findall(f"{SVG}g[@class='ways']"):
        for path in group:
            yield path.get("d")


def _pieces(path: str) -> Iterator[Area]:
    """The straight pieces; the corners between them are rounded."""
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", path)]
    points = list(zip(numbers[::2], numbers[1::2], strict=True))
    for (x1, y1), (x2, y2) in itertools.pairwise(points):
        yield Area(path, min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))


def _heads(tree: ET.Element) -> Iterator[tuple[Area, Area]]:
    lanes = [
        _area(rect, "lane")
        for rect in tree.iter(f"{SVG}rect")
        if rect.get("class", "").startswith("lane ")
    ]
    titles = [node for node in tree.iter() if node.get("class") == "lane-head"]
    for lane, node in zip(lanes, titles, strict=True):
        yield from ((text, lane) for text in _texts(node))
