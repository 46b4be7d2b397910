"""Small pieces of BPMN: what is documented, who does it, what triggers it, how often it is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from server.domain.ballot import Quota
from server.domain.beginning import Beginning, Period
from server.domain.decision import Decision
from server.domain.expression import Expression
from server.domain.expression.working import is_working_time
from server.domain.procedure import Procedure
from server.domain.step import (
    Approve,
    Assignment,
    Do,
    Due,
    Step,
    Turns,
    WaitUntil,
)
from server.domain.values import Kind
from server.notation import looks
from server.notation.bpmn.markup import Element

_ISO = {
    Period.HOUR: "PT{}H",
    Period.DAY: "P{}D",
    Period.WEEK: "P{}W",
    Period.MONTH: "P{}M",
    Period.YEAR: "P{}Y",
}
_MONTHS_OF_A_QUARTER = 3


def formal(tag: str, text: str) -> Element:
    """An expression. `definitions` says which language it is in."""
    return Element(f"bpmn:{tag}", {"xsi:type": "bpmn:tFormalExpression"}, text=text)


def documentation(*paragraphs: str) -> tuple[Element, ...]:
    text = "\n\n".join(part.strip() for part in paragraphs if part.strip())
    return (Element("bpmn:documentation", text=text),) if text else ()


def explained(step: Step) -> tuple[Element, ...]:
    """What people are told to do, by when, and what is written when it is done."""
    match step.action:
        case Do(text=text, instruction=instruction, due=due, asks=asks):
            words = [text, instruction, *(f"Asked: {each.text}" for each in asks.values())]
        case Approve(text=text, instruction=instruction, due=due) as approve:
            words = [text, instruction, _quotas(approve)]
        case _:
            words, due = [], None
    if due is not None:
        words.append(f"Due within {due.within.text}.")
    return documentation(*words, "\n".join(written(step.set)), "\n".join(_outcomes(step)))


def written(assignments: tuple[Assignment, ...]) -> Iterator[str]:
    for item in assignments:
        yield f"{item.record.text}.{item.field} becomes {item.value.text}"


def script(step: Step) -> tuple[Element, ...]:
    lines = (f"{item.record.text}.{item.field} = {item.value.text}" for item in step.set)
    return (Element("bpmn:script", text="\n".join(lines)),) if step.set else ()


def _outcomes(step: Step) -> Iterator[str]:
    for key, outcome in step.outcomes.items():
        for line in written(outcome.set):
            yield f"{key}: {line}"


def _quotas(approve: Approve) -> str:
    if approve.fails is None:
        return f"Passes when {approve.passes} approve; fails when that cannot be any more."
    return f"Passes when {approve.passes} approve; fails when {approve.fails} reject."


def owners(step: Step, procedure: Procedure) -> tuple[Element, ...]:
    """Who may do it: the holders of a role, for a record where one is meant."""
    match step.action:
        case Do(role=role, of=of):
            return (_owner(role, of or procedure.lanes.get(role)),)
        case Approve(signers=signers):
            return tuple(
                _owner(each.role, each.of or procedure.lanes.get(each.role)) for each in signers
            )
        case _:
            return ()


def _owner(role: str, of: Expression | None) -> Element:
    held = role if of is None else f"{role} of {of.text}"
    expression = Element("bpmn:formalExpression", text=held)
    assignment = Element("bpmn:resourceAssignmentExpression", children=(expression,))
    return Element("bpmn:potentialOwner", children=(assignment,))


def repeated(turns: Turns) -> Element:
    """BPMN fixes how many turns there are when they begin; ours grow with the list (`live`)."""
    done: tuple[Element, ...] = ()
    if turns.condition is not None:
        done = (formal("completionCondition", condition(turns.condition)),)
    elif turns.finish_when != "all":
        done = (formal("completionCondition", _completed(turns.finish_when)),)
    return Element(
        "bpmn:multiInstanceLoopCharacteristics",
        {
            "isSequential": "false" if turns.all_at_once else "true",
            "procedura:live": "true",
            "procedura:name": turns.name,
        },
        (formal("loopCardinality", f"count({turns.members.text})"), *done),
    )


def _completed(quota: Quota | str) -> str:
    match quota:
        case "one" | "first":
            return "numberOfCompletedInstances >= 1"
        case int():
            return f"numberOfCompletedInstances >= {quota}"
        case _:
            return f"numberOfCompletedInstances >= {quota} * numberOfInstances"


def voted(_approve: Approve) -> Element:
    return Element(
        "bpmn:multiInstanceLoopCharacteristics",
        {"isSequential": "false", "procedura:live": "true", "procedura:name": "signer"},
        (formal("loopCardinality", "count(signers)"), formal("completionCondition", "is_decided")),
    )


def condition(decision: Decision) -> str:
    return next((rule.condition.text for rule in decision.rules if rule.condition is not None), "")


# what triggers an event ----------------------------------------------------------------------


def triggered_by_message(message: str) -> Element:
    return Element("bpmn:messageEventDefinition", {"messageRef": message})


def triggered_when(text: str) -> Element:
    return Element("bpmn:conditionalEventDefinition", children=(formal("condition", text),))


def triggered_at(moment: Expression) -> Element:
    """A moment, or a duration from when it is waited for."""
    lasts = is_working_time(moment.text) or (
        moment.type is not None and moment.type.kind is Kind.DURATION
    )
    return _timer("timeDuration" if lasts else "timeDate", moment.text)


def triggered_within(due: Due) -> Element:
    return _timer("timeDuration", due.within.text)


def triggered_every(start: Beginning) -> Element:
    assert start.every is not None
    unit, count = start.every.unit, start.every.count
    if unit is Period.QUARTER:
        unit, count = Period.MONTH, _MONTHS_OF_A_QUARTER * count
    cycle = f"R/{_ISO[unit].format(count)}" if unit in _ISO else f"every {looks.period(start)}"
    return _timer("timeCycle", cycle)


def awaited(wait: WaitUntil) -> Element:
    if wait.moment is not None:
        return triggered_at(wait.moment)
    assert wait.condition is not None
    return triggered_when(condition(wait.condition))


def _timer(tag: str, text: str) -> Element:
    return Element("bpmn:timerEventDefinition", children=(formal(tag, text),))


def ours(**values: str | None) -> Mapping[str, str]:
    """Attributes of ours, such as which decision is asked; without those that are None."""
    return {f"procedura:{key}": value for key, value in values.items() if value is not None}
