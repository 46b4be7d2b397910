"""What happens in a story: every name of its `when` looked up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from server.domain.beginning import Beginning
from server.domain.form import Form
from server.domain.procedure import Procedure
from server.domain.scenario import Act, Asked, Begin, Change, Complete, Enter, Need, Pass, Place
from server.domain.step import (
    Approve,
    Do,
    Step,
)
from server.domain.values import Type
from server.loading.building.story_ends import then
from server.loading.building.story_names import PLACE, Names
from server.loading.faults import scenario as faults
from server.loading.marked import Path

_AMOUNT = re.compile(r"(?P<count>\d+) (?P<working>working )?(?P<unit>[a-z]+?)s?")


def act(names: Names, raw: Mapping[str, Any], path: Path) -> Act:
    if "then" in raw:
        return then(names, raw["then"], (*path, "then"))
    if "begin" in raw:
        return _begin(names, raw, path)
    if "complete" in raw:
        return _complete(names, raw, path)
    if "as_needed" in raw:
        return _need(names, raw, path)
    if "after" in raw:
        return _passing(raw["after"], path)
    if "at" in raw:
        return Pass(path, until=names.moment(raw["at"], (*path, "at")))
    values = raw.get("with", {})
    refused = raw.get("refused")
    if "new" in raw:
        names.desk.refer("entity", raw["new"], *path, "new")
        names.fields(raw["new"], values, (*path, "with"))
        names.call(raw, raw["new"], path)
        return Enter(path, raw["new"], values, raw.get("as"), refused)
    names.look_up(raw["change"], (*path, "change"))
    names.fields(names.entity(raw["change"]), values, (*path, "with"))
    return Change(path, raw["change"], values, raw.get("because"), refused)


def _begin(names: Names, raw: Mapping[str, Any], path: Path) -> Begin:
    key = raw["begin"]
    names.desk.refer("procedure", key, *path, "begin")
    procedure = names.desk.manuscript.procedures.get(key)
    names.look_up_doer(raw, path)
    start = None
    if procedure is not None:
        start = _start(names, raw, procedure, path)
    if "about" in raw:
        names.look_up(raw["about"], (*path, "about"), procedure.about if procedure else None)
    answers = raw.get("answers", {})
    if start is not None:
        form = names.form(start.form)
        names.answers(answers, _asked(form), form, f"The start '{start.key}'", path)
        names.call(raw, procedure.about if procedure else "", path)
    return Begin(
        path,
        key,
        start.key if start else None,
        raw.get("by"),
        raw.get("about"),
        answers,
        raw.get("as"),
        raw.get("refused"),
        _form(names, raw, [names.form(start.form)] if start else [], path),
    )


def _start(
    names: Names, raw: Mapping[str, Any], procedure: Procedure, path: Path
) -> Beginning | None:
    given = raw.get("start")
    known = [item.key for item in procedure.starts]
    if given is not None and given not in known:
        mark = names.desk.source.mark(*path, "start")
        names.desk.say(faults.no_such_outcome(mark, given, f"'{procedure.key}'", known))
        return None
    about = "about" in raw
    fitting = [
        item
        for item in procedure.starts
        if item.when is None and (item.by is None) == about and given in {None, item.key}
    ]
    if len(fitting) == 1:
        return fitting[0]
    mark = names.desk.source.mark(*path, "start" if given else "begin")
    if fitting:
        which = ", ".join(item.key for item in fitting)
        sentence = f"Several starts of '{procedure.key}' are begun so."
        names.desk.say(faults.begins_otherwise(mark, sentence, f"Say which start: {which}."))
        return None
    hint = "A start for a role needs no 'about'; one after another procedure does."
    if any(item.when for item in procedure.starts if given in {None, item.key}):
        hint = "Have its record come into being with 'new'."
    which = f"The start '{given}' of '{procedure.key}'" if given else f"'{procedure.key}'"
    names.desk.say(faults.begins_otherwise(mark, f"{which} is not begun so.", hint))
    return None


def _complete(names: Names, raw: Mapping[str, Any], path: Path) -> Complete:
    place = names.place(raw["complete"], (*path, "complete"))
    names.look_up_doer(raw, path)
    steps = [step for step in names.steps(place) if isinstance(step.action, Do | Approve)]
    outcome = raw.get("outcome")
    known = [key for step in steps for key in _buttons(step)]
    if outcome is not None and steps and outcome not in known:
        mark = names.desk.source.mark(*path, "outcome")
        names.desk.say(faults.no_such_outcome(mark, outcome, f"Step '{place.step}'", known))
    answers = raw.get("answers", {})
    types: dict[str, Type | None] = {}
    form: Form | None = None
    for step in steps:
        action = step.action
        assert isinstance(action, Do | Approve)
        form = names.form(action.form) or form
        types |= _asked(names.form(action.form))
        asks = action.questions if isinstance(action, Approve) else action.asks
        types |= {key: item.type for key, item in asks.items()}
        if isinstance(action, Do) and action.creates is not None:
            names.call(raw, action.creates.entity, path, again=True)
    if steps:
        names.answers(answers, types, form, f"Step '{place.step}'", path)
    forms = [names.form(getattr(step.action, "form", None)) for step in steps]
    return Complete(
        path,
        place,
        raw.get("by"),
        outcome,
        answers,
        raw.get("as"),
        raw.get("refused"),
        _form(names, raw, forms, path),
    )


def _form(
    names: Names, raw: Mapping[str, Any], forms: Sequence[Form | None], path: Path
) -> Asked | None:
    """What the form must ask; a field that none of these forms has is told."""
    if "form" not in raw:
        return None
    known = {key for form in forms if form is not None for key in _fields(form)}
    for part, keys in raw["form"].items():
        for index, key in enumerate(keys):
            if forms and key not in known:
                mark = names.desk.source.mark(*path, "form", part, index)
                names.desk.say(faults.not_asked(mark, key, "Its form", known))
    return Asked(**{part: tuple(keys) for part, keys in raw["form"].items()})


def _fields(form: Form) -> Iterator[str]:
    yield from (item.field for item in form.fields)
    for rows in form.rows:
        yield from (f"{rows.field}.{item.field}" for item in rows.fields)


def _buttons(step: Step) -> Iterator[str]:
    """What whoever does a step may press."""
    if isinstance(step.action, Approve):
        yield from step.action.marks
    else:
        yield from step.outcomes


def _need(names: Names, raw: Mapping[str, Any], path: Path) -> Need:
    match = PLACE.fullmatch(raw["as_needed"])
    assert match is not None, "the schema has looked at it"
    place = Place(match["step"], match["procedure"])
    if place.procedure is not None:
        names.desk.refer("procedure", place.procedure, *path, "as_needed")
    procedure = names.desk.manuscript.procedures.get(place.procedure or names.procedure.key)
    known = sorted(_offers(procedure)) if procedure is not None else [place.step]
    if place.step not in known and procedure is not None:
        mark = names.desk.source.mark(*path, "as_needed")
        where = f"'{procedure.key}', as needed,"
        names.desk.say(faults.no_such_outcome(mark, place.step, where, known))
    names.look_up_doer(raw, path)
    return Need(path, place, raw["by"], raw.get("refused"))


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


def _passing(written: str, path: Path) -> Pass:
    match = _AMOUNT.fullmatch(written)
    assert match is not None, "the schema has looked at it"
    count, unit = int(match["count"]), match["unit"]
    if match["working"] and unit in {"day", "week"}:
        return Pass(path, working_days=count * (5 if unit == "week" else 1))
    amount = timedelta(**{f"{unit}s": count})
    return Pass(path, working=amount) if match["working"] else Pass(path, amount=amount)
