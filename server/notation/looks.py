"""What one step looks like on a diagram: shape, sign, title, and where it links to."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from server.domain.beginning import Beginning
from server.domain.decision import Decision, Rule
from server.domain.step import (
    Approve,
    AsNeeded,
    Call,
    Choose,
    ContinueIn,
    Create,
    Decide,
    Do,
    End,
    Group,
    Notify,
    Set,
    Start,
    Step,
    Together,
    Turns,
    WaitUntil,
)
from server.domain.words import in_words, words
from server.notation.conditions import said
from server.notation.diagram import Box, Glyph, Line, Shape
from server.notation.titles import Titles

Link = Callable[[str, str], str | None]
"""The address of a thing, given its kind (`step`, `role`, `procedure`, ...) and key; None: none."""

_BY_APPLICATION = "done by the application"


def role_of(step: Step) -> str | None:
    """The role in whose lane the step stands; None for what the application does."""
    match step.action:
        case Do(role=role):
            return role
        case Approve(signers=signers):
            return signers[0].role if signers else None
        case _:
            return None


def appearance(step: Step, titles: Titles, link: Link) -> Box:
    """The box of the step, in the first lane and without ways."""
    here = link("step", step.key)
    title = step.title
    match step.action:
        case Do(role=role):
            shape, glyph, href = Shape.TASK, Glyph.NONE, here
            title, kind = title or in_words(step.key), f"task of {titles.role(role)}"
        case Approve(signers=signers):
            shape, glyph, href = Shape.TASK, Glyph.SIGN, here
            people = ", ".join(dict.fromkeys(titles.role(each.role) for each in signers))
            title, kind = title or in_words(step.key), f"approval by {people}"
        case Decide(decision=key):
            shape, glyph, href = Shape.GATEWAY, Glyph.CHOICE, link("decision", key) or here
            title, kind = title or titles.decision(key), "decided by rules"
        case Choose():
            shape, glyph, href = Shape.GATEWAY, Glyph.CHOICE, here
            title, kind = title or in_words(step.key), "chosen by conditions"
        case Create(creation=creation):
            shape, glyph, href = Shape.AUTOMATIC, Glyph.CREATE, here
            title = title or f"New {titles.entity(creation.entity).lower()}"
            kind = _BY_APPLICATION
        case Notify(notification=key):
            shape, glyph, href = Shape.AUTOMATIC, Glyph.NOTIFY, link("notification", key) or here
            title, kind = title or titles.notification(key), "sent by the application"
        case Call(procedure=key):
            shape, glyph, href = Shape.CALL, Glyph.CALL, link("procedure", key) or here
            title = title or titles.procedure(key)
            kind = f"waits for the procedure {titles.procedure(key)}"
        case Start(procedure=key) | ContinueIn(procedure=key):
            shape, href = Shape.HANDOVER, link("procedure", key) or here
            glyph = Glyph.OUTSIDE if key in titles.outside else Glyph.GO
            does = "continues in" if isinstance(step.action, ContinueIn) else "starts"
            title = title or titles.procedure(key)
            kind = f"{does} the procedure {titles.procedure(key)}"
        case WaitUntil() as wait:
            shape, glyph, href = Shape.WAIT, Glyph.WAIT, here
            title, kind = title or until(wait), "waits"
        case Group():
            shape, glyph, href = Shape.GROUP, Glyph.LIST, here
            title, kind = title or in_words(step.key), "steps that belong together"
        case Together(branches=branches):
            shape, glyph, href = Shape.FORK, Glyph.FORK, here
            title, kind = title or "Side by side", f"{len(branches)} branches side by side"
        case End(name=name):
            shape, glyph, href = Shape.END, Glyph.NONE, None
            title, kind = title or in_words(name), "end"
        case Set():
            shape, glyph, href = Shape.AUTOMATIC, Glyph.WRITE, here
            title, kind = title or _writing(step), _BY_APPLICATION
    return Box(step.key, shape, 0, title, kind, href=href, glyph=glyph, notes=tuple(_notes(step)))


def start_line(start: Beginning, titles: Titles, link: Link, *, in_its_lane: bool) -> Line:
    """What begins the procedure. A role that stands in its own lane is not named again."""
    if start.after is not None:
        href = link("procedure", start.after)
        return Line(start.title or f"After {titles.procedure(start.after)}", href)
    if start.when is not None:
        href = link("entity", start.when)
        return Line(start.title or f"New {titles.entity(start.when).lower()}", href)
    if start.at is not None:
        return Line(start.title or f"At {start.at.text}")
    if start.every is not None:
        each = start.every.each
        members = f", for each {in_words(each.name).lower()}" if each else ""
        return Line(start.title or f"Every {period(start)}{members}")
    title = start.title or in_words(start.key)
    return Line(title if in_its_lane else f"{title} ({titles.role(start.by or '')})")


def period(start: Beginning) -> str:
    """`month`, `2 weeks`: how often it begins by itself."""
    assert start.every is not None
    unit = words(start.every.unit)
    return unit if start.every.count == 1 else f"{start.every.count} {unit}s"


def needed_line(item: AsNeeded) -> str:
    return item.title or in_words(item.key)


def until(wait: WaitUntil) -> str:
    """What is waited for, as it was written."""
    if wait.moment is not None:
        return f"Until {wait.moment.text}"
    assert wait.condition is not None
    return f"Until {_condition(wait.condition.rules)}"


def stopping(condition: Decision) -> str:
    return f"Stops when {_condition(condition.rules)}"


def meeting(finish_when: object) -> str:
    """What ends branches or turns side by side."""
    match finish_when:
        case "all":
            return "When all are done"
        case "first" | "one" | 1:
            return "When the first is done"
        case str():
            return f"When “{in_words(finish_when)}” is done"
        case int():
            return f"When {finish_when} are done"
        case _:
            return f"When {finish_when} of all are done"


def turns_end(turns: Turns) -> str:
    """What ends the turns of a list."""
    if turns.condition is not None:
        return f"When {_condition(turns.condition.rules)}"
    return meeting(turns.finish_when)


def _condition(rules: tuple[Rule, ...]) -> str:
    return next((said(rule.condition) for rule in rules if rule.condition is not None), "")


def _notes(step: Step) -> Iterator[str]:
    turns = step.each
    if turns is not None:
        manner = "all at once" if turns.all_at_once else "one by one"
        yield f"For each {in_words(turns.name).lower()}, {manner}"
        has_own_end = isinstance(step.action, Group | Together)
        if not has_own_end and (turns.condition is not None or turns.finish_when != "all"):
            yield turns_end(turns)
    match step.action:
        case Do(due=due) | Approve(due=due) if due is not None:
            yield f"Within {due.within.text}"
        case _:
            pass


def _writing(step: Step) -> str:
    """What a `set` writes, said shortly."""
    if not step.set:
        return in_words(step.key)
    return ", ".join(f"{in_words(item.field)}: {item.value.text}" for item in step.set)
