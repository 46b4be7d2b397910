"""A wish that a board votes on and approvers pay for, command by command."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.journeys.town import Command, Town

BOARD = {"sofia": "include", "theo": "reject", "maya": "include"}
"""The members for the tools that everybody uses, and what they want."""
APPROVERS = ("gina", "helga")
TITLE = "Shared calendars"
SOON = timedelta(seconds=1)


def wish_until_it_is_paid_for(town: Town) -> None:
    """The board chooses a wish, and a business case gets the money for it."""
    wish_listed(town)
    board_meets(town)
    town.all_at_once([paper_of(town, member, wish) for member, wish in BOARD.items()])
    in_june = (datetime.now(UTC) + timedelta(days=91)).isoformat()
    town.complete("agree-next", "sofia", title="In summer", held_at=in_june, place="Room 5")
    town.complete("minutes", "marta", title=TITLE, decisions="Calendars are taken up.")
    release_planned(town)
    town.complete("compare", "marta", cost=12000, available=9000)
    town.complete(
        "prepare",
        "marta",
        title=TITLE,
        benefit="Nobody has to telephone any more to find an hour.",
        cost=12000,
        required_budget=3000,
    )
    town.all_at_once([approval_of(town, approver) for approver in APPROVERS])
    town.waiting("write", "marta")


# -- parts ------------------------------------------------------------------------------------


def wish_listed(town: Town) -> None:
    (service,) = town.read("anna", "/records/service?search=File+sharing")["items"]
    (lily,) = town.read("anna", "/records/person?search=Lily")["items"]
    town.begin(
        "request-for-change-review",
        "request-form",
        "lily",
        summary=TITLE,
        description="We want to see when the others are free.",
        service=service["id"],
        requester=lily["id"],
    )
    scope = {"fixes_problem": False, "one_coordinator": True, "extra_funding": False}
    town.complete("standard", "ximena", "not_standard")
    town.complete("policies", "ximena", "no_conflict")
    effects = {"outage_in_hours": False, "function_changes": True, "cmdb_update": False}
    town.complete("effects", "ximena", **effects)
    town.complete("reach", "ximena", **scope)
    town.complete("review", "marta", standard_change=False, **scope)
    town.complete("estimate", "marta", estimated_effort="P10D", estimated_cost=12000)


def board_meets(town: Town) -> None:
    """Its list is closed and the meeting begins while the town waits; everybody has talked."""
    (service,) = town.read("anna", "/records/service?search=File+sharing")["items"]
    called = {"title": TITLE, "service": service["id"]}
    town.begin("release-definition", "called-by-hand", "marta", **called)
    now = datetime.now(UTC)
    town.complete(
        "invite",
        "marta",
        title=TITLE,
        place="Room 5",
        submission_deadline=(now + SOON).isoformat(),
        held_at=(now + 2 * SOON).isoformat(),
    )
    town.complete("finalise", "marta")
    town.complete("review", "sofia")


def paper_of(town: Town, member: str, wish: str) -> Command:
    """What hands in a member's ballot paper: the same wish for every request."""
    line = town.waiting("vote", member)
    (rows,) = [
        section["rows"]["rows"]
        for section in town.read(member, f"/tasks/{line['id']}")["form"]["sections"]
        if section["rows"] is not None
    ]
    ballots = [{"id": row["id"], "values": {"wish": wish}} for row in rows]
    return signature(member, line, None, {"ballots": ballots})


def approval_of(town: Town, approver: str) -> Command:
    return signature(approver, town.waiting("approve-case", approver), "approve", {})


def signature(by: str, line: Any, outcome: str | None, answers: dict[str, Any]) -> Command:
    return Command(by, f"/tasks/{line['id']}/complete", {"outcome": outcome, "answers": answers})


def release_planned(town: Town) -> None:
    (service,) = town.read("anna", "/records/service?search=File+sharing")["items"]
    (ximena,) = town.read("anna", "/records/person?search=Ximena")["items"]
    town.complete("register", "marta", title=TITLE, description="Everybody finds a free hour.")
    town.complete("go-through", "marta")
    requirement = {"change_coordinator": ximena["id"], "description": "Calendars are shared."}
    item = {"title": TITLE, "duration": "P20D"}
    for step, key, values in (
        ("divide", "requirements", requirement),
        ("draft-plan", "plan", item),
    ):
        row = {"values": {"service": service["id"], **values}}
        town.complete(step, "marta", **{key: [row]})
