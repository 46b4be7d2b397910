"""The pictures in a BPMN file are laid out: nothing on anything, lines from shape to shape."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings

from server.notation import Titles, as_bpmn
from tests.notation.bpmn.exports import EXPORTS, NAMESPACES
from tests.notation.bpmn.picture import faults
from tests.notation.procedures import made_sound, procedures


@pytest.mark.parametrize("text", EXPORTS.values(), ids=EXPORTS)
def test_everything_has_a_place_of_its_own(text):
    assert faults(text) == []


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(procedures().map(made_sound))
def test_any_procedure_is_laid_out(procedure):
    assert faults(as_bpmn(procedure, Titles())) == []


def moved(text, drawn, *, down, right=0):
    """The picture with what is drawn for one element pushed aside."""
    tree = ET.fromstring(text)
    shape = tree.find(f".//bpmndi:BPMNShape[@bpmnElement='{drawn}']", NAMESPACES)
    for bounds in shape.iterfind("dc:Bounds", NAMESPACES):
        bounds.set("x", str(float(bounds.get("x")) + right))
        bounds.set("y", str(float(bounds.get("y")) + down))
    return ET.tostring(tree, encoding="unicode")


def test_the_measure_finds_a_shape_that_was_pushed_onto_another():
    found = faults(moved(EXPORTS["event-handling"], "step.review", down=90))
    assert "step.review lies on step.disposition" in found
    assert "flow.start.new-event does not end at step.review" in found


def test_the_measure_finds_a_line_through_a_shape():
    found = faults(moved(EXPORTS["made by hand, whole"], "step.stopped", down=-300, right=145))
    assert [fault for fault in found if "runs through step.stopped" in fault]
