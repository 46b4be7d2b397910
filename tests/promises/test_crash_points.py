"""G4: runs, history, verdicts and records agree at every commit, wherever a process ends.

Each journey is walked with a crash at one named point in every command, which is then sent again
with its key. It must end like its twin that never crashed, and replaying must give what is stored.
"""

from __future__ import annotations

import pytest

from server.domain.actor import APPLICATION
from server.domain.refusals import Failed
from server.usecases import runs
from server.usecases.app import CRASH_POINTS
from server.usecases.records import update
from tests.journeys import stories
from tests.journeys.state import kept
from tests.promises.shop import Shop, again, open_shop
from tests.promises.sound import assert_sound
from tests.promises.town import CrashError

JOURNEYS = (
    stories.alert_until_closed,
    stories.request_until_resolved_again,
    stories.outage_until_emergency_change,
    stories.outage_until_recovery,
)
DELIVERIES = 3
ON_THE_WAY = tuple(point for point in CRASH_POINTS if point != "before-failure")


@pytest.mark.slow
@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.__name__)
def test_a_journey_ends_like_its_twin_wherever_its_commands_crash(opened, journey) -> None:
    twin = opened()
    journey(twin)
    expected = kept(twin)
    assert_sound(twin.app)

    for point in ON_THE_WAY:
        crashed = opened(point)
        journey(crashed)

        # a delivery of monitoring is only kept at first: it passes the last points alone
        assert crashed.met >= crashed.commands - DELIVERIES, point
        assert kept(crashed) == expected, point
        assert_sound(crashed.app)


@pytest.mark.parametrize("point", ["before-failure", "after-key", "after-history"])
def test_a_crash_while_a_failure_is_noted_loses_the_note_and_nothing_else(database, point) -> None:
    shop = open_shop(database)
    shop.bring()
    shop.complete("estimate", "Max", price="9", parts_there=False, hours=1)
    shop.complete("order", "Cleo", name="Spring")
    shop.complete("receive", "Cleo")
    for name in ("Max", "Mia", "Moritz"):
        update(shop.app, APPLICATION, shop.records[name], {"active": False})

    def crash(name: str) -> None:
        if name == point:
            raise CrashError

    with pytest.raises(CrashError):
        again(shop, crash=crash).complete("tell", "Cleo", "goes_on")
    none = runs.failures(shop.app, APPLICATION)
    assert_sound(shop.app)
    with pytest.raises(Failed):
        shop.complete("tell", "Cleo", "goes_on")

    assert none == ()
    assert [failure.attempts for failure in runs.failures(shop.app, APPLICATION)] == [1]
    assert_sound(shop.app)


def walked(shop: Shop) -> None:
    """Through every kind of step of the workshop."""
    shop.bring(dear=True)
    shop.complete("look", "Moritz")
    shop.complete("estimate", "Max", price="9", parts_there=False, hours=1)
    shop.complete("order", "Cleo", name="Spring")
    shop.complete("tell", "Cora", "goes_on")
    shop.complete("receive", "Cleo")
    shop.complete("estimate", "Mia", price="9", parts_there=True, hours=1)
    shop.complete("mend", "Max", "mended", minutes=50)
    shop.complete("hand-out", "Cleo", "broken")
    shop.complete("mend", "Max", "mended", minutes=5)
    shop.complete("hand-out", "Cleo", "fine")


def test_what_is_stored_agrees_with_its_history_after_every_command(database) -> None:
    shop = open_shop(database)

    walked(shop)

    assert_sound(shop.app)
    assert [line.state.value for line in runs.page(shop.app, APPLICATION).items] == ["ended"] * 6
