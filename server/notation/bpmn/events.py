"""How BPMN begins and ends: what triggers a start, and what an end does to the rest."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.beginning import Beginning
from server.domain.decision import Decision
from server.domain.procedure import Procedure
from server.domain.step import AsNeeded, Together
from server.notation.bpmn import wording
from server.notation.bpmn.elements import EVENT, Message, Node
from server.notation.bpmn.markup import Element
from server.notation.bpmn.outline import Outline
from server.notation.diagram import Box
from server.notation.titles import Titles


def handed(titles: Titles, source: str, target: str) -> Message:
    """What one procedure sends and the other awaits; both write it so."""
    name = f"{titles.procedure(source)} to {titles.procedure(target)}"
    return Message(f"message.{source}.to.{target}", name)


@dataclass(frozen=True, slots=True)
class Events:
    """Those of one outline."""

    procedure: Procedure
    titles: Titles
    outline: Outline

    def starts(self, box: Box, place: str) -> tuple[Node, ...]:
        """The start events of a start box; `place` is the identifier of the only one."""
        starts = self.outline.starts.get(box.key, ())
        if starts:
            lines = zip(starts, box.lines, strict=True)
            return tuple(self._begins(start, line.text) for start, line in lines)
        [line] = box.lines
        match self.outline.opened_by:
            case AsNeeded() as item:
                return (self._asked(item, place),)
            case Decision() as condition:
                trigger = (wording.triggered_when(wording.condition(condition)),)
                return (Node(place, "startEvent", line.text, EVENT, tail=trigger),)
            case None:
                return (Node(place, "startEvent", line.text, EVENT),)

    def end(self, box: Box, place: str) -> Node:
        tail = (Element("bpmn:terminateEventDefinition"),) if self._ends_all(box) else ()
        return Node(place, "endEvent", box.title, EVENT, tail=tail)

    def _asked(self, item: AsNeeded, place: str) -> Node:
        """Any number of them, beside what is going on."""
        key = self.outline.path.removesuffix(".")
        message = Message(f"message.needed.{key}", item.title or key)
        return Node(
            place,
            "startEvent",
            message.name,
            EVENT,
            {"isInterrupting": "false"},
            tail=(wording.triggered_by_message(message.id),),
            message=message,
        )

    def _begins(self, start: Beginning, name: str) -> Node:
        message, trigger = self._trigger(start, name)
        said = wording.documentation("\n".join(wording.written(start.set)))
        return Node(
            f"start.{start.key}",
            "startEvent",
            name,
            EVENT,
            head=said,
            tail=trigger,
            message=message,
        )

    def _trigger(self, start: Beginning, name: str) -> tuple[Message | None, tuple[Element, ...]]:
        if start.at is not None:
            return None, (wording.triggered_at(start.at),)
        if start.every is not None:
            return None, (wording.triggered_every(start),)
        if start.after is not None:
            message = handed(self.titles, start.after, self.procedure.key)
        elif start.when is not None:
            entity = self.titles.entity(start.when).lower()
            message = Message(f"message.new.{start.when}", f"New {entity}")
        elif self._blank_starts() > 1:
            # BPMN lets just one start be without a trigger.
            message = Message(f"message.asked.{start.key}", name)
        else:
            return None, ()
        return message, (wording.triggered_by_message(message.id),)

    def _blank_starts(self) -> int:
        """How many of them nothing but a person triggers."""
        groups = self.outline.starts.values()
        return sum(
            sum(each.by is not None for each in starts) if starts else 1 for starts in groups
        )

    def _ends_all(self, box: Box) -> bool:
        """The end of a branch that the others do not outlive."""
        branch = box.key.removeprefix("end:branch-")
        if branch == box.key:
            return False
        action = self.procedure.step(self.outline.path.removesuffix(".")).action
        assert isinstance(action, Together)
        return action.finish_when in {"first", branch}
