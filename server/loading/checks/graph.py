"""What the checks of ways share: walks over the steps of one list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

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
