"""The document: collaboration, process with lanes, messages, and the diagrams of all levels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from server.domain.procedure import Procedure
from server.notation.bpmn.elements import Bounds, Flow, Level, Message, Node, Shape
from server.notation.bpmn.markup import Element, document
from server.notation.bpmn.wording import documentation, formal
from server.notation.layout import Point

_NAMESPACES = {
    "xmlns:bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "xmlns:bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "xmlns:dc": "http://www.omg.org/spec/DD/20100524/DC",
    "xmlns:di": "http://www.omg.org/spec/DD/20100524/DI",
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xmlns:procedura": "urn:procedura:language",
}
_LANGUAGE = "https://www.omg.org/spec/DMN/20191111/FEEL/"
_HEAD = 30.0
"""How high the title of a pool is, above its lanes."""
_CORNER = (160.0, 80.0)
"""Where the picture begins, as drawing tools leave room around it."""


def written(procedure: Procedure, level: Level) -> str:
    """A whole file. Identifiers stay the same as long as the keys do."""
    messages = _messages(level)
    participant = {
        "id": f"pool.{procedure.key}",
        "name": procedure.title,
        "processRef": procedure.key,
    }
    collaboration = Element(
        "bpmn:collaboration",
        {"id": f"collaboration.{procedure.key}"},
        (Element("bpmn:participant", participant),),
    )
    attributes = {
        **_NAMESPACES,
        "id": f"definitions.{procedure.key}",
        "name": procedure.title,
        "targetNamespace": "urn:procedura:procedures",
        "expressionLanguage": _LANGUAGE,
        "exporter": "Procedura",
    }
    children = (
        collaboration,
        *(Element("bpmn:message", {"id": each, "name": name}) for each, name in messages.items()),
        _process(procedure, level),
        *_diagrams(procedure, level),
    )
    return document(Element("bpmn:definitions", attributes, children))


def _messages(level: Level) -> Mapping[str, str]:
    """By identifier. Tools tell messages by their names too, so no two are called alike."""
    names: dict[str, str] = {}
    for message in _sent(level):
        if message.id not in names:
            alike = sum(name.split(" (")[0] == message.name for name in names.values())
            names[message.id] = f"{message.name} ({alike + 1})" if alike else message.name
    return names


def _sent(level: Level) -> Iterator[Message]:
    for shape in level.shapes:
        if shape.node.message is not None:
            yield shape.node.message
        if shape.node.inner is not None:
            yield from _sent(shape.node.inner)


# what there is -------------------------------------------------------------------------------


def _process(procedure: Procedure, level: Level) -> Element:
    attributes = {"id": procedure.key, "name": procedure.title, "isExecutable": "true"}
    lanes = tuple(_lane(procedure, level, number) for number in range(len(level.lanes)))
    lane_set = Element("bpmn:laneSet", {"id": f"lanes.{procedure.key}"}, lanes)
    about = documentation(procedure.purpose)
    return Element("bpmn:process", attributes, (*about, lane_set, *_contents(level)))


def _lane(procedure: Procedure, level: Level, number: int) -> Element:
    inside = (shape.node.id for shape in level.shapes if shape.lane == number)
    return Element(
        "bpmn:lane",
        {"id": _lane_id(procedure, number), "name": level.lanes[number].title},
        tuple(Element("bpmn:flowNodeRef", text=node) for node in inside),
    )


def _lane_id(procedure: Procedure, number: int) -> str:
    return f"lane.{procedure.key}.{number + 1}"


def _contents(level: Level) -> Iterator[Element]:
    for shape in level.shapes:
        yield _node(shape.node, level.flows)
    for flow in level.flows:
        yield _flow(flow)


def _node(node: Node, flows: tuple[Flow, ...]) -> Element:
    attributes = {"id": node.id}
    if node.name:
        attributes["name"] = node.name
    attributes |= node.attributes
    default = next((flow.id for flow in flows if flow.source == node.id and flow.is_default), None)
    if default is not None:
        attributes["default"] = default
    incoming = (Element("bpmn:incoming", text=each.id) for each in flows if each.target == node.id)
    outgoing = (Element("bpmn:outgoing", text=each.id) for each in flows if each.source == node.id)
    inner = () if node.inner is None else _contents(node.inner)
    return Element(
        f"bpmn:{node.tag}", attributes, (*node.head, *incoming, *outgoing, *node.tail, *inner)
    )


def _flow(flow: Flow) -> Element:
    attributes = {"id": flow.id}
    if flow.name:
        attributes["name"] = flow.name
    attributes |= {"sourceRef": flow.source, "targetRef": flow.target}
    if flow.branch:
        attributes["procedura:branch"] = flow.branch
    condition = () if flow.condition is None else (formal("conditionExpression", flow.condition),)
    return Element("bpmn:sequenceFlow", attributes, condition)


# how it is drawn -----------------------------------------------------------------------------


def _diagrams(procedure: Procedure, level: Level) -> Iterator[Element]:
    """One picture of the procedure, and one of what stands in each sub-process."""
    left = min(band.x for band in level.bands)
    width = sum(band.width for band in level.bands)
    pool = Bounds(left, -_HEAD, width, level.height + _HEAD)
    bands = [
        _shape(_lane_id(procedure, number), Bounds(band.x, 0.0, band.width, level.height), "false")
        for number, band in enumerate(level.bands)
    ]
    frame = (_shape(f"pool.{procedure.key}", pool, "false"), *bands)
    yield _diagram(procedure.key, f"collaboration.{procedure.key}", (*frame, *_drawn(level)))
    yield from _inner_diagrams(level)


def _inner_diagrams(level: Level) -> Iterator[Element]:
    for shape in level.shapes:
        if shape.node.inner is not None:
            inner = shape.node.inner
            yield _diagram(shape.node.id, shape.node.id, tuple(_drawn(inner)))
            yield from _inner_diagrams(inner)


def _diagram(key: str, of: str, children: tuple[Element, ...]) -> Element:
    plane = Element("bpmndi:BPMNPlane", {"id": f"plane.{key}", "bpmnElement": of}, children)
    return Element("bpmndi:BPMNDiagram", {"id": f"diagram.{key}"}, (plane,))


def _drawn(level: Level) -> Iterator[Element]:
    for shape in level.shapes:
        yield _drawn_node(shape)
    for flow in level.flows:
        yield _drawn_flow(flow)


def _drawn_node(shape: Shape) -> Element:
    node = shape.node
    extra = {}
    if node.tag == "exclusiveGateway":
        extra["isMarkerVisible"] = "true"
    if node.inner is not None:
        extra["isExpanded"] = "false"
    return _drawing(
        "bpmndi:BPMNShape", node.id, (_bounds(shape.bounds), *_label(shape.label)), extra
    )


def _shape(of: str, bounds: Bounds, is_horizontal: str) -> Element:
    return _drawing("bpmndi:BPMNShape", of, (_bounds(bounds),), {"isHorizontal": is_horizontal})


def _drawn_flow(flow: Flow) -> Element:
    bends = tuple(Element("di:waypoint", _at(point)) for point in flow.points)
    return _drawing("bpmndi:BPMNEdge", flow.id, (*bends, *_label(flow.label)), {})


def _drawing(
    tag: str, of: str, children: tuple[Element, ...], extra: Mapping[str, str]
) -> Element:
    return Element(tag, {"id": f"di.{of}", "bpmnElement": of, **extra}, children)


def _label(bounds: Bounds | None) -> tuple[Element, ...]:
    return () if bounds is None else (Element("bpmndi:BPMNLabel", children=(_bounds(bounds),)),)


def _bounds(bounds: Bounds) -> Element:
    size = {"width": _number(bounds.width), "height": _number(bounds.height)}
    return Element("dc:Bounds", {**_at((bounds.x, bounds.y)), **size})


def _at(point: Point) -> Mapping[str, str]:
    return {"x": _number(point[0] + _CORNER[0]), "y": _number(point[1] + _CORNER[1])}


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
