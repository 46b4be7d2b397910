"""The decisions that ship, as durable-rules is told them."""

from collections.abc import Iterator

import pytest

from server.domain.decision import Decision
from server.domain.step import Choose
from server.domain.ways import walk
from server.rules import hoisted_share
from server.rules.trial import wrongs
from tests import shipped


@pytest.fixture(scope="module")
def decisions() -> Iterator[list[Decision]]:
    """Every table and every gateway of the shipped definitions."""
    definitions = shipped.definitions()
    assert definitions is not None
    gateways = [
        step.action.gateway
        for procedure in definitions.procedures.values()
        for step in walk(procedure.steps)
        if isinstance(step.action, Choose)
    ]
    starts = [
        start.gateway
        for procedure in definitions.procedures.values()
        for start in procedure.starts
        if start.gateway is not None
    ]
    stops = [
        procedure.stops_when
        for procedure in definitions.procedures.values()
        if procedure.stops_when is not None
    ]
    return [*definitions.decisions.values(), *gateways, *starts, *stops]


def test_less_than_a_fifth_is_decided_beforehand(decisions):
    hoisted, tests = map(sum, zip(*map(hoisted_share, decisions), strict=True))
    assert tests > 20
    assert hoisted < tests / 5


def test_both_evaluators_agree_on_every_witness(decisions):
    assert [sentence for decision in decisions for sentence in wrongs(decision)] == []
