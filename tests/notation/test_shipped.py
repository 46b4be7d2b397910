"""Every procedure and process that is shipped can be drawn, and drawn well."""

import xml.etree.ElementTree as ET

import pytest

from server.notation import Titles, process_map, reading, swim_lanes
from server.notation.layout import lay_out
from server.notation.lettering import ELLIPSIS
from tests import shipped
from tests.notation.measuring import faults

LOADED = shipped.definitions()
TITLES = Titles.of(LOADED)
WIDEST = 1070
"""What a page beside the menu has room for."""


def link(kind, key):
    return f"/{kind}/{key}/"


@pytest.mark.parametrize("procedure", LOADED.procedures.values(), ids=lambda item: item.key)
def test_a_procedure(procedure):
    # given its diagram
    tree = ET.fromstring(swim_lanes(procedure, TITLES, link=link))
    layout = lay_out(reading.diagram(procedure, TITLES, link, frozenset(), frozenset()))
    # then every step is in it, no title is cut, and it fits a page
    keys = {node.get("data-key") for node in tree.iter()}
    assert {step.key for step in procedure.walk()} <= keys
    assert not [text for text in tree.itertext() if ELLIPSIS in text]
    assert layout.width <= WIDEST
    # and nothing lies on anything
    assert faults(swim_lanes(procedure, TITLES, link=link)) == []


@pytest.mark.parametrize("process", LOADED.processes.values(), ids=lambda item: item.key)
def test_a_process(process):
    tree = ET.fromstring(process_map(process, LOADED.procedures, TITLES, link=link))
    links = {node.get("href") for node in tree.iter()}
    assert {f"/procedure/{key}/" for key in process.procedures} <= links
    assert faults(process_map(process, LOADED.procedures, TITLES, link=link)) == []
