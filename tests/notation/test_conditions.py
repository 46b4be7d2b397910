"""Conditions on diagrams read as people say them, where that is sure."""

import pytest

from server.domain.expression import parse, resolve
from server.notation.conditions import said
from server.notation.looks import stopping
from tests.builders import ENTITIES, ref
from tests.shipped import definitions

NAMES = {"incident_request": ref("incident_request")}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("incident_request.status = closed", "the incident request is closed"),
        (
            "incident_request.status in [in_progress, resolved, closed]",
            "the incident request is in progress, resolved or closed",
        ),
        ("incident_request.status != closed", None),
        ("incident_request.status in [closed] or incident_request.impact = minor", None),
        ("incident_request.impact = minor", None),
        ("incident_request.cause.status = closed", None),
        ("incident_request.status = incident_request.cause.status", None),
    ],
)
def test_a_condition_on_a_status_is_said_in_words_and_any_other_as_it_was_written(written, read):
    condition = resolve(parse(written), NAMES, ENTITIES)

    assert said(condition) == (read or written)


@pytest.mark.parametrize("procedure", definitions().procedures.values(), ids=lambda item: item.key)
def test_what_stops_a_shipped_procedure_is_said_in_words(procedure):
    condition = procedure.stops_when

    assert condition is None or ".status" not in stopping(condition)
