"""When a break changes nothing that anybody could notice: proved from the definitions, never assumed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from server.domain.correlation import Correlation, Reading
from server.domain.decision import Decision, Hits, NoVerdict
from server.domain.entity import Entity
from server.domain.form import Form, FormField
from server.domain.procedure import Procedure
from server.domain.step import (
    Approve,
    Call,
    Choose,
    ContinueIn,
    Do,
    Start,
    Step,
    WaitUntil,
)
from server.domain.ways import walk
from server.engine.places import Place
from server.loading.proving.reading import Reading as TableReading
from server.loading.proving.searching import piece_values
from server.loading.proving.space import Space
from server.rules.tables import Table

MOST = 20_000
"""Combinations of inputs that two tables are compared on."""
WHY_THE_SAME = {
    "role held by anyone": "no task is for this lane: who holds it is read in the guide, by no run",
    "drop enters of a step": "the start is the first of those for this procedure",
    "drop begins_at of a start": "it begins at the first step anyway",
    "swap two steps": "each step says where it leads: only their order on the page is another",
    "swap two rows": "no two of the conditions hold at once, or both lead to the same",
    "drop read_only on a form": "rules decide the field, or it is a list: nobody can type it anyway",
    "swap two rules": "the two say the same, or never both hold",
    "another hit policy": "it is proved that one rule holds for everything, and never two",
    "drop a translation": "what is not translated becomes the same",
    "drop all_at_once of a step": "nobody works and nothing waits in these turns: each ends before the next",
}


def is_alike(
    kind: str, before: Procedure, after: Procedure, procedures: Mapping[str, Procedure]
) -> bool:
    """Whether a break of this kind, the only thing otherwise in `after`, leaves all as it is."""
    match kind:
        case "role held by anyone":
            return _holders(before) == _holders(after)
        case "drop begins_at of a start":
            return _beginnings(before) == _beginnings(after)
        case "drop enters of a step":
            pairs = _differing(before, after)
            return all(_enters(one, before, procedures) for one, _ in pairs)
        case "swap two rows":
            return all(_chooses_alike(one, other) for one, other in _differing(before, after))
        case "drop all_at_once of a step":
            return not any(_turns_meet(one) for one, _ in _differing(before, after))
    return False


def reads_alike(before: Correlation, after: Correlation) -> bool:
    """Whether two correlations differ only in translating what comes out the same untranslated."""
    return _as_translated(before) == _as_translated(after)


def _as_translated(correlation: Correlation) -> Correlation:
    def told(reading: Reading) -> Reading:
        apart = {key: value for key, value in reading.values.items() if value != reading.otherwise}
        # with nothing left to translate, what is read would be taken as it is
        return replace(reading, values=apart or reading.values)

    fields = {key: told(reading) for key, reading in correlation.fields.items()}
    return replace(correlation, fields=fields)


def offers_alike(before: Form, after: Form, entities: Mapping[str, Entity]) -> bool:
    """Whether two forms differ only in calling to be read what nobody can type anyway."""
    return _as_offered(before, entities) == _as_offered(after, entities)


def _as_offered(form: Form, entities: Mapping[str, Entity]) -> Form:
    def offered(entity: str, fields: tuple[FormField, ...]) -> tuple[FormField, ...]:
        known = entities[entity].fields
        return tuple(
            replace(item, read_only=Place(known[item.field], item).read_only) for item in fields
        )

    return replace(
        form,
        sections=tuple(
            replace(
                section,
                fields=offered(form.entity, section.fields),
                rows=section.rows
                and replace(
                    section.rows, fields=offered(section.rows.entity, section.rows.fields)
                ),
            )
            for section in form.sections
        ),
    )


def _differing(before: Procedure, after: Procedure) -> Iterator[tuple[Step, Step]]:
    """The steps that are otherwise, without those that only hold them."""
    for one, other in zip(before.walk(), after.walk(), strict=True):
        inner = zip(walk((one,)), walk((other,)), strict=True)
        if one != other and not any(a != b for a, b in list(inner)[1:]):
            yield one, other


def _holders(procedure: Procedure) -> Mapping[str, Any]:
    """Who holds the lanes for which a run asks that.

    In the others nobody has a task, nor hears that one is late: such a role can be asked, and the
    guide tells in words for what it is held.
    """
    asked: set[str] = set()
    for step in procedure.walk():
        action = step.action
        if isinstance(action, Do) and action.of is None:
            asked.add(action.role)
        if isinstance(action, Approve):
            asked |= {signer.role for signer in action.signers if signer.of is None}
        if isinstance(action, Do | Approve) and action.due and action.due.late:
            asked.add(action.due.late)
    return {role: holder for role, holder in procedure.lanes.items() if role in asked}


def _beginnings(procedure: Procedure) -> Any:
    first = procedure.steps[0].key
    return [replace(start, begins_at=start.begins_at or first) for start in procedure.starts]


def _enters(step: Step, own: Procedure, procedures: Mapping[str, Procedure]) -> bool:
    """Whether the start that is named is the one that is taken where none is."""
    assert isinstance(step.action, Start | ContinueIn | Call)
    starts = procedures[step.action.procedure].starts
    taken = next((start.key for start in starts if start.after == own.key), None)
    return step.action.enters == taken


def _chooses_alike(one: Step, other: Step) -> bool:
    if not isinstance(one.action, Choose) or not isinstance(other.action, Choose):
        return False
    alike = one.action.given == other.action.given
    return alike and says_the_same(one.action.gateway, other.action.gateway)


def _turns_meet(step: Step) -> bool:
    """Whether turns can see each other: one takes longer than its command, ends all, writes elsewhere.

    A turn writes elsewhere where it sets a field of what it does not reach by way of its own record.
    """
    turns = step.each
    if turns is None or turns.finish_when != "all" or turns.condition is not None:
        return True
    inner = list(walk((step,)))
    if any(isinstance(item.action, Do | Approve | WaitUntil | Call) for item in inner):
        return True
    written = [
        one.record.text
        for item in inner
        for one in (*item.set, *(each for way in item.outcomes.values() for each in way.set))
    ]
    return not all(text.split(".")[0] == turns.name for text in written)


def has_one_rule_for_all(before: Decision, after: Decision) -> bool:
    """Whether the order and policy of the rules say nothing more, where never two of them hold.

    The one is asked of a table of which that is proved.
    """
    alike = {Hits.EXACTLY_ONE, Hits.FIRST, Hits.ANY}
    return before.hits is Hits.EXACTLY_ONE and after.hits in alike


def says_the_same(before: Decision, after: Decision) -> bool:
    """Whether two tables give one verdict for everything that can be given."""
    if before.inputs != after.inputs or before.optional != after.optional:
        return False
    readings = [TableReading(item) for item in (before, after)]
    formulas = [
        reading.condition(rule.condition.tree)
        for reading, item in zip(readings, (before, after), strict=True)
        for rule in item.rules
        if rule.condition is not None
    ]
    variables = {**readings[0].variables, **readings[1].variables}
    space = Space.over(variables, formulas)
    if space.wide or any(item.node is not None for item in space.variables):
        return False
    options = [
        [piece_values(variable, piece)[0][0] for piece in pieces]
        for variable, pieces in zip(space.variables, space.pieces, strict=True)
    ]
    count = 1
    for values in options:
        count *= len(values)
    if count > MOST:
        return False
    tables = [Table(item, "x") for item in (before, after)]
    names = [variable.name for variable in space.variables]
    for combination in itertools.product(*options):
        given = dict(zip(names, combination, strict=True))
        if _answer(tables[0], given) != _answer(tables[1], given):
            return False
    return True


def _answer(table: Table, given: Mapping[str, Any]) -> object:
    inputs = {name: given[name] for name in table.decision.inputs}
    try:
        return table.decide(inputs).output
    except NoVerdict:
        return None
