"""What a story calls people, records, steps and fields: each name looked up where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from server.domain.entity import STATUS
from server.domain.form import Form, Rows
from server.domain.procedure import Procedure
from server.domain.scenario import Place
from server.domain.step import Step
from server.domain.values import DATE_TIME, Kind, Type, from_json
from server.loading.desk import Desk
from server.loading.faults import scenario as faults
from server.loading.faults import sense
from server.loading.marked import Path

ROW_KEYS = frozenset({"record", "remove"})
"""What a row of a form says besides its fields: which record it is, and that it goes."""
NOW = "now"
"""In an expectation, the present moment."""
PLACE = re.compile(r"(?P<step>[^ ]+)(?: in (?P<procedure>[^ ]+))?(?: about (?P<about>[^ ]+))?")


@dataclass(slots=True)
class Names:
    """The names that the story being read knows, each with its entity.

    `procedure` is the one that the scenario is about. `tells`: acts and expectations are being
    read. There, an entity's key stands for its newest record that came into being in the story.
    """

    desk: Desk
    procedure: Procedure
    known: dict[str, str] = field(default_factory=dict)
    tells: bool = False

    def give(self, name: str, entity: str, path: Path) -> None:
        if self.known.get(name, entity) != entity:
            self.desk.say(faults.name_twice(self.desk.source.key_mark(*path), name))
        self.known[name] = entity

    def call(
        self, raw: Mapping[str, Any], entity: str, path: Path, *, again: bool = False
    ) -> None:
        """What `as` names is known from here on."""
        name = raw.get("as")
        if name is None:
            return
        if name in self.known and not (again and self.known[name] == entity):
            self.desk.say(faults.name_twice(self.desk.source.mark(*path, "as"), name))
        self.known[name] = entity

    def look_up(
        self, name: str, path: Path, entity: str | None = None, *, is_key: bool = False
    ) -> None:
        source = self.desk.source
        mark = source.key_mark(*path) if is_key else source.mark(*path)
        found = self.entity(name)
        if found is None:
            self.desk.say(faults.unknown_name(mark, name, self.known))
        elif entity is not None and found != entity:
            sentence = f"'{name}' is a {found} record; a {entity} record is needed."
            self.desk.say(sense.unfit(mark, sentence))

    def entity(self, name: str) -> str | None:
        """What kind of record a name stands for; None where it stands for nothing."""
        is_key = self.tells and name in self.desk.manuscript.entities
        return self.known.get(name, name if is_key else None)

    def look_up_doer(self, raw: Mapping[str, Any], path: Path) -> None:
        if "by" in raw and raw["by"] not in self.desk.manuscript.known("role"):
            self.look_up(raw["by"], (*path, "by"), "person")

    # -- steps ------------------------------------------------------------------------------------

    def place(self, written: str, path: Path, *, is_key: bool = False) -> Place:
        match = PLACE.fullmatch(written)
        assert match is not None, "the schema has looked at it"
        place = Place(match["step"], match["procedure"], match["about"])
        source = self.desk.source
        mark = source.key_mark(*path) if is_key else source.mark(*path)
        if place.procedure is not None:
            refer = self.desk.refer_key if is_key else self.desk.refer
            refer("procedure", place.procedure, *path)
            procedure = self.desk.manuscript.procedures.get(place.procedure)
            if procedure is None:
                return place
        else:
            procedure = self.procedure
        if not any(True for _ in self.steps(place)):
            known = [step.key for step in procedure.walk()]
            self.desk.say(faults.no_such_step(mark, place.step, procedure.key, known))
        if place.about is not None and place.about not in self.desk.manuscript.entities:
            self.look_up(place.about, path, is_key=is_key)
        return place

    def steps(self, place: Place) -> Iterator[Step]:
        """The steps that may be meant: of the procedure named, of the own, else of all."""
        procedures = self.desk.manuscript.procedures
        if place.procedure is not None:
            named = procedures.get(place.procedure)
            yield from called(named, place.step) if named else ()
            return
        own = list(called(self.procedure, place.step))
        if own:
            yield from own
            return
        for other in procedures.values():
            yield from called(other, place.step)

    def form(self, key: str | None) -> Form | None:
        return self.desk.manuscript.forms.get(key) if key is not None else None

    # -- values -----------------------------------------------------------------------------------

    def answers(
        self,
        answers: Mapping[str, Any],
        types: Mapping[str, Type | None],
        form: Form | None,
        where: str,
        path: Path,
    ) -> None:
        entity = self.desk.manuscript.entities.get(form.entity) if form else None
        for key, raw in answers.items():
            at = (*path, "answers", key)
            if key not in types:
                mark = self.desk.source.key_mark(*at)
                self.desk.say(faults.not_asked(mark, key, where, types))
                continue
            rows = next((item for item in form.rows if item.field == key), None) if form else None
            if rows is not None:
                self.rows(rows, raw, at)
                continue
            typ = types[key]
            if typ is None and entity is not None and key in entity.fields:
                typ = entity.fields[key].type
            if typ is not None:
                self.value(raw, typ, at)

    def rows(self, rows: Rows, raw: Any, path: Path) -> None:
        """Rows of a form: each its fields, and which record it is, where it is there already."""
        for index, item in enumerate(raw if isinstance(raw, list) else ()):
            if not isinstance(item, Mapping):
                mark = self.desk.source.mark(*path, index)
                self.desk.say(sense.unfit(mark, "A row is a map of its fields to their values."))
                continue
            if "record" in item:
                self.look_up(str(item["record"]), (*path, index, "record"), rows.entity)
            values = {key: value for key, value in item.items() if key not in ROW_KEYS}
            self.fields(rows.entity, values, (*path, index))

    def fields(
        self, entity: str | None, fields: Mapping[str, Any], path: Path, *, expected: bool = False
    ) -> None:
        definition = self.desk.manuscript.entities.get(entity or "")
        if definition is None:
            return
        for key, raw in fields.items():
            at = (*path, key)
            self.desk.refer_key("field", f"{definition.key}.{key}", *at)
            known = definition.fields.get(key)
            if known is None:
                continue
            is_now = expected and raw == NOW and known.type.kind is Kind.DATE_TIME
            if not is_now:
                typ = known.type
                if key == STATUS and definition.statuses:
                    typ = Type(Kind.CHOICE, choices=tuple(definition.statuses))
                self.value(raw, typ, at)

    def value(self, raw: Any, typ: Type, path: Path) -> None:
        if raw is None:
            return
        if typ.kind is Kind.LIST and typ.item is not None:
            for index, item in enumerate(raw if isinstance(raw, list) else [raw]):
                self.value(item, typ.item, (*path, index) if isinstance(raw, list) else path)
        elif typ.kind is Kind.REF:
            self.look_up(str(raw), path, typ.entity)
        else:
            self.desk.value(raw, typ, *path)

    def moment(self, raw: str, path: Path) -> datetime | None:
        try:
            moment = from_json(DATE_TIME, raw)
        except ValueError:
            self.desk.say(faults.no_date(self.desk.source.mark(*path), raw))
            return None
        assert isinstance(moment, datetime)
        return moment


def several(raw: Any) -> tuple[str, ...]:
    """One, or each of a list."""
    return (raw,) if isinstance(raw, str) else tuple(raw)


def called(procedure: Procedure, key: str) -> Iterator[Step]:
    """The steps of this key."""
    return (step for step in procedure.walk() if step.key == key)
