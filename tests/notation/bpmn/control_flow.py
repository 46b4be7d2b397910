"""What is left of an export when only the order of things counts, as analysers of nets read it.

Every activity and event on the way is a task; a process with several starts has one that leads to
any of them; every sub-process is a process of its own.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping

from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_FLOWS = {f"{BPMN}incoming", f"{BPMN}outgoing"}
_GATEWAYS = {
    f"{BPMN}exclusiveGateway": f"{BPMN}exclusiveGateway",
    f"{BPMN}parallelGateway": f"{BPMN}parallelGateway",
    f"{BPMN}eventBasedGateway": f"{BPMN}exclusiveGateway",
}
_KEPT = {
    **_GATEWAYS,
    f"{BPMN}startEvent": f"{BPMN}startEvent",
    f"{BPMN}endEvent": f"{BPMN}endEvent",
}


def plain(text: str) -> Mapping[str, str]:
    """A file for each process and sub-process, by its identifier."""
    root = etree.fromstring(text.encode())
    return {
        level.get("id"): etree.tostring(_file(level), encoding="unicode")
        for level in _levels(root)
    }


def cut_short(text: str) -> set[str]:
    """The sub-processes where one branch ends the others, which nets have no place for."""
    root = etree.fromstring(text.encode())
    return {
        level.get("id")
        for level in _levels(root)
        if level.find(f"{BPMN}endEvent/{BPMN}terminateEventDefinition") is not None
    }


def _levels(root: etree._Element) -> Iterator[etree._Element]:
    yield from root.iter(f"{BPMN}process", f"{BPMN}subProcess")


def _file(level: etree._Element) -> etree._Element:
    root = etree.Element(f"{BPMN}definitions", nsmap={None: BPMN[1:-1]})
    root.set("targetNamespace", "urn:test")
    process = etree.SubElement(root, f"{BPMN}process", id="process")
    beside = _beside(level)
    for node in level:
        if node.tag == f"{BPMN}sequenceFlow":
            if node.get("sourceRef") not in beside:
                ends = {key: node.get(key) for key in ("id", "sourceRef", "targetRef")}
                etree.SubElement(process, node.tag, ends)
        elif node.get("id") and node.get("id") not in beside and node.tag != f"{BPMN}laneSet":
            _node(process, node)
    _join_starts(process)
    return root


def _beside(level: etree._Element) -> set[str]:
    """What happens beside the flow: timers on tasks with what they lead to, what events begin."""
    beside = {node.get("id") for node in level.iterchildren() if node.get("triggeredByEvent")}
    beside |= {node.get("id") for node in level.iterchildren(f"{BPMN}boundaryEvent")}
    told = {
        flow.get("targetRef")
        for flow in level.iterchildren(f"{BPMN}sequenceFlow")
        if flow.get("sourceRef") in beside
    }
    return beside | told


def _node(process: etree._Element, node: etree._Element) -> None:
    made = etree.SubElement(process, _KEPT.get(node.tag, f"{BPMN}task"), id=node.get("id"))
    for child in node:
        if child.tag in _FLOWS:
            made.append(copy.deepcopy(child))


def _join_starts(process: etree._Element) -> None:
    starts = process.findall(f"{BPMN}startEvent")
    if len(starts) < 2:
        return
    begin = etree.SubElement(process, f"{BPMN}startEvent", id="begin")
    fork = etree.SubElement(process, f"{BPMN}exclusiveGateway", id="any")
    _connect(process, begin, fork)
    for start in starts:
        start.tag = f"{BPMN}task"
        _connect(process, fork, start)


def _connect(process: etree._Element, source: etree._Element, target: etree._Element) -> None:
    name = f"flow.{source.get('id')}.{target.get('id')}"
    etree.SubElement(
        process,
        f"{BPMN}sequenceFlow",
        id=name,
        sourceRef=source.get("id"),
        targetRef=target.get("id"),
    )
    incoming = etree.Element(f"{BPMN}incoming")
    incoming.text = name
    target.insert(0, incoming)
    etree.SubElement(source, f"{BPMN}outgoing").text = name
