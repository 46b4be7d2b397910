"""A KPI of its file: its formulas, what a database can make of them, its tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from server.domain.entity import Entity, Field
from server.domain.expression import Expression, Problem, parse
from server.domain.expression.kinds import spoken
from server.domain.expression.tree import Conditional
from server.domain.kpi import (
    CREATED_AT,
    MEASURED_KINDS,
    SPLIT_KINDS,
    WHEN_KINDS,
    Direction,
    Given,
    Kpi,
    Measure,
    Sample,
    fields_of,
    names_of,
    optional_of,
)
from server.domain.measuring import examined
from server.domain.values import DATE_TIME, YES_NO, Kind, Value
from server.loading.desk import Desk, Place, Scope, is_sound, spelled, words
from server.loading.faults import kpi as faults
from server.loading.faults import sense


def build_kpi(desk: Desk) -> Kpi | None:
    """The KPI; None where its entity, or the field that says when, is not there."""
    data = desk.data
    about = data["about"]
    desk.refer("entity", about, "about")
    entity = desk.manuscript.entities.get(about)
    if entity is None or not _has_time(desk, entity):
        return None
    for index, name in enumerate(data.get("by", ())):
        _look_at_split(desk, entity, name, index)
    formulas = _Formulas(desk, entity)
    where, of = formulas.where(), formulas.of()
    read = {(about, data["when"]), *((about, name) for name in data.get("by", ()))}
    for expression, path in ((where, "where"), (of, "of")):
        if expression is not None and is_sound(expression):
            read |= formulas.looked_at(expression, path)
    return Kpi(
        data["kpi"],
        words(data, "title"),
        words(data, "purpose"),
        about,
        data["when"],
        Measure(data["measure"]),
        data["unit"],
        Direction(data["direction"]),
        Fraction(data["target"]),
        where,
        of,
        tuple(data.get("by", ())),
        Fraction(data["warning"]) if "warning" in data else None,
        words(data, "instruction"),
        tuple(_sample(desk, entity, index) for index in range(len(data.get("tests", ())))),
        fields_of(desk.manuscript.entities, about, read),
    )


def _has_time(desk: Desk, entity: Entity) -> bool:
    name = desk.data["when"]
    if name == CREATED_AT:
        return True
    field = entity.fields.get(name)
    if field is not None and field.type.kind in WHEN_KINDS:
        return True
    what = None if field is None else spoken(field.type)
    times = [key for key, item in entity.fields.items() if item.type.kind in WHEN_KINDS]
    desk.say(faults.no_time(desk.source.mark("when"), name, what, [*times, CREATED_AT]))
    return False


def _look_at_split(desk: Desk, entity: Entity, name: str, index: int) -> None:
    desk.refer("field", f"{entity.key}.{name}", "by", index)
    field = entity.fields.get(name)
    if field is not None and field.type.kind not in SPLIT_KINDS:
        mark = desk.source.mark("by", index)
        desk.say(faults.no_split(mark, name, spoken(field.type)))


class _Formulas:
    """`where` and `of`, read together: what one has tested for null, the next need not.

    In all of them the field in `when` is there, as the others are in no period.
    """

    def __init__(self, desk: Desk, entity: Entity) -> None:
        self.desk = desk
        self.entity = entity
        self.scope = Scope(names_of(entity), optional=optional_of(entity))
        when = desk.data["when"]
        self.first = f"{when} is not null and (" if when in self.scope.optional else "("

    def where(self) -> Expression | None:
        if "where" not in self.desk.data:
            return None
        raw = spelled(self.desk.data["where"])
        place = Place(self.desk.source, ("where",), before=len(self.first))
        if not self._can_be_read("where", raw):
            return None
        text = f"{self.first}{raw})"
        found = self.desk.expression(text, self.scope, "where", expected=YES_NO, place=place)
        return replace(found, text=raw)

    def of(self) -> Expression | None:
        """The value, or the condition of a share; what does not go with the measure is told."""
        measure = Measure(self.desk.data["measure"])
        if (measure is Measure.COUNT) == ("of" in self.desk.data):
            self._tell_of(measure)
            return None
        if "of" not in self.desk.data:
            return None
        raw = spelled(self.desk.data["of"])
        if not self._can_be_read("of", raw):
            return None
        where = spelled(self.desk.data.get("where", True))
        before = f"if {self.first}{where}) then ("
        expected = YES_NO if measure is Measure.SHARE else None
        whole = f"{before}{raw}) else {'false' if expected else 'null'}"
        place = Place(self.desk.source, ("of",), before=len(before))
        found = self.desk.expression(
            whole, self.scope, "of", expected=expected, nullable=expected is None, place=place
        )
        if not is_sound(found) or not isinstance(found.tree, Conditional):
            return found
        return self._fitting(Expression(raw, found.tree.then, found.type))

    def _can_be_read(self, key: str, raw: str) -> bool:
        """Whether it is an expression by itself: a bracket too many must not close ours."""
        found = parse(raw)
        if isinstance(found, Problem):
            mark = Place(self.desk.source, (key,)).mark(found)
            self.desk.say(sense.misread(mark, found.message, found.hint))
        return not isinstance(found, Problem)

    def _fitting(self, found: Expression) -> Expression:
        measure = Measure(self.desk.data["measure"])
        kind = found.type.kind if found.type is not None else Kind.TEXT
        if measure is not Measure.SHARE and kind not in MEASURED_KINDS:
            assert found.type is not None
            sentence = f"No {measure} is taken of this: it is {spoken(found.type)}."
            hint = "Give a duration, such as the time between two moments, or a whole number."
            self.desk.say(faults.unfit_of(self.desk.source.mark("of"), sentence, hint))
        return found

    def _tell_of(self, measure: Measure) -> None:
        if measure is Measure.COUNT:
            mark = self.desk.source.key_mark("of")
            sentence, hint = "A count counts records, whatever they hold.", "Say in where which."
        else:
            mark = self.desk.source.mark("measure")
            what = "the condition" if measure is Measure.SHARE else "the value"
            sentence, hint = f"Nothing says what the {measure} is of.", f"Write {what} in of."
        self.desk.say(faults.unfit_of(mark, sentence, hint))

    def looked_at(self, expression: Expression, path: str) -> set[tuple[str, str]]:
        """The fields that are read; what a database cannot work out is told."""
        found = examined(expression.tree, self.entity, self.desk.manuscript.entities)
        before = len(self.first)
        if path == "of":
            where = spelled(self.desk.data.get("where", True))
            before = len(f"if {self.first}{where}) then (")
        place = Place(self.desk.source, (path,), before=before)
        for problem in found.problems[:1]:
            mark = place.mark(problem)
            self.desk.say(faults.not_in_database(mark, problem.message, problem.hint))
        return found.read


# -- tests --------------------------------------------------------------------------------------


def _sample(desk: Desk, entity: Entity, index: int) -> Sample:
    raw = desk.data["tests"][index]
    path = ("tests", index)
    month = raw.get("month")
    parts = {
        part: _figure(desk, written, *path, "parts", part)
        for part, written in raw.get("parts", {}).items()
        if _is_part(desk, entity, part, *path, "parts", part)
    }
    return Sample(
        tuple(
            _given(desk, entity, written, *path, "given", number)
            for number, written in enumerate(raw["given"])
        ),
        _figure(desk, raw["expect"], *path, "expect"),
        date.fromisoformat(f"{month}-01") if month else None,
        parts or None,
    )


def _is_part(desk: Desk, entity: Entity, part: str, *path: str | int) -> bool:
    first = next(iter(desk.data.get("by", ())), None)
    field = entity.fields.get(first) if first is not None else None
    known = _part_names(field)
    if known is None or part in known:
        return True
    desk.say(faults.no_part(desk.source.key_mark(*path), part, known))
    return False


def _part_names(field: Field | None) -> tuple[str, ...] | None:
    """What parts may be called; None where that depends on the records."""
    if field is None:
        return ()
    if field.type.kind is Kind.YES_NO:
        return ("yes", "no")
    return field.type.choices if field.type.kind is Kind.CHOICE else None


def _figure(desk: Desk, written: Any, *path: str | int) -> Fraction | None:
    if written is None:
        return None
    try:
        return Fraction(str(written) if isinstance(written, Decimal) else written)
    except (ValueError, ZeroDivisionError):
        sentence = f"{str(written)[:40]!r} is no figure."
        desk.say(sense.unfit(desk.source.mark(*path), sentence, "Write 95, 12.5 or 200/3."))
        return None


def _given(desk: Desk, entity: Entity, raw: Mapping[str, Any], *path: str | int) -> Given:
    values: dict[str, Value] = {
        key: field.default for key, field in entity.fields.items() if field.is_stored
    }
    if entity.first_status is not None:
        values["status"] = entity.first_status
    refs: dict[str, Given] = {}
    backs: dict[str, tuple[Given, ...]] = {}
    for name, written in raw.items():
        if name == CREATED_AT:
            values[name] = desk.value(written, DATE_TIME, *path, name)
            continue
        desk.refer_key("field", f"{entity.key}.{name}", *path, name)
        field = entity.fields.get(name)
        if field is None:
            continue
        target = desk.manuscript.entities.get(
            field.back[0] if field.back is not None else field.type.entity or ""
        )
        if isinstance(written, Mapping) and target is not None and field.back is None:
            refs[name] = _given(desk, target, written, *path, name)
        elif isinstance(written, list) and target is not None and field.back is not None:
            backs[name] = tuple(
                _given(desk, target, item, *path, name, number)
                for number, item in enumerate(written)
                if isinstance(item, Mapping)
            )
        elif target is not None:
            desk.say(
                sense.unfit(
                    desk.source.mark(*path, name),
                    "Records are given by what they hold.",
                    "Write { } with values of the record, or a list of such for a list.",
                )
            )
        elif written is not None:
            values[name] = desk.value(written, field.type, *path, name)
    return Given(values, refs, backs)
