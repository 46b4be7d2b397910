import xml.etree.ElementTree as ET

from server.domain.beginning import Beginning
from server.domain.definitions import Process
from server.domain.step import (
    ContinueIn,
    Start,
    Step,
)
from server.notation import Titles, process_map
from tests.notation.procedures import a_procedure, a_task

REGISTRATION = a_procedure(
    a_task("register"), Step("on", ContinueIn("tracking")), key="registration"
)
TRACKING = a_procedure(a_task("track"), Step("change", Start("emergency-change")), key="tracking")
CLOSURE = a_procedure(
    a_task("close"), starts=(Beginning("after-tracking", after="tracking"),), key="closure"
)
CHANGE = a_procedure(a_task("change"), key="emergency-change")


def mapped(*own, every):
    process = Process("incident", "Incident", "", 8, tuple(item.key for item in own))
    svg = process_map(
        process,
        {item.key: item for item in every},
        Titles(outside=frozenset({"emergency-change"})),
        link=lambda kind, key: f"/{kind}/{key}",
    )
    return {node.get("data-key"): node for node in ET.fromstring(svg).iter() if node.get("href")}


def test_shows_its_procedures_as_links():
    shown = mapped(REGISTRATION, TRACKING, CLOSURE, every=(REGISTRATION, TRACKING, CLOSURE))
    assert {key: node.get("href") for key, node in shown.items() if key} == {
        "registration": "/procedure/registration",
        "tracking": "/procedure/tracking",
        "closure": "/procedure/closure",
    }


def test_shows_the_procedures_of_others_that_it_leads_to():
    shown = mapped(
        REGISTRATION, TRACKING, CLOSURE, every=(REGISTRATION, TRACKING, CLOSURE, CHANGE)
    )
    assert shown["emergency-change"].get("aria-label") == (
        "Emergency change, procedure that runs elsewhere"
    )


def test_a_start_of_the_next_procedure_is_a_way_there():
    shown = mapped(TRACKING, CLOSURE, every=(TRACKING, CLOSURE))
    text = " ".join("".join(node.itertext()) for node in shown["tracking"])
    assert "Closure" in text
