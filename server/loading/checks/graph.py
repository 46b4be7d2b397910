"""What the checks of ways share: walks over the steps of one list."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)
Ways = Mapping[str, Sequence[str]]
"""For each step, those that may follow it."""


def reachable(ways: Ways, entries: Iterable[str]) -> set[str]:
    """Every step that can be come to from one of the entries, these included."""
    reached: set[str] = set()
    waiting = list(entries)
    while waiting:
        key = waiting.pop()
        if key not in reached:
            reached.add(key)
            waiting.extend(ways.get(key, ()))
    return reached


def backwards(ways: Ways) -> dict[str, list[str]]:
    """For each step, those that it may follow."""
    found: dict[str, list[str]] = {}
    for key, followers in ways.items():
        for follower in followers:
            found.setdefault(follower, []).append(key)
    return found


def first_of_each(ways: Ways, keys: Sequence[str]) -> list[str]:
    """Of steps that hang together, the one where it begins: mend that, and the others follow."""
    within = {key: [other for other in ways[key] if other in keys] for key in keys}
    before = backwards(within)
    found: list[str] = []
    covered: set[str] = set()
    roots = [key for key in keys if not set(before.get(key, ())) - {key}]
    for key in [*roots, *keys]:
        if key not in covered:
            found.append(key)
            covered |= reachable(within, [key])
    return sorted(found, key=keys.index)


def circles(ways: Mapping[Node, Sequence[Node]]) -> list[list[Node]]:
    """The greatest parts in which everything can be come to from everything, also from itself.

    Each is in the order of the mapping. Kosaraju: in the order of leaving, walked backwards.
    """
    before: dict[Node, list[Node]] = {node: [] for node in ways}
    for node, following in ways.items():
        for other in following:
            before[other].append(node)
    place = {node: number for number, node in enumerate(ways)}
    found: list[list[Node]] = []
    known: set[Node] = set()
    for start in reversed(_left(ways)):
        part = _walked(before, start, known)
        if len(part) > 1 or (part and start in ways[start]):
            found.append(sorted(part, key=place.__getitem__))
    return sorted(found, key=lambda part: place[part[0]])


def _left(ways: Mapping[Node, Sequence[Node]]) -> list[Node]:
    """Everything in the order in which a walk into the depth leaves it for good."""
    left: list[Node] = []
    known: set[Node] = set()
    for start in ways:
        waiting = [(start, False)]
        while waiting:
            node, is_over = waiting.pop()
            if is_over:
                left.append(node)
            elif node not in known:
                known.add(node)
                waiting.append((node, True))
                waiting.extend((other, False) for other in ways[node])
    return left


def _walked(ways: Mapping[Node, Sequence[Node]], start: Node, known: set[Node]) -> list[Node]:
    """What is come to from here and was not known; now it is."""
    part: list[Node] = []
    waiting = [start]
    while waiting:
        node = waiting.pop()
        if node not in known:
            known.add(node)
            part.append(node)
            waiting.extend(ways[node])
    return part
