"""Procedures as BPMN 2.0 with lanes and pictures, for the tools of others. Pure; text.

outline            what one level holds, read as the swim lanes are -> boxes
nodes, events      what each box becomes in BPMN; `wording` of the pieces
columns, levels    places for it, by the layout of the swim lanes
document, markup   the XML

What BPMN cannot say is written beside it: `procedura:` attributes name the decision that is asked,
the form that is filled in, and that the turns of a list grow with it.
"""

from __future__ import annotations

from server.domain.procedure import Procedure
from server.notation.bpmn import document, levels
from server.notation.titles import Titles


def as_bpmn(procedure: Procedure, titles: Titles) -> str:
    """The procedure as a BPMN 2.0 file. The same procedure always gives the same text."""
    return document.written(procedure, levels.of_procedure(procedure, titles))
