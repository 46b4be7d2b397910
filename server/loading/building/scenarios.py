"""A scenario of its file: what is given, and its stories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from server.domain.scenario import Given, Offered, Person, Scenario, Something, Story
from server.loading.building.story_acts import act
from server.loading.building.story_ends import then
from server.loading.building.story_names import Names, several
from server.loading.desk import FLAGS, Desk, words
from server.loading.faults import scenario as faults
from server.loading.marked import Path


def build_scenario(desk: Desk) -> Scenario | None:
    """The scenario; None where the procedure it is about is not there."""
    data = desk.data
    desk.refer("procedure", data["procedure"], "procedure")
    procedure = desk.manuscript.procedures.get(data["procedure"])
    if procedure is None:
        return None
    names = Names(desk, procedure)
    given = _given(names, data.get("given", {}), ("given",))
    return Scenario(
        data["scenario"],
        words(data, "title"),
        procedure.key,
        given,
        tuple(
            _story(names, raw, ("stories", index), given)
            for index, raw in enumerate(data.get("stories", ()))
        ),
        tuple(
            _offered(names, written, raw, ("tasks", written))
            for written, raw in data.get("tasks", {}).items()
        ),
    )


def _given(names: Names, raw: Mapping[str, Any], path: Path, after: tuple[str, ...] = ()) -> Given:
    """What is given here and where it is taken over from; its names are known from now on."""
    found = Given()
    if "as_in" in raw:
        found = _taken_over(names, raw["as_in"], (*path, "as_in"), after)
    people = dict(found.people)
    for name, written in raw.get("people", {}).items():
        people[name] = _person(names, name, written, (*path, "people", name))
    records = dict(found.records)
    for entity, named in raw.get("records", {}).items():
        names.desk.refer_key("entity", entity, *path, "records", entity)
        for name, fields in named.items():
            at = (*path, "records", entity, name)
            names.give(name, entity, at)
            records[name] = Something(name, entity, fields, at)
    for name, person in people.items():
        _people_fit(names, person, (*path, "people", name))
    for name, thing in records.items():
        if name not in found.records or found.records[name] is not thing:
            names.fields(thing.entity, thing.fields, thing.path)
    now = names.moment(raw["now"], (*path, "now")) if "now" in raw else found.now
    return Given(now, people, records)


def _taken_over(names: Names, key: str, path: Path, after: tuple[str, ...]) -> Given:
    names.desk.refer("scenario", key, *path)
    own = names.desk.data["scenario"]
    if key in {own, *after}:
        names.desk.say(faults.takes_over_itself(names.desk.source.mark(*path), own))
        return Given()
    source = names.desk.manuscript.sources.get(("scenario", key))
    if source is None or "given" not in source.data:
        return Given()
    # What is wrong there is told there; here it is only taken over.
    there = Desk(source, replace(names.desk.manuscript, diagnostics=[], references=[]))
    inner = Names(there, names.procedure, names.known)
    return _given(inner, source.data["given"], ("given",), (own, *after))


def _person(names: Names, name: str, raw: Any, path: Path) -> Person:
    names.give(name, "person", path)
    written: Mapping[str, Any] = {"holds": raw} if isinstance(raw, str) else raw
    holds = several(written.get("holds", ()))
    for index, role in enumerate(holds):
        at = (*path, "holds") if isinstance(written.get("holds"), str) else ()
        at = at or (*path, "holds", index)
        names.desk.refer("role", role, *(path if isinstance(raw, str) else at))
    return Person(
        name,
        holds,
        several(written.get("of", ())),
        several(written.get("in", ())),
        FLAGS[written.get("away", False)],
        written.get("with", {}),
    )


def _people_fit(names: Names, person: Person, path: Path) -> None:
    for key, wanted in (("of", person.of), ("in", person.groups)):
        for word in wanted:
            names.look_up(word, (*path, key), "group" if key == "in" else None)
    names.fields("person", person.fields, (*path, "with"))


def _offered(names: Names, written: str, raw: Any, path: Path) -> Offered:
    place = names.place(written, path, is_key=True)
    told: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {"for": raw}
    people, with_roles = several(told.get("for", ())), several(told.get("with", ()))
    for name in people:
        if name not in names.desk.manuscript.known("role"):
            names.look_up(name, path, "person")
    for role in with_roles:
        names.desk.refer("role", role, *path, "with")
    return Offered(path, place, people, with_roles)


def _story(names: Names, raw: Mapping[str, Any], path: Path, common: Given) -> Story:
    known = dict(names.known)
    given = common
    if "given" in raw:
        own = _given(names, raw["given"], (*path, "given"))
        given = Given(
            own.now or common.now,
            {**common.people, **own.people},
            {**common.records, **own.records},
        )
    names.tells = True
    acts = [act(names, item, (*path, "when", index)) for index, item in enumerate(raw["when"])]
    acts.append(then(names, raw["then"], (*path, "then")))
    names.known, names.tells = known, False
    ledger, language = (several(raw.get(key, ())) for key in ("ledger", "language"))
    return Story(words(raw, "story"), ledger, language, given, tuple(acts), path)
