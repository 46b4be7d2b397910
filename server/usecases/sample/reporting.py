"""How events go in the sample: monitoring reports, an operator looks, some become requests."""

from __future__ import annotations

from collections.abc import Mapping

from server.usecases.sample.stories import (
    ABILITIES,
    Case,
    Story,
    Told,
    accepted,
    answering,
    group_gives_it_to_a_specialist,
    specialist_resolves,
)
from server.usecases.sample.work import Work

NOTICES = ("planned", "other_ci", "already_registered")


def reported(work: Work, case: Case, notice: str, *set_aside: str) -> Told:
    """Monitoring reports, perhaps more than once; an operator looks."""
    alert = {**case, "since": work.clock.at.isoformat()}
    work.report(alert)
    if work.chance.random() < 1 / 3:
        yield work.straight(3)
        work.report(alert)
    yield work.straight(6)
    work.do(
        "review",
        gives_notice_of=notice,
        apparent_cause=case.get("cause"),
        **answering(NOTICES, *set_aside),
    )
    yield work.straight(5)


def set_aside(*why: str) -> Story:
    """An event that calls for no work."""

    def told(work: Work, case: Case) -> Told:
        yield from reported(work, case, "nothing" if not why else "outage", *why)

    return told


def warning(work: Work, case: Case) -> Told:
    """Room is running out; the capacity manager judges it."""
    yield from reported(work, case, "capacity_shortage")
    operator = work.somebody(work.open["register-warning"])
    work.do(
        "register-warning",
        by=operator,
        summary=case["text"].rstrip("."),
        description=case["objective"],
        requester=operator.id,
    )
    yield work.working(180)
    if case["outcome"] == "dealt_with":
        work.do("judge", "dealt_with", solution=case["result"])
        return
    work.do("judge", "adjust_monitoring", handling_result=case["result"])
    yield from group_gives_it_to_a_specialist(work)
    yield from specialist_resolves(work, {"solution": "The threshold was moved as asked."})
    yield from accepted(work)


def register_outage(work: Work, case: Case, *able: str) -> Told:
    yield from reported(work, case, "degradation")
    operator = work.somebody(work.open["register-outage"])
    work.do(
        "register-outage",
        by=operator,
        summary=case["text"].rstrip("."),
        description=f"{case['text']} {case['cause']}",
        requester=operator.id,
        impact="moderate",
        urgency="high" if case["severity"] == "critical" else "medium",
        is_outage=False,
        **answering(ABILITIES, *able),
    )


def handled_by_operator(work: Work, case: Case) -> Told:
    """The operator knows what to do, and does it."""
    yield from register_outage(work, case, *ABILITIES)
    yield work.straight(15)
    work.do("resolve", solution=case["solution"])


def to_specialist(work: Work, case: Case) -> Told:
    """The request goes to the group of the CI."""
    yield from register_outage(work, case, "skills")
    yield from group_gives_it_to_a_specialist(work)
    yield from specialist_resolves(work, case)
    yield from accepted(work)


REPORTS: Mapping[str, Story] = {
    "warning": warning,
    "planned": set_aside("planned"),
    "consequence": set_aside("other_ci"),
    "registered-already": set_aside("already_registered"),
    "nothing": set_aside(),
    "handled-by-operator": handled_by_operator,
    "to-specialist": to_specialist,
}
