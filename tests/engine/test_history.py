"""History: every event survives JSON, and replaying a run's history gives the run."""

from __future__ import annotations

import json
import typing
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.run import Limit, Seat
from server.domain.values import YES_NO, RecordRef
from server.engine import events as happened
from server.engine import history, settled
from server.engine.events import Event
from server.engine.history import event_of, facts, kind
from tests.engine.builders import (
    Office,
    a_procedure,
    after,
    choose,
    create,
    do,
    put,
    start,
    together,
)

KINDS = typing.get_args(Event)
EXACT = {
    "number": Decimal("0.10"),
    "share": Fraction(2, 3),
    "day": date(2026, 3, 2),
    "moment": datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
    "span": timedelta(days=3, hours=4),
    "record": RecordRef("service", 7),
    "records": (RecordRef("service", 7), RecordRef("service", 8)),
    "answers": {"outcome": "keep", "none": None, "yes": True, "count": 3},
}

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text()
    | st.fractions()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.dates()
    | st.datetimes(timezones=st.just(UTC))
    | st.builds(RecordRef, st.just("service"), st.integers(1, 99)),
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
seats = st.builds(
    Seat,
    st.text(max_size=5),
    st.text(max_size=5),
    st.none() | st.builds(RecordRef, st.just("service"), st.integers(1, 99)),
    st.none() | st.integers(1, 99),
    st.none() | st.integers(1, 99),
)


def through_json(event: Event) -> Event:
    stored = json.loads(json.dumps(facts(event)))
    return event_of(kind(event), event.step, stored)


def test_exact_values_come_back_exactly() -> None:
    event = happened.TaskCompleted("look", 1, 0, None, EXACT)

    back = through_json(event)

    assert back == event
    assert {name: type(item) for name, item in EXACT.items()} == {
        name: type(item)
        for name, item in back.answers.items()  # type: ignore[union-attr]
    }


@pytest.mark.slow
@pytest.mark.parametrize("made", KINDS, ids=lambda made: made.__name__)
def test_every_kind_of_event_survives_json(made) -> None:
    hints = typing.get_type_hints(made)
    samples: dict[object, st.SearchStrategy[object]] = {
        str: st.text(max_size=8),
        int: st.integers(0, 999),
        bool: st.booleans(),
        Seat: seats,
        RecordRef: st.builds(RecordRef, st.just("service"), st.integers(1, 99)),
        str | None: st.none() | st.text(max_size=8),
        int | None: st.none() | st.integers(1, 99),
        datetime: st.datetimes(timezones=st.just(UTC)),
        datetime | None: st.none() | st.datetimes(timezones=st.just(UTC)),
        Limit | None: st.none() | st.builds(Limit, *[st.datetimes(timezones=st.just(UTC))] * 2),
        RecordRef | None: st.none() | st.builds(RecordRef, st.just("x"), st.integers(1, 99)),
        tuple[str, ...]: st.lists(st.text(max_size=4), max_size=3).map(tuple),
        tuple[RecordRef, ...]: st.lists(
            st.builds(RecordRef, st.just("person"), st.integers(1, 99)), max_size=3
        ).map(tuple),
    }
    mappings = st.dictionaries(st.text(max_size=5), values, max_size=3)
    parts = {item.name: samples.get(hints[item.name], mappings) for item in fields(made)}

    @given(st.builds(made, **parts))
    def survives(event: Event) -> None:
        assert through_json(event) == event

    survives()


def test_the_kinds_that_are_stored_have_the_names_that_they_had() -> None:
    assert sorted(history._EVENT) == [
        "answered",
        "as-needed-opened",
        "asked",
        "branch-closed",
        "branch-opened",
        "called",
        "chosen",
        "created",
        "decided",
        "group-opened",
        "list-closed",
        "noted",
        "notified",
        "returned",
        "round-closed",
        "round-opened",
        "run-ended",
        "run-failed",
        "run-mended",
        "run-started",
        "run-stopped",
        "seats-changed",
        "started",
        "task-claimed",
        "task-completed",
        "task-due-moved",
        "task-held",
        "task-late",
        "task-moved",
        "task-opened",
        "task-released",
        "task-withdrawn",
        "turn-opened",
        "turns-opened",
        "wait-moved",
        "wait-opened",
        "wait-over",
        "wait-withdrawn",
        "written",
    ]


def test_ids_given_while_storing_are_put_wherever_an_event_means_them() -> None:
    new, known = RecordRef("service", -1), RecordRef("service", 41)
    person, ann = RecordRef("person", -2), RecordRef("person", 7)
    records = {new: known, person: ann}

    opened = happened.TaskOpened("look", 1, 0, Seat("a", "a", holder_for=new), new)
    meant = happened.TaskOpened("look", 1, 0, Seat("a", "a", person=-2), known)
    begun = happened.RunStarted("by-hand", {"service": new, "all": (new,)}, after_run=-1)

    assert settled.event(opened, records, {}) == happened.TaskOpened(
        "look", 1, 0, Seat("a", "a", holder_for=known), known
    )
    assert settled.event(meant, records, {}).seat.person == ann.id  # type: ignore[union-attr]
    assert settled.event(begun, records, {-1: 12}) == happened.RunStarted(
        "by-hand", {"service": known, "all": (known,)}, after_run=12
    )


def test_replaying_the_history_of_a_run_gives_the_run() -> None:
    office = Office(
        a_procedure(
            "handling",
            create("draw", "change", "drawn", set={"drawn.title": '"Swap"'}),
            together(
                "both",
                {
                    "one": [
                        do("ask", asks={"hard": YES_NO}, name="view", outcomes={"ok": None}),
                        choose("which", ("view.hard = true", "ask"), otherwise="done"),
                    ],
                    "two": [do("b", about="drawn"), start("on", "other", about="drawn")],
                },
            ),
            put("mark", {"incident_request.status": "assigned"}),
            do("act"),
        ),
        a_procedure("other", do("sign"), about="change", starts=[after("handling")]),
    )
    office.person("Ann", "specialist")
    run_id = office.begin("handling", office.record("incident_request", summary="No mail"))
    office.complete(run_id, "ask", "ok", answers={"hard": True})
    office.complete(run_id, "b")
    office.complete(run_id, "ask", "ok", answers={"hard": False})

    for item, run in office.runs.items():
        again = office.replayed(item)
        assert again.scopes == run.scopes
        assert again.open_tasks == run.open_tasks
        assert (again.state, again.end) == (run.state, run.end)
        assert (again.sequence, again.task_count) == (run.sequence, run.task_count)
        assert len(office.histories[item]) == run.sequence
    assert all(ref.id > 0 for run in office.runs.values() for ref in (run.about,))
