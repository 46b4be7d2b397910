"""Four ways through the processes, each with the server killed on the way and nothing lost."""

from __future__ import annotations

import pytest

from tests.journeys import stories
from tests.journeys.state import kept
from tests.journeys.stories import Journey

pytestmark = pytest.mark.slow

ENDS = {
    stories.alert_until_closed: ("closed", "Mail and collaboration"),
    stories.request_until_resolved_again: ("resolved", "Servers and storage"),
    stories.outage_until_emergency_change: ("closed", "Network"),
    stories.outage_until_recovery: ("closed", "Business applications"),
}


@pytest.mark.parametrize("journey", ENDS, ids=lambda journey: journey.__name__)
def test_a_journey_ends_as_it_should_however_often_the_server_is_killed(opened, journey: Journey):
    # given a journey through a server that nobody kills
    spared = opened()
    journey(spared)
    (request,) = spared.every("alex", "/records/incident_request")
    assert (request["values"]["status"], request["shown"]["assigned_group"]) == ENDS[journey]
    # when its twin's server is killed between two commands, and while one is under way
    third = spared.commands // 3
    killed = opened({third: False, 2 * third: True})
    journey(killed)
    # then the two have kept the same
    assert kept(killed) == kept(spared)
