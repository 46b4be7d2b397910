"""The guide: the whole process model to browse, made from what is running.

Nothing on these pages is written for them: change a step and its diagram, its instruction and its
place in the queue change together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Response

from admin import grants, kpis, links
from admin.clocks import span
from admin.screen import Screen, app, at
from server.domain.calendar import WEEK, as_written
from server.domain.decision import Decision, Hits
from server.domain.definitions import Definitions
from server.domain.expression import Expression
from server.domain.procedure import Procedure
from server.domain.refusals import NotFound
from server.domain.role import Operation, kept_apart
from server.domain.step import (
    Approve,
    Call,
    Choose,
    ContinueIn,
    Create,
    Decide,
    Do,
    Group,
    Notify,
    Start,
    Step,
    Together,
    WaitUntil,
)
from server.domain.target import Agreed
from server.domain.values import Value, to_json
from server.domain.ways import inner_lists
from server.domain.words import in_words, words
from server.notation import Titles, as_bpmn, process_map, swim_lanes
from server.usecases.kpis import worded

HITS = {
    Hits.FIRST: "The first rule that holds decides.",
    Hits.EXACTLY_ONE: "Just one rule holds, whatever the facts.",
    Hits.ANY: "All rules that hold say the same.",
    Hits.PRIORITY: "Of the rules that hold, the one whose output is listed first decides.",
    Hits.ALL: "All rules that hold are given, in their order.",
    Hits.OUTPUT_ORDER: "All rules that hold are given, in the order in which outputs are listed.",
    Hits.COLLECT_SUM: "What all rules that hold say is added up.",
    Hits.COLLECT_MIN: "The least of what the rules that hold say.",
    Hits.COLLECT_MAX: "The greatest of what the rules that hold say.",
    Hits.COLLECT_COUNT: "The rules that hold are counted.",
}


COMING_DAYS = 365
"""So far ahead, the page of a calendar tells which days are unlike others."""


class Guide(Screen):
    def __init__(self) -> None:
        super().__init__("Guide", "guide", "/guide", "book-2")

    @at("/")
    def index(self) -> Any:
        definitions = app().definitions
        return self.render("screens/guide.html", definitions=definitions)

    @at("/processes/<key>/")
    def process(self, key: str) -> Any:
        definitions = app().definitions
        process = _found(definitions.processes, key, "process")
        svg = process_map(
            process, definitions.procedures, Titles.of(definitions), link=links.guide
        )
        procedures = [definitions.procedures[item] for item in process.procedures]
        return self.render(
            "screens/process.html",
            process=process,
            procedures=procedures,
            diagram=svg,
            measured=zip(*kpis.of_process(process), strict=True),
            standings=kpis.STANDINGS,
            better=kpis.BETTER,
            kpi_words=worded,
            origin=_origin("process", key),
        )

    @at("/procedures/<key>/")
    def procedure(self, key: str) -> Any:
        definitions = app().definitions
        procedure = _found(definitions.procedures, key, "procedure")
        svg = swim_lanes(procedure, Titles.of(definitions), link=links.in_procedure(key))
        return self.render(
            "screens/procedure.html",
            procedure=procedure,
            process=definitions.processes.get(procedure.process),
            diagram=svg,
            steps=tuple(_told(procedure, definitions)),
            forms=definitions.forms,
            definitions=definitions,
            origin=_origin("procedure", key),
        )

    @at("/procedures/<key>.bpmn")
    def bpmn(self, key: str) -> Any:
        """The procedure for the tools of others, as a file to keep."""
        definitions = app().definitions
        procedure = _found(definitions.procedures, key, "procedure")
        text = as_bpmn(procedure, Titles.of(definitions))
        kept = {"Content-Disposition": f'attachment; filename="{key}.bpmn"'}
        return Response(text, mimetype="application/xml", headers=kept)

    @at("/roles/")
    def roles(self) -> Any:
        return self.render("screens/roles.html", roles=app().definitions.roles)

    @at("/roles/<key>/")
    def role(self, key: str) -> Any:
        definitions = app().definitions
        role = _found(definitions.roles, key, "role")
        work = [
            (procedure, step)
            for procedure in definitions.procedures.values()
            for step in procedure.walk()
            if key in _workers(step)
        ]
        begins = [
            (procedure, start)
            for procedure in definitions.procedures.values()
            for start in procedure.starts
            if start.by == key
        ]
        return self.render(
            "screens/role.html",
            apart=[
                definitions.roles[other] for other in sorted(kept_apart(definitions.roles, key))
            ],
            role=role,
            work=work,
            begins=begins,
            roles=definitions.roles,
            grants=grants.told(role, definitions),
            origin=_origin("role", key),
        )

    @at("/decisions/")
    def decisions(self) -> Any:
        return self.render("screens/decisions.html", decisions=app().definitions.decisions)

    @at("/decisions/<key>/")
    def decision(self, key: str) -> Any:
        definitions = app().definitions
        decision = _found(definitions.decisions, key, "decision")
        used_by = [
            (procedure, step)
            for procedure in definitions.procedures.values()
            for step in procedure.walk()
            if isinstance(step.action, Decide) and step.action.decision == key
        ]
        decides = [
            (entity, field)
            for entity in definitions.entities.values()
            for field in entity.decided_fields()
            if field.decided_by == key
        ]
        return self.render(
            "screens/decision.html",
            decision=decision,
            hits=HITS[decision.hits],
            used_by=used_by,
            decides=decides,
            origin=_origin("decision", key),
        )

    @at("/entities/<key>/")
    def entity(self, key: str) -> Any:
        definitions = app().definitions
        entity = _found(definitions.entities, key, "entity")
        rights = links.rights()
        hidden = rights.never_shown(key)
        return self.render(
            "screens/entity.html",
            entity=entity,
            fields=[item for key, item in entity.fields.items() if key not in hidden],
            may_read=rights.may(Operation.READ, key),
            entities=definitions.entities,
            targets=[item for item in definitions.promised(key) if not item.reads & hidden],
            origin=_origin("entity", key),
        )

    @at("/notifications/<key>/")
    def notification(self, key: str) -> Any:
        definitions = app().definitions
        notification = _found(definitions.notifications, key, "notification")
        return self.render(
            "screens/notification.html",
            notification=notification,
            roles=definitions.roles,
            origin=_origin("notification", key),
        )

    @at("/targets/<key>/")
    def target(self, key: str) -> Any:
        definitions = app().definitions
        target = _found(definitions.targets, key, "target")
        if target.reads & links.rights().never_shown(target.entity):
            raise NotFound(f"The guide has no target '{key}'.")
        conditions = (
            ("The clock counts while", target.counts_while),
            ("It stands still while", target.pauses_while),
            (
                "It is done, once and for all, when" if target.for_good else "It is done when",
                target.done_when,
            ),
            ("Nothing is promised while", target.void_when),
        )
        return self.render(
            "screens/target.html",
            target=target,
            entity=definitions.entities[target.entity],
            conditions=[(title, said.text) for title, said in conditions if said is not None],
            goal=None if isinstance(target.goal, Agreed) else span(target.goal),
            decision=isinstance(target.goal, Agreed)
            and definitions.decisions[target.goal.decision],
            calendar=definitions.calendar_of(target),
            origin=_origin("target", key),
        )

    @at("/calendars/<key>/")
    def calendar(self, key: str) -> Any:
        definitions = app().definitions
        calendar = _found(definitions.calendars, key, "calendar")
        today = app().now().astimezone(calendar.zone).date()
        special = calendar.special_days(today, today + timedelta(days=COMING_DAYS))
        return self.render(
            "screens/calendar.html",
            calendar=calendar,
            week=[(day, as_written(calendar.week.get(n, ()))) for n, day in enumerate(WEEK)],
            special=[(day, why, as_written(calendar.hours(day))) for day, why in special],
            counts=calendar is definitions.calendar,
            origin=_origin("calendar", key),
        )


@dataclass(frozen=True, slots=True)
class ToldStep:
    """A step in words. `does` says what the application does by itself; `ways` where it leads."""

    step: Step
    title: str
    role: str | None
    do: Do | Approve | None
    signed_by: str
    does: str
    link: str | None
    rows: tuple[tuple[str, str], ...]
    ways: tuple[tuple[str, str, str], ...]
    depth: int


def _told(procedure: Procedure, definitions: Definitions) -> Iterator[ToldStep]:
    yield from _told_list(procedure.steps, definitions, 0)
    for item in procedure.as_needed:
        yield from _told_list(item.steps, definitions, 1)


def _told_list(
    steps: tuple[Step, ...], definitions: Definitions, depth: int
) -> Iterator[ToldStep]:
    titles = Titles.of(definitions)
    for step in steps:
        action = step.action
        do = action if isinstance(action, Do | Approve) else None
        does, link = _does(step, titles)
        yield ToldStep(
            step,
            step.title or in_words(step.key),
            action.role if isinstance(action, Do) else None,
            do,
            _signed_by(action, titles) if isinstance(action, Approve) else "",
            does,
            link,
            _rows(step),
            tuple(_ways(step, steps)),
            depth,
        )
        for inner in inner_lists(step):
            yield from _told_list(inner.steps, definitions, depth + 1)


def _workers(step: Step) -> tuple[str, ...]:
    """The roles that a step is for."""
    match step.action:
        case Do(role=role):
            return (role,)
        case Approve(signers=signers):
            return tuple(signer.role for signer in signers)
        case _:
            return ()


def _signed_by(action: Approve, titles: Titles) -> str:
    """Who signs, and how many it takes, in a sentence."""
    roles = ", ".join(dict.fromkeys(titles.role(signer.role) for signer in action.signers))
    if action.fails is None:
        return f"Signed by: {roles}. It passes when {action.passes} of the seats approve."
    return (
        f"Signed by: {roles}. It passes when {action.passes} of the seats approve, and fails when "
        f"{action.fails} reject."
    )


def _does(step: Step, titles: Titles) -> tuple[str, str | None]:  # one case a verb
    match step.action:
        case Decide(decision=key):
            return f"Decided by rules: {titles.decision(key)}", links.guide("decision", key)
        case Choose():
            return "Chosen by conditions, from the top.", None
        case Create(creation=creation):
            return f"Makes a new record: {titles.entity(creation.entity)}", None
        case Notify(notification=key):
            return f"Tells: {titles.notification(key)}", links.guide("notification", key)
        case Start(procedure=key):
            return f"Starts: {titles.procedure(key)}", links.guide("procedure", key)
        case ContinueIn(procedure=key):
            return f"Continues in: {titles.procedure(key)}", links.guide("procedure", key)
        case Together():
            return "The branches that follow go on side by side.", None
        case Group(as_needed=as_needed) if as_needed:
            titles_of = ", ".join(item.title for item in as_needed)
            return f"The steps that follow, and as needed: {titles_of}", None
        case Group():
            return "The steps that follow.", None
        case Call(procedure=key):
            return f"Carries out: {titles.procedure(key)}", links.guide("procedure", key)
        case WaitUntil(condition=Decision(title=condition)):
            return f"Waits until {condition}", None
        case WaitUntil(moment=Expression(text=moment)):
            return f"Waits until {moment}", None
        case _:
            return "", None


def _rows(step: Step) -> tuple[tuple[str, str], ...]:
    """What is written when the step completes: field and value."""
    return tuple((f"{item.record.text}.{item.field}", item.value.text) for item in step.set)


def _ways(step: Step, steps: tuple[Step, ...]) -> Iterator[tuple[str, str, str]]:
    """Label, condition and target of each way on."""
    by_key = {item.key: item.title or in_words(item.key) for item in steps}
    position = steps.index(step)
    following = steps[position + 1].key if position + 1 < len(steps) else "done"
    default = step.then or following
    if isinstance(step.action, Choose):
        given = step.action.given
        for rule in step.action.gateway.rules:
            target = str(rule.then["then"])
            condition = rule.condition.text if rule.condition else "otherwise"
            for name, expression in given.items():
                if condition == name:
                    condition = expression.text
            yield in_words(rule.key), condition, by_key.get(target, "The end")
    for key, outcome in step.outcomes.items():
        target = outcome.then or default
        yield outcome.label or in_words(key), "", by_key.get(target, "The end")
    if step.then and not step.outcomes and not isinstance(step.action, Choose):
        yield "Then", "", by_key.get(step.then, "The end")


def said(value: Value | Any) -> str:
    """A value of a table or a verdict in words."""
    match value:
        case None:
            return "—"
        case bool():
            return "yes" if value else "no"
        case str():
            return words(value)
        case list() | tuple():
            return ", ".join(said(item) for item in value) or "none"
        case Mapping():
            return ", ".join(f"{in_words(key)}: {said(item)}" for key, item in value.items())
        case _:
            return str(to_json(value))


def _found(known: Mapping[str, Any], key: str, kind: str) -> Any:
    if key not in known:
        raise NotFound(f"There is no {kind} '{key}'.", hint="The guide lists what there is.")
    return known[key]


def _origin(kind: str, key: str) -> str:
    origin = app().definitions.origins.get((kind, key))
    return f"{origin.folder}/{origin.file}:{origin.line}" if origin else ""
