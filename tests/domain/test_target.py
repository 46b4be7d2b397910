"""What a record's fields make of the clock of a target, and the ledger that their history is."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

from server.domain.clock import Act, Clock, Stand, State
from server.domain.decision import NoVerdict, Verdict
from server.domain.expression import Expression, Problem, parse, resolve
from server.domain.target import Agreed, Target, ledger, worst_first
from server.domain.values import YES_NO, Kind, Type
from tests.builders import AT

STATUS = Type(Kind.CHOICE, choices=("new", "active", "waiting", "done", "dropped"))
URGENCY = Type(Kind.CHOICE, choices=("high", "low"))
NAMES = {"status": STATUS, "urgency": URGENCY, "ready": YES_NO}
HOUR = timedelta(hours=1)


def read(text: str, expected: Type | None = YES_NO) -> Expression:
    parsed = parse(text)
    assert not isinstance(parsed, Problem), parsed
    found = resolve(parsed, NAMES, {}, expected, optional={"urgency", "ready"}, nullable=True)
    assert not isinstance(found, tuple), found
    return found


def a_target(**parts: object) -> Target:
    given = {
        "key": "soon",
        "title": "Soon",
        "entity": "job",
        "done_when": read("status = done"),
        "goal": 4 * HOUR,
        **parts,
    }
    return Target(**given)  # type: ignore[arg-type]


def told(target: Target, *changes: dict[str, object], ask=None) -> list[str]:
    """What the ledger says of a record that changes each hour."""
    fields: dict[str, object] = dict.fromkeys(NAMES)
    versions: list[tuple[datetime, dict[str, object]]] = []
    for hours, change in enumerate(changes):
        fields |= change
        versions.append((AT + hours * HOUR, dict(fields)))
    found = ledger(target, versions, ask)  # type: ignore[arg-type]
    return [
        f"{(entry.at - AT) // HOUR} {entry.act}"
        + (f" {entry.goal and entry.goal // HOUR}" if entry.act is Act.GOAL else "")
        for entry in found
    ]


class TestTheLedgerOfARecord:
    def test_counts_from_the_beginning_until_it_is_done_and_on_when_it_is_not_any_more(self):
        target = a_target(pauses_while=read("status = waiting"))
        statuses = ("new", "waiting", "active", "done", "active", "waiting", "done")

        assert told(target, *({"status": item} for item in statuses)) == [
            "0 start",
            "0 goal 4",
            "1 pause",
            "2 resume",
            "3 done",
            "4 resume",
            "5 pause",
            "6 done",
        ]

    def test_is_attached_until_it_counts_and_pauses_when_it_counts_no_more(self):
        target = a_target(counts_while=read("ready = true"))

        assert told(
            target, {"status": "new"}, {"ready": True}, {"ready": None}, {"ready": True}
        ) == ["0 attach", "0 goal 4", "1 start", "2 pause", "3 resume"]

    def test_is_over_for_good_where_that_is_said(self):
        target = a_target(for_good=True, void_when=read("status = dropped"))

        assert told(
            target,
            {"status": "new"},
            {"status": "dropped"},
            {"status": "done"},
            {"status": "active"},
            {"status": "dropped"},
        ) == ["0 start", "0 goal 4", "1 void", "2 done"]

    def test_has_the_goal_that_a_decision_says_each_asked_once(self):
        asked = []

        def ask(key, given):
            asked.append((key, given["how"]))
            if given["how"] is None:
                raise NoVerdict
            hours = {"high": 2 * HOUR, "low": None}[given["how"]]
            return Verdict(key, "", given, (), {"time": hours, "other": 9 * HOUR})

        target = a_target(goal=Agreed("times", {"how": read("urgency", URGENCY)}, "time"))

        assert told(
            target,
            {"status": "new"},
            {"urgency": "high"},
            {"ready": True},
            {"urgency": "low"},
            {"urgency": "high"},
            ask=ask,
        ) == ["0 start", "1 goal 2", "3 goal None", "4 goal 2"]
        assert asked == [("times", None), ("times", "high"), ("times", "low")]


class TestWhatStandsInTheWay:
    TARGET = a_target(
        counts_while=read("ready = true"),
        pauses_while=read("status = waiting and urgency = low and status != new"),
    )

    def test_are_the_fields_for_which_it_pauses_or_does_not_count(self):
        waiting = {"status": "waiting", "urgency": "low", "ready": True}

        assert self.TARGET.standing_still(waiting, AT) == ("status", "urgency")
        assert self.TARGET.standing_still({**waiting, "ready": None}, AT) == ("status", "urgency")
        assert self.TARGET.standing_still({"status": "new", "ready": None}, AT) == ("ready",)

    def test_is_nothing_while_it_counts_or_when_it_is_over(self):
        for status in ("new", "done"):
            assert self.TARGET.standing_still({"status": status, "ready": True}, AT) == ()


def test_the_worst_comes_first():
    def a_clock(state: State, elapsed: int, stand: Stand = Stand.COUNTING) -> tuple[Target, Clock]:
        clock = Clock(state, stand, AT, elapsed * HOUR, 4 * HOUR, None, None)
        return a_target(title=f"{state} {elapsed} {stand}"), clock

    clocks = [
        a_clock(State.VOID, 9),
        a_clock(State.MET, 3, Stand.DONE),
        a_clock(State.ATTACHED, 0),
        a_clock(State.PAUSED, 3),
        a_clock(State.COUNTING, 1),
        a_clock(State.COUNTING, 2),
        a_clock(State.ENDANGERED, 3),
        a_clock(State.MISSED, 9, Stand.DONE),
        a_clock(State.MISSED, 5),
        a_clock(State.MISSED, 6),
    ]

    assert [item[0].title for item in worst_first(clocks)] == [
        "missed 6 counting",
        "missed 5 counting",
        "missed 9 done",
        "endangered 3 counting",
        "counting 2 counting",
        "counting 1 counting",
        "paused 3 counting",
        "attached 0 counting",
        "met 3 done",
        "void 9 counting",
    ]


def test_a_target_depends_on_what_its_conditions_and_its_goal_read():
    goal = Agreed("times", {"how": read("urgency", URGENCY)}, "time")

    assert a_target(goal=goal, endangered_at=Fraction(1, 2)).reads == {"status", "urgency"}
    assert a_target(pauses_while=read("ready = true")).reads == {"status", "ready"}
