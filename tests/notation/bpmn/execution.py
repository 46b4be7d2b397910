"""Executes an exported procedure in SpiffWorkflow, which knows nothing of us.

What an engine that keeps no records can execute is made of the export: every step waits to be told
that it is done and which way it leads on; the gateways take that way. Everything else is as it was
exported: the order of things, forks and joins, sub-processes, ends that cut others off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_DONE_BY_HAND = {
    f"{BPMN}{tag}"
    for tag in (
        "userTask",
        "businessRuleTask",
        "scriptTask",
        "serviceTask",
        "sendTask",
        "callActivity",
        "intermediateCatchEvent",
    )
}
_KEPT = {f"{BPMN}incoming", f"{BPMN}outgoing", f"{BPMN}multiInstanceLoopCharacteristics"}
OURS = "{urn:procedura:language}"
STEP = "step."


@dataclass
class Execution:
    """One procedure on its way in SpiffWorkflow."""

    workflow: BpmnWorkflow
    turns: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """How many turns there are when the step of that key is come to next, and after that."""

    @classmethod
    def of(
        cls,
        text: str,
        procedure: str,
        start: str,
        turns: Mapping[str, Sequence[int]] | None = None,
    ) -> Execution:
        """Begin at the start of this key."""
        parser = BpmnParser()
        parser.add_bpmn_str(executable(text, f"start.{start}"))
        spec = parser.get_spec(procedure)
        workflow = BpmnWorkflow(spec, parser.get_subprocess_specs(procedure))
        begun = cls(workflow, turns or {})
        begun.tell(workflow.task_tree)
        workflow.do_engine_steps()
        return begun

    def tell(self, task: Task) -> None:
        """What expressions may read from this task on."""
        task.data.update(
            {_turns(step): counts[0] for step, counts in self.turns.items() if counts}
        )

    def waiting(self) -> list[str]:
        """The keys of the steps that could be done now, as often as they could."""
        return sorted(
            task.task_spec.bpmn_id.removeprefix(STEP)
            for task in self.workflow.get_tasks(state=TaskState.READY)
        )

    def do(self, step: str, way: str | None) -> None:
        """The step is done, and leads on that way."""
        ready = self.workflow.get_tasks(state=TaskState.READY)
        able = [task for task in ready if task.task_spec.bpmn_id == f"{STEP}{step}"]
        assert able, f"{step} cannot be done, only {self.waiting()}"
        task = able[0]
        task.data["way"] = way
        self.tell(task)
        task.run()
        self.workflow.do_engine_steps()

    def ends(self) -> set[str]:
        """The end events of the procedure that were reached."""
        return {
            task.task_spec.bpmn_id
            for task in self.workflow.get_tasks(state=TaskState.COMPLETED)
            if type(task.task_spec).__name__ == "EndEvent" and task.workflow is self.workflow
        }

    @property
    def is_over(self) -> bool:
        return bool(self.workflow.completed)


def executable(text: str, start: str) -> bytes:
    root = etree.fromstring(text.encode())
    for diagram in root.findall("{*}BPMNDiagram"):
        root.remove(diagram)
    for level in [*root.iter(f"{BPMN}process", f"{BPMN}subProcess")]:
        _drop(level, _beside(level))
    process = root.find(f"{BPMN}process")
    _drop(process, {each.get("id") for each in process.findall(f"{BPMN}startEvent")} - {start})
    for node in [*root.iter()]:
        _made_executable(node)
    return etree.tostring(root)


def _beside(level: etree._Element) -> set[str]:
    """What does not belong to the flow: event sub-processes, timers on tasks and where they lead."""
    beside = {node.get("id") for node in level if node.get("triggeredByEvent")}
    timers = {node.get("id") for node in level.findall(f"{BPMN}boundaryEvent")}
    told = {
        flow.get("targetRef")
        for flow in level.findall(f"{BPMN}sequenceFlow")
        if flow.get("sourceRef") in timers
    }
    return beside | timers | told


def _drop(level: etree._Element, gone: set[str]) -> None:
    flows = {
        flow.get("id")
        for flow in level.findall(f"{BPMN}sequenceFlow")
        if {flow.get("sourceRef"), flow.get("targetRef")} & gone
    }
    for node in [*level]:
        if node.get("id") in gone | flows:
            level.remove(node)
            continue
        for reference in [*node]:
            if reference.text in flows:
                node.remove(reference)
    for reference in [*level.iter(f"{BPMN}flowNodeRef")]:
        if reference.text in gone:
            reference.getparent().remove(reference)


def _made_executable(node: etree._Element) -> None:
    if node.tag in _DONE_BY_HAND:
        _done_by_hand(node)
    elif node.tag == f"{BPMN}eventBasedGateway":
        _raced(node)
    elif node.tag == f"{BPMN}exclusiveGateway" and node.get("id").startswith(STEP):
        _asked_before(node)
    elif node.tag == f"{BPMN}multiInstanceLoopCharacteristics":
        _counted(node)
    elif node.tag == f"{BPMN}sequenceFlow":
        _by_way(node)
    elif node.tag in {f"{BPMN}startEvent", f"{BPMN}endEvent"}:
        for trigger in node.findall("{*}messageEventDefinition"):
            node.remove(trigger)
        for trigger in node.findall("{*}timerEventDefinition"):
            node.remove(trigger)


def _done_by_hand(node: etree._Element) -> None:
    is_raced = not node.get("id").startswith(STEP)
    node.tag = f"{BPMN}{'intermediateThrowEvent' if is_raced else 'manualTask'}"
    for name in {*node.attrib} - {"id", "name"}:
        del node.attrib[name]
    for child in [*node]:
        if child.tag not in _KEPT:
            node.remove(child)


def _raced(gateway: etree._Element) -> None:
    """Which event comes first is said like any other way."""
    gateway.tag = f"{BPMN}exclusiveGateway"
    for flow in gateway.getparent().findall(f"{BPMN}sequenceFlow"):
        if flow.get("sourceRef") == gateway.get("id"):
            way = "late" if flow.get("targetRef").startswith("late.") else "in_time"
            etree.SubElement(flow, f"{BPMN}conditionExpression").text = "?"
            flow.set("id", f"{flow.get('id')}.{way}")
    _asked_before(gateway)


def _counted(loop: etree._Element) -> None:
    """As many turns as there were; an approval is one thing, however many sign."""
    if loop.get(f"{OURS}name") == "signer":
        loop.getparent().remove(loop)
        return
    for condition in loop.findall(f"{BPMN}completionCondition"):
        loop.remove(condition)
    step = loop.getparent().get("id").removeprefix(STEP)
    loop.find(f"{BPMN}loopCardinality").text = _turns(step)


def _turns(step: str) -> str:
    return f"turns_{step.replace('-', '_')}"


def _asked_before(gateway: etree._Element) -> None:
    """A choice is a step of ours; in BPMN it is the gateway alone."""
    key = gateway.get("id")
    level = gateway.getparent()
    gateway.set("id", f"way.{key}")
    task = etree.SubElement(level, f"{BPMN}manualTask", id=key, name=key)
    for incoming in gateway.findall(f"{BPMN}incoming"):
        task.append(incoming)
    for flow in level.findall(f"{BPMN}sequenceFlow"):
        if flow.get("sourceRef") == key:
            flow.set("sourceRef", f"way.{key}")
    between = f"to.way.{key}"
    etree.SubElement(
        level, f"{BPMN}sequenceFlow", id=between, sourceRef=key, targetRef=f"way.{key}"
    )
    etree.SubElement(task, f"{BPMN}outgoing").text = between
    incoming = etree.Element(f"{BPMN}incoming")
    incoming.text = between
    gateway.insert(0, incoming)


def _by_way(flow: etree._Element) -> None:
    condition = flow.find(f"{BPMN}conditionExpression")
    if condition is not None:
        condition.text = f"way == {flow.get('id').rpartition('.')[2]!r}"
