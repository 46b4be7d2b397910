"""What people are offered, beside what a story expects: open tasks, for whom, and their forms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from server.domain.scenario import Asked, Offered, Open, Path, Then
from server.usecases.rehearsal.seen import Seen, titled
from server.usecases.rehearsal.stage import NEEDS, SHOWS, TAKES, Waiting

_HAVING = {
    SHOWS: "to show '{}', to be read only",
    NEEDS: "to need '{}'",
    TAKES: "to take '{}', or to do without",
}
_HAS = {
    SHOWS: "it can only be read there",
    NEEDS: "it is needed there",
    TAKES: "it may be filled in there",
    None: "it is not shown",
}


def differing_open(then: Then, seen: Seen) -> Iterator[tuple[Path, str]]:
    assert then.open is not None
    left = list(seen.stage.waiting())
    at = (*then.path, "open")
    for expected in then.open:
        found = next((item for item in left if _is(item, expected, seen)), None)
        if found is None:
            yield (
                at,
                f"Expected '{expected.place}' to be open; open is {_listed(left) or 'nothing else'}.",
            )
            continue
        left.remove(found)
        if expected.people is not None:
            yield from _people(at, found, expected.people, seen)
    if left:
        yield at, f"Expected nothing else to be open; open is {_listed(left)} besides."


def _people(
    at: Path, found: Waiting, people: tuple[str, ...], seen: Seen
) -> Iterator[tuple[Path, str]]:
    roles = seen.definitions.roles
    for role in (name for name in people if name in roles):
        if role not in {found.lane, found.role}:
            yield at, f"Expected '{found.step}' for the role {role}; it is for {found.lane}."
    persons = {seen.named(name) for name in people if name not in roles}
    if persons and persons != set(found.people):
        actual = ", ".join(titled(person, seen) for person in found.people) or "nobody"
        yield at, f"Expected '{found.step}' for {', '.join(people)}; it is for {actual}."


def differing_tasks(
    tasks: Iterable[Offered], waiting: Iterable[Waiting], seen: Seen
) -> Iterator[tuple[Path, str]]:
    """Where an open task is for somebody it should not be for, or a role cannot be asked."""
    expected = {(item.place.procedure or seen.procedure, item.place.step): item for item in tasks}
    for found in waiting:
        offered = expected.get((found.procedure, found.step))
        if offered is not None:
            yield from _offered(offered, found, seen)


def _offered(offered: Offered, found: Waiting, seen: Seen) -> Iterator[tuple[Path, str]]:
    roles = seen.definitions.roles
    for role in (name for name in offered.people if name in roles):
        if role not in {found.lane, found.role}:
            yield (
                offered.path,
                f"Expected '{found.step}' for the role {role}; it is for {found.lane}.",
            )
    persons = {seen.named(name) for name in offered.people if name not in roles}
    others = sorted(set(found.people) - persons) if persons else []
    for person in others:
        yield (
            offered.path,
            (
                f"Expected '{found.step}' for nobody else than {', '.join(offered.people)}; "
                f"{titled(person, seen)} may do it too."
            ),
        )
    for role in offered.with_roles:
        if role not in found.with_roles:
            yield (
                offered.path,
                f"Expected that a {role} may be asked about '{found.step}'; none may.",
            )


def _is(item: Waiting, expected: Open, seen: Seen) -> bool:
    place = expected.place
    about = place.about is None or seen.named(place.about) == item.about
    procedure = place.procedure is None or place.procedure == item.procedure
    return item.step == place.step and about and procedure


def _listed(items: list[Waiting]) -> str:
    return ", ".join(f"'{item.step}' in {item.procedure}" for item in items)


def differing_form(
    wanted: Asked, actual: Mapping[str, str], at: Path
) -> Iterator[tuple[Path, str]]:
    """Where a form does not ask what it must; `actual` tells how it has each field."""
    for key in wanted.hides:
        if key in actual:
            yield (*at, "hides"), f"Expected the form to do without '{key}'; {_HAS[actual[key]]}."
    for part, keys in ((SHOWS, wanted.shows), (NEEDS, wanted.needs), (TAKES, wanted.takes)):
        for key in keys:
            if actual.get(key) != part:
                yield (
                    (*at, part),
                    f"Expected the form {_HAVING[part].format(key)}; {_HAS[actual.get(key)]}.",
                )
