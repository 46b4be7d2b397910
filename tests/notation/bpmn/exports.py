"""What is exported: all that is shipped, and procedures that hold everything the language has."""

from __future__ import annotations

from pathlib import Path

from server.notation import Titles, as_bpmn
from tests import shipped
from tests.notation.procedures import a_long_one, a_whole_one

DEFINITIONS = shipped.definitions()
PROCEDURES = {
    **DEFINITIONS.procedures,
    "made by hand, long": a_long_one(),
    "made by hand, whole": a_whole_one(),
}
_TITLES = Titles.of(DEFINITIONS)
EXPORTS = {key: as_bpmn(procedure, _TITLES) for key, procedure in PROCEDURES.items()}
TOOLS = Path(__file__).parent / "node_modules"
NAMESPACES = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
}
