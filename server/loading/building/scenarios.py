"""A scenario of its file: names, steps and answers looked up in the procedures it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from server.domain.decision import Decision
from server.domain.entity import STATUS
from server.domain.form import Form, Rows
from server.domain.procedure import (
    DONE,
    Beginning,
    Choose,
    ContinueIn,
    Decide,
    Do,
    Procedure,
    Step,
)
from server.domain.scenario import (
    Act,
    Begin,
    Change,
    Complete,
    Enter,
    Given,
    Need,
    Open,
    Pass,
    Person,
    Place,
    Scenario,
    Something,
    Story,
    Then,
)
from server.domain.values import DATE_TIME, Kind, Type, from_json
from server.loading.desk import FLAGS, Desk, words
from server.loading.faults import scenario as faults
from server.loading.faults import sense
from server.loading.marked import Path

ROW_KEYS = frozenset({"record", "remove"})
"""What a row of a form says besides its fields: which record it is, and that it goes."""
NOW = "now"
"""In an expectation, the present moment."""
_PLACE = re.compile(r"(?P<step>[^ ]+)(?: in (?P<procedure>[^ ]+))?(?: about (?P<about>[^ ]+))?")
_AMOUNT = re.compile(r"(?P<count>\d+) (?P<working>working )?(?P<unit>[a-z]+?)s?")


def build_scenario(desk: Desk) -> Scenario | None:
    """The scenario; None where the procedure it is about is not there."""
    data = desk.data
    desk.refer("procedure", data["procedure"], "procedure")
    procedure = desk.manuscript.procedures.get(data["procedure"])
    if procedure is None:
        return None
    reading = _Reading(desk, procedure)
    given = reading.given(data.get("given", {}), ("given",))
    return Scenario(
        data["scenario"],
        words(data, "title"),
        procedure.key,
        given,
        tuple(
            reading.story(raw, ("stories", index), given)
            for index, raw in enumerate(data.get("stories", ()))
        ),
    )


@dataclass(slots=True)
class _Reading:
    """One file. `names` are those of the story that is being read, each with its entity."""

    desk: Desk
    procedure: Procedure
    names: dict[str, str] = field(default_factory=dict)

    # -- what is given ------------------------------------------------------------------------

    def given(self, raw: Mapping[str, Any], path: Path, after: tuple[str, ...] = ()) -> Given:
        """What is given here and where it is taken over from; its names are known from now on."""
        found = Given()
        if "as_in" in raw:
            found = self._taken_over(raw["as_in"], (*path, "as_in"), after)
        people = dict(found.people)
        for name, written in raw.get("people", {}).items():
            people[name] = self._person(name, written, (*path, "people", name))
        records = dict(found.records)
        for entity, named in raw.get("records", {}).items():
            self.desk.refer_key("entity", entity, *path, "records", entity)
            for name, fields in named.items():
                at = (*path, "records", entity, name)
                self._name(name, entity, at)
                records[name] = Something(name, entity, fields, at)
        for name, person in people.items():
            self._people_fit(person, (*path, "people", name))
        for name, thing in records.items():
            if name not in found.records or found.records[name] is not thing:
                self._fields(thing.entity, thing.fields, thing.path)
        now = self._moment(raw["now"], (*path, "now")) if "now" in raw else found.now
        return Given(now, people, records)

    def _taken_over(self, key: str, path: Path, after: tuple[str, ...]) -> Given:
        self.desk.refer("scenario", key, *path)
        own = self.desk.data["scenario"]
        if key in {own, *after}:
            self.desk.say(faults.takes_over_itself(self.desk.source.mark(*path), own))
            return Given()
        source = self.desk.manuscript.sources.get(("scenario", key))
        if source is None or "given" not in source.data:
            return Given()
        # What is wrong there is told there; here it is only taken over.
        there = Desk(source, replace(self.desk.manuscript, diagnostics=[], references=[]))
        reading = _Reading(there, self.procedure, self.names)
        return reading.given(source.data["given"], ("given",), (own, *after))

    def _person(self, name: str, raw: Any, path: Path) -> Person:
        self._name(name, "person", path)
        written: Mapping[str, Any] = {"holds": raw} if isinstance(raw, str) else raw
        holds = _several(written.get("holds", ()))
        for index, role in enumerate(holds):
            at = (*path, "holds") if isinstance(written.get("holds"), str) else ()
            at = at or (*path, "holds", index)
            self.desk.refer("role", role, *(path if isinstance(raw, str) else at))
        return Person(
            name,
            holds,
            _several(written.get("of", ())),
            _several(written.get("in", ())),
            FLAGS[written.get("away", False)],
            written.get("with", {}),
        )

    def _people_fit(self, person: Person, path: Path) -> None:
        for key, wanted in (("of", person.of), ("in", person.groups)):
            for word in wanted:
                self._known(word, (*path, key), "group" if key == "in" else None)
        self._fields("person", person.fields, (*path, "with"))

    # -- stories --------------------------------------------------------------------------------

    def story(self, raw: Mapping[str, Any], path: Path, common: Given) -> Story:
        known = dict(self.names)
        given = common
        if "given" in raw:
            own = self.given(raw["given"], (*path, "given"))
            given = Given(
                own.now or common.now,
                {**common.people, **own.people},
                {**common.records, **own.records},
            )
        acts = [self._act(item, (*path, "when", index)) for index, item in enumerate(raw["when"])]
        acts.append(self._then(raw["then"], (*path, "then")))
        self.names = known
        return Story(
            words(raw, "story"), _several(raw.get("ledger", ())), given, tuple(acts), path
        )

    def _act(self, raw: Mapping[str, Any], path: Path) -> Act:
        if "then" in raw:
            return self._then(raw["then"], (*path, "then"))
        if "begin" in raw:
            return self._begin(raw, path)
        if "complete" in raw:
            return self._complete(raw, path)
        if "as_needed" in raw:
            return self._need(raw, path)
        if "after" in raw:
            return _passing(raw["after"], path)
        if "at" in raw:
            return Pass(path, until=self._moment(raw["at"], (*path, "at")))
        values = raw.get("with", {})
        refused = raw.get("refused")
        if "new" in raw:
            self.desk.refer("entity", raw["new"], *path, "new")
            self._fields(raw["new"], values, (*path, "with"))
            self._call(raw, raw["new"], path)
            return Enter(path, raw["new"], values, raw.get("as"), refused)
        self._known(raw["change"], (*path, "change"))
        self._fields(self.names.get(raw["change"]), values, (*path, "with"))
        return Change(path, raw["change"], values, raw.get("because"), refused)

    def _begin(self, raw: Mapping[str, Any], path: Path) -> Begin:
        key = raw["begin"]
        self.desk.refer("procedure", key, *path, "begin")
        procedure = self.desk.manuscript.procedures.get(key)
        self._by(raw, path)
        start = None
        if procedure is not None:
            start = self._start(raw, procedure, path)
        if "about" in raw:
            self._known(raw["about"], (*path, "about"), procedure.about if procedure else None)
        answers = raw.get("answers", {})
        if start is not None:
            form = self._form(start.form)
            self._answers(answers, _asked(form), form, f"The start '{start.key}'", path)
            self._call(raw, procedure.about if procedure else "", path)
        return Begin(
            path,
            key,
            start.key if start else None,
            raw.get("by"),
            raw.get("about"),
            answers,
            raw.get("as"),
            raw.get("refused"),
        )

    def _start(self, raw: Mapping[str, Any], procedure: Procedure, path: Path) -> Beginning | None:
        given = raw.get("start")
        known = [item.key for item in procedure.starts]
        if given is not None and given not in known:
            mark = self.desk.source.mark(*path, "start")
            self.desk.say(faults.no_such_outcome(mark, given, f"'{procedure.key}'", known))
            return None
        about = "about" in raw
        fitting = [
            item
            for item in procedure.starts
            if item.when is None and (item.by is None) == about and given in {None, item.key}
        ]
        if len(fitting) == 1:
            return fitting[0]
        mark = self.desk.source.mark(*path, "start" if given else "begin")
        if fitting:
            names = ", ".join(item.key for item in fitting)
            sentence = f"Several starts of '{procedure.key}' are begun so."
            self.desk.say(faults.begins_otherwise(mark, sentence, f"Say which start: {names}."))
            return None
        hint = "A start for a role needs no 'about'; one after another procedure does."
        if any(item.when for item in procedure.starts if given in {None, item.key}):
            hint = "Have its record come into being with 'new'."
        which = f"The start '{given}' of '{procedure.key}'" if given else f"'{procedure.key}'"
        self.desk.say(faults.begins_otherwise(mark, f"{which} is not begun so.", hint))
        return None

    def _complete(self, raw: Mapping[str, Any], path: Path) -> Complete:
        place = self._place(raw["complete"], (*path, "complete"))
        self._by(raw, path)
        steps = [step for step in self._steps(place) if isinstance(step.action, Do)]
        outcome = raw.get("outcome")
        known = [key for step in steps for key in step.outcomes]
        if outcome is not None and steps and outcome not in known:
            mark = self.desk.source.mark(*path, "outcome")
            self.desk.say(faults.no_such_outcome(mark, outcome, f"Step '{place.step}'", known))
        answers = raw.get("answers", {})
        types: dict[str, Type | None] = {}
        form: Form | None = None
        for step in steps:
            assert isinstance(step.action, Do)
            form = self._form(step.action.form) or form
            types |= _asked(self._form(step.action.form))
            types |= {key: item.type for key, item in step.action.asks.items()}
            if step.action.creates is not None:
                self._call(raw, step.action.creates.entity, path, again=True)
        if steps:
            self._answers(answers, types, form, f"Step '{place.step}'", path)
        return Complete(
            path, place, raw.get("by"), outcome, answers, raw.get("as"), raw.get("refused")
        )

    def _need(self, raw: Mapping[str, Any], path: Path) -> Need:
        match = _PLACE.fullmatch(raw["as_needed"])
        assert match is not None, "the schema has looked at it"
        place = Place(match["step"], match["procedure"])
        if place.procedure is not None:
            self.desk.refer("procedure", place.procedure, *path, "as_needed")
        procedure = self.desk.manuscript.procedures.get(place.procedure or self.procedure.key)
        known = sorted(_offers(procedure)) if procedure is not None else [place.step]
        if place.step not in known and procedure is not None:
            mark = self.desk.source.mark(*path, "as_needed")
            where = f"'{procedure.key}', as needed,"
            self.desk.say(faults.no_such_outcome(mark, place.step, where, known))
        self._by(raw, path)
        return Need(path, place, raw["by"], raw.get("refused"))

    # -- expectations ---------------------------------------------------------------------------

    def _then(self, raw: Mapping[str, Any], path: Path) -> Then:
        for name, fields in raw.get("records", {}).items():
            entity = self.names.get(name, name)
            if name not in self.names and name not in self.desk.manuscript.entities:
                self._known(name, (*path, "records", name), is_key=True)
            else:
                self._fields(entity, fields, (*path, "records", name), expected=True)
        for key, several in (("ended", True), ("stopped", False), ("failed", False)):
            for named in raw.get(key, {}) if several else _several(raw.get(key, ())):
                refer = self.desk.refer_key if several else self.desk.refer
                at = (*path, key, named) if several else (*path, key)
                refer("procedure", named, *at)
        for procedure, end in raw.get("ended", {}).items():
            self._end(procedure, end, (*path, "ended", procedure))
        for index, procedure in enumerate(raw.get("hands_over_to", ())):
            self.desk.refer("procedure", procedure, *path, "hands_over_to", index)
        for notification, people in raw.get("told", {}).items():
            self.desk.refer_key("notification", notification, *path, "told", notification)
            for person in _several(people):
                self._known(person, (*path, "told", notification), "person")
        for written, rules in raw.get("rules", {}).items():
            place = self._place(written, (*path, "rules", written), is_key=True)
            self._rules(place, _several(rules), (*path, "rules", written))
        told = raw.get("told")
        return Then(
            path,
            self._open(raw["open"], (*path, "open")) if "open" in raw else None,
            raw.get("records", {}),
            raw.get("ended", {}),
            _several(raw.get("stopped", ())),
            _several(raw.get("failed", ())),
            tuple(raw["hands_over_to"]) if "hands_over_to" in raw else None,
            {key: _several(people) for key, people in told.items()} if told is not None else None,
            {key: _several(rules) for key, rules in raw.get("rules", {}).items()},
        )

    def _open(self, raw: Any, path: Path) -> tuple[Open, ...]:
        if isinstance(raw, list):
            return tuple(Open(self._place(item, (*path, index))) for index, item in enumerate(raw))
        found = []
        for written, people in raw.items():
            at = (*path, written)
            names = _several(people)
            for name in names:
                if name not in {"somebody", *self.desk.manuscript.known("role")}:
                    self._known(name, at, "person")
            who = None if names == ("somebody",) else names
            found.append(Open(self._place(written, at, is_key=True), who))
        return tuple(found)

    def _end(self, key: str, end: str, path: Path) -> None:
        procedure = self.desk.manuscript.procedures.get(key)
        if procedure is None:
            return
        known = {DONE, *procedure.ends(), *_continuations(procedure)}
        if end not in known:
            mark = self.desk.source.mark(*path)
            self.desk.say(faults.no_such_outcome(mark, end, f"'{key}'", sorted(known)))

    def _rules(self, place: Place, rules: tuple[str, ...], path: Path) -> None:
        known = {
            rule
            for step in self._steps(place)
            for rule in _rules_of(step, self.desk.manuscript.decisions)
        }
        for rule in rules:
            if known and rule not in known:
                mark = self.desk.source.mark(*path)
                where = f"Step '{place.step}'"
                self.desk.say(faults.no_such_outcome(mark, rule, where, sorted(known)))

    # -- names ------------------------------------------------------------------------------------

    def _name(self, name: str, entity: str, path: Path) -> None:
        if self.names.get(name, entity) != entity:
            self.desk.say(faults.name_twice(self.desk.source.key_mark(*path), name))
        self.names[name] = entity

    def _call(
        self, raw: Mapping[str, Any], entity: str, path: Path, *, again: bool = False
    ) -> None:
        """What `as` names is known from here on."""
        name = raw.get("as")
        if name is None:
            return
        if name in self.names and not (again and self.names[name] == entity):
            self.desk.say(faults.name_twice(self.desk.source.mark(*path, "as"), name))
        self.names[name] = entity

    def _known(
        self, name: str, path: Path, entity: str | None = None, *, is_key: bool = False
    ) -> None:
        source = self.desk.source
        mark = source.key_mark(*path) if is_key else source.mark(*path)
        if name not in self.names:
            self.desk.say(faults.unknown_name(mark, name, self.names))
        elif entity is not None and self.names[name] != entity:
            sentence = f"'{name}' is a {self.names[name]} record; a {entity} record is needed."
            self.desk.say(sense.unfit(mark, sentence))

    def _by(self, raw: Mapping[str, Any], path: Path) -> None:
        if "by" in raw and raw["by"] not in self.desk.manuscript.known("role"):
            self._known(raw["by"], (*path, "by"), "person")

    # -- steps ------------------------------------------------------------------------------------

    def _place(self, written: str, path: Path, *, is_key: bool = False) -> Place:
        match = _PLACE.fullmatch(written)
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
        if not any(True for _ in self._steps(place)):
            known = [step.key for step in procedure.walk()]
            self.desk.say(faults.no_such_step(mark, place.step, procedure.key, known))
        if place.about is not None and place.about not in self.desk.manuscript.entities:
            self._known(place.about, path, is_key=is_key)
        return place

    def _steps(self, place: Place) -> Iterator[Step]:
        """The steps that may be meant: of the procedure named, of the own, else of all."""
        procedures = self.desk.manuscript.procedures
        if place.procedure is not None:
            named = procedures.get(place.procedure)
            yield from _called(named, place.step) if named else ()
            return
        own = list(_called(self.procedure, place.step))
        if own:
            yield from own
            return
        for other in procedures.values():
            yield from _called(other, place.step)

    def _form(self, key: str | None) -> Form | None:
        return self.desk.manuscript.forms.get(key) if key is not None else None

    # -- values -----------------------------------------------------------------------------------

    def _answers(
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
                self._rows(rows, raw, at)
                continue
            typ = types[key]
            if typ is None and entity is not None and key in entity.fields:
                typ = entity.fields[key].type
            if typ is not None:
                self._value(raw, typ, at)

    def _rows(self, rows: Rows, raw: Any, path: Path) -> None:
        """Rows of a form: each its fields, and which record it is, where it is there already."""
        for index, item in enumerate(raw if isinstance(raw, list) else ()):
            if not isinstance(item, Mapping):
                mark = self.desk.source.mark(*path, index)
                self.desk.say(sense.unfit(mark, "A row is a map of its fields to their values."))
                continue
            if "record" in item:
                self._known(str(item["record"]), (*path, index, "record"), rows.entity)
            values = {key: value for key, value in item.items() if key not in ROW_KEYS}
            self._fields(rows.entity, values, (*path, index))

    def _fields(
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
                self._value(raw, typ, at)

    def _value(self, raw: Any, typ: Type, path: Path) -> None:
        if raw is None:
            return
        if typ.kind is Kind.LIST and typ.item is not None:
            for index, item in enumerate(raw if isinstance(raw, list) else [raw]):
                self._value(item, typ.item, (*path, index) if isinstance(raw, list) else path)
        elif typ.kind is Kind.REF:
            self._known(str(raw), path, typ.entity)
        else:
            self.desk.value(raw, typ, *path)

    def _moment(self, raw: str, path: Path) -> datetime | None:
        try:
            moment = from_json(DATE_TIME, raw)
        except ValueError:
            self.desk.say(faults.no_date(self.desk.source.mark(*path), raw))
            return None
        assert isinstance(moment, datetime)
        return moment


def _several(raw: Any) -> tuple[str, ...]:
    return (raw,) if isinstance(raw, str) else tuple(raw)


def _called(procedure: Procedure, key: str) -> Iterator[Step]:
    return (step for step in procedure.walk() if step.key == key)


def _asked(form: Form | None) -> dict[str, Type | None]:
    """What a form asks; the entity knows the types."""
    if form is None:
        return {}
    asked: dict[str, Type | None] = {item.field: None for item in form.fields}
    return asked | {item.field: None for item in form.rows}


def _offers(procedure: Procedure) -> Iterator[str]:
    """The keys of all that a procedure offers as needed."""
    yield from (item.key for item in procedure.as_needed)
    for step in procedure.walk():
        yield from (item.key for item in getattr(step.action, "as_needed", ()))


def _rules_of(step: Step, decisions: Mapping[str, Decision]) -> Iterator[str]:
    """The keys of the rules by which a step may be decided."""
    match step.action:
        case Choose(gateway=gateway):
            yield from (rule.key for rule in gateway.rules)
        case Decide(decision=key) if key in decisions:
            yield from (rule.key for rule in decisions[key].rules)


def _continuations(procedure: Procedure) -> Iterator[str]:
    """The procedures in which a run may go on: it ends by their keys."""
    for step in procedure.walk():
        if isinstance(step.action, ContinueIn):
            yield step.action.procedure


def _passing(written: str, path: Path) -> Pass:
    match = _AMOUNT.fullmatch(written)
    assert match is not None, "the schema has looked at it"
    count, unit = int(match["count"]), match["unit"]
    if match["working"] and unit in {"day", "week"}:
        return Pass(path, working_days=count * (5 if unit == "week" else 1))
    amount = timedelta(**{f"{unit}s": count})
    return Pass(path, working=amount) if match["working"] else Pass(path, amount=amount)
