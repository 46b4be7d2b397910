"""Which tasks, events and gateways a box becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.domain.procedure import Procedure
from server.domain.step import (
    LATE,
    Approve,
    Call,
    Choose,
    ContinueIn,
    Create,
    Decide,
    Do,
    Due,
    End,
    Group,
    Notify,
    Set,
    Start,
    Step,
    Together,
    WaitUntil,
)
from server.notation.bpmn import wording
from server.notation.bpmn.elements import EVENT, GATEWAY, MERGE, TASK, Level, Message, Node
from server.notation.bpmn.events import Events, handed
from server.notation.bpmn.markup import Element
from server.notation.bpmn.outline import Outline
from server.notation.diagram import Box, Shape
from server.notation.titles import Titles

_OUTCOME = "Outcome?"
_STOPPED = "Stopped from outside"


@dataclass(frozen=True, slots=True)
class Nodes:
    """What stands in the place of one box, from the top: where ways meet, the thing itself, a choice.

    `starts` stand in the place of a start box instead. `races` are the events that a waiting
    gateway leads to, by the key of the exit. `late` is the timer on a task, and what it leads to.
    """

    main: Node | None = None
    merge: Node | None = None
    gateway: Node | None = None
    starts: tuple[Node, ...] = ()
    races: Mapping[str, Node] = field(default_factory=dict)
    late: tuple[Node, Node] | None = None


def named(key: str) -> str:
    """The key of a box as an identifier of XML."""
    return key.replace(":", ".")


@dataclass(frozen=True, slots=True)
class Maker:
    """`inner` gives what stands in the sub-processes of this outline, by the keys of their boxes."""

    procedure: Procedure
    titles: Titles
    outline: Outline
    inner: Mapping[str, Level]

    def of(self, box: Box, ways_in: int) -> Nodes:
        merges = ways_in > 1 and box.shape is not Shape.JOIN
        merge = _gateway(f"merge.{self._id(box)}", size=MERGE) if merges else None
        match box.shape:
            case Shape.START:
                return Nodes(starts=self._events.starts(box, self._id(box)))
            case Shape.NEEDED | Shape.STOP:
                return Nodes(self._event_process(box))
            case Shape.FORK if box.key.startswith("fork:"):
                return Nodes(_gateway(self._id(box), "parallel"), merge)
            case Shape.JOIN:
                kind = "exclusive" if box.key.startswith("merge:") else "parallel"
                size = MERGE if kind == "exclusive" else GATEWAY
                return Nodes(_gateway(self._id(box), kind, size=size))
            case Shape.END if box.key.startswith("end:"):
                return Nodes(self._events.end(box, self._id(box)), merge)
            case _:
                return self._step(box, self.procedure.step(box.key), merge)

    @property
    def _events(self) -> Events:
        return Events(self.procedure, self.titles, self.outline)

    def _id(self, box: Box) -> str:
        """Boxes that are no steps may be called alike in several outlines."""
        key = named(box.key)
        return f"{self.outline.path}{key}" if ":" in box.key else f"step.{key}"

    def _event_process(self, box: Box) -> Node:
        """What may happen at any time, beside the rest or instead of it."""
        of_event = {"triggeredByEvent": "true"}
        name = box.title if box.shape is Shape.NEEDED else _STOPPED
        return Node(self._id(box), "subProcess", name, TASK, of_event, inner=self.inner[box.key])

    # steps ---------------------------------------------------------------------------------

    def _step(self, box: Box, step: Step, merge: Node | None) -> Nodes:
        if isinstance(step.action, WaitUntil) and box.exits:
            return self._race(box, step, step.action, merge)
        main = self._main(box, step)
        splits = len(box.exits) > 1 and not main.is_gateway
        gateway = _gateway(f"outcome.{step.key}", name=_OUTCOME) if splits else None
        return Nodes(main, merge, gateway, late=self._late(step))

    def _main(self, box: Box, step: Step) -> Node:
        tag, attributes, tail, message = self._verb(box, step)
        is_event = tag.endswith("Event")
        repeats = (wording.repeated(step.each),) if step.each is not None else ()
        # Who does it, then how often it is done; a script comes after both.
        people = wording.owners(step, self.procedure)
        size = EVENT if is_event else GATEWAY if tag.endswith("Gateway") else TASK
        return Node(
            self._id(box),
            tag,
            box.title,
            size,
            attributes,
            wording.explained(step),
            (*people, *repeats, *tail),
            self.inner.get(box.key),
            message,
        )

    def _verb(
        self, box: Box, step: Step
    ) -> tuple[str, Mapping[str, str], tuple[Element, ...], Message | None]:
        """Tag, attributes, what stands in it, and the message that it sends."""
        message: Message
        match step.action:
            case Do(form=form):
                return "userTask", wording.ours(form=form), (), None
            case Approve(form=form) as approve:
                return "userTask", wording.ours(form=form), (wording.voted(approve),), None
            case Decide(decision=decision):
                return "businessRuleTask", wording.ours(decision=decision), (), None
            case Choose():
                return ("exclusiveGateway" if len(box.exits) > 1 else "task"), {}, (), None
            case Set():
                return "scriptTask", {}, wording.script(step), None
            case Create(creation=creation):
                return "serviceTask", wording.ours(creates=creation.entity), (), None
            case Notify(notification=key):
                message = Message(f"message.told.{key}", self.titles.notification(key))
                return "sendTask", {"messageRef": message.id}, (), message
            case Start(procedure=other):
                message = handed(self.titles, self.procedure.key, other)
                return "sendTask", {"messageRef": message.id}, (), message
            case ContinueIn(procedure=other):
                message = handed(self.titles, self.procedure.key, other)
                return "endEvent", {}, (wording.triggered_by_message(message.id),), message
            case Call(procedure=other):
                return "callActivity", {"calledElement": other}, (), None
            case WaitUntil() as wait:
                return "intermediateCatchEvent", {}, (wording.awaited(wait),), None
            case Group() | Together() if box.key in self.inner:
                return "subProcess", {}, (), None
            case Group() | Together():
                return "parallelGateway", {}, (), None
            case End():
                return "endEvent", {}, (), None

    def _race(self, box: Box, step: Step, wait: WaitUntil, merge: Node | None) -> Nodes:
        """Whichever comes first: what is waited for, or its being too late."""
        assert wait.at_latest is not None
        races = {}
        for exit_ in box.exits:
            late = exit_.key == LATE
            trigger = wording.triggered_at(wait.at_latest) if late else wording.awaited(wait)
            place = f"{'late' if late else 'wait'}.{step.key}"
            races[exit_.key] = Node(
                place, "intermediateCatchEvent", exit_.label, EVENT, tail=(trigger,)
            )
        head = wording.explained(step)
        main = Node(self._id(box), "eventBasedGateway", box.title, GATEWAY, head=head)
        return Nodes(main, merge, races=races)

    def _late(self, step: Step) -> tuple[Node, Node] | None:
        """The timer that tells somebody, while the task goes on."""
        match step.action:
            case (
                Do(due=Due(late=str() as role) as due)
                | Approve(due=Due(late=str() as role) as due)
            ):
                pass
            case _:
                return None
        timer = Node(
            f"due.{step.key}",
            "boundaryEvent",
            due.within.text,
            EVENT,
            {"attachedToRef": f"step.{step.key}", "cancelActivity": "false"},
            tail=(wording.triggered_within(due),),
        )
        told = Node(
            f"told.{step.key}",
            "endEvent",
            f"Tell {self.titles.role(role).lower()}",
            EVENT,
            tail=(Element("bpmn:escalationEventDefinition"),),
        )
        return timer, told


def _gateway(
    place: str, kind: str = "exclusive", name: str = "", size: tuple[float, float] = GATEWAY
) -> Node:
    return Node(place, f"{kind}Gateway", name, size)
