"""Pending changes: what reads through them sees, and what may not be written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.domain.entity import Entity
from server.domain.refusals import Invalid, WrongState
from server.domain.values import RecordRef, Value
from server.engine.draft import Draft
from tests.builders import AT, a_field, an_entity, choice
from tests.engine.builders import WORLD, Records, a_table, table_says

LEVELS = ("high", "low")
WEIGHT = a_table(
    "weight",
    {"impact": choice(*LEVELS), "urgency": choice(*LEVELS)},
    choice("heavy", "light"),
    [("both", "impact = high and urgency = high", "heavy"), ("else", None, "light")],
)
QUEUE = a_table(
    "queue",
    {"weight": choice("heavy", "light")},
    choice("now", "later"),
    [("heavy", "weight = heavy", "now"), ("light", None, "later")],
)
# `queue` is written before `weight`, which it reads
TICKET = an_entity(
    "ticket",
    a_field("title", required=True),
    a_field("queue", choice("now", "later"), decided_by="queue"),
    a_field("weight", choice("heavy", "light"), decided_by="weight"),
    a_field("impact", choice(*LEVELS), default="low"),
    a_field("urgency", choice(*LEVELS)),
)
TABLES = {"weight": WEIGHT, "queue": QUEUE}


def a_draft(*more: Entity, tables=TABLES) -> Draft:
    entities = {**WORLD, **{entity.key: entity for entity in more}}
    return Draft(Records(entities), entities, tables, table_says, AT)


def kept(draft: Draft, entity: str, **values: Value) -> tuple[Draft, RecordRef]:
    """A draft over a world that holds this record."""
    draft.create(entity, values)
    world = draft._world
    assert isinstance(world, Records)
    [known] = world.keep(draft.finish()).values()
    return Draft(world, draft.entities, draft._decisions, table_says, AT), known


def test_a_new_record_has_defaults_and_its_first_status() -> None:
    draft = a_draft()

    record = draft.create("incident_request", {"summary": "No mail"})

    assert record.id < 0
    assert draft.field(record, "impact") == "moderate"
    assert draft.field(record, "status") == "new"
    assert draft.field(record, "assignee") is None


def test_a_new_record_may_begin_with_a_status_that_follows_the_first() -> None:
    draft = a_draft()

    assert draft.field(draft.create("change", {"title": "x", "status": "planned"}), "status") == (
        "planned"
    )
    with pytest.raises(WrongState, match="is draft and cannot become done"):
        draft.create("change", {"title": "x", "status": "done"})


def test_a_field_called_status_of_an_entity_without_statuses_is_a_field_like_others() -> None:
    draft, lamp = kept(a_draft(an_entity("lamp", a_field("status"))), "lamp", status="on")

    draft.change(lamp, {"status": "off"})

    [change] = draft.finish()
    assert (change.old, change.new) == ({"status": "on"}, {"status": "off"})


def test_what_is_written_is_seen_by_whoever_reads_through_the_draft() -> None:
    draft, request = kept(a_draft(), "incident_request", summary="No mail")

    draft.change(request, {"note": "first"})
    draft.change(request, {"note": "second"})

    assert draft.field(request, "note") == "second"
    [change] = draft.finish()
    assert (change.old, change.new) == ({"note": None}, {"note": "second"})


def test_a_value_that_is_back_where_it_was_is_no_change() -> None:
    draft, request = kept(a_draft(), "incident_request", summary="No mail", note="old")

    draft.change(request, {"note": "new"})
    draft.change(request, {"note": "old"})

    assert draft.finish() == ()
    assert draft.touched == ()


def test_each_write_counts_even_where_the_same_field_is_written() -> None:
    draft, request = kept(a_draft(), "incident_request", summary="No mail")

    draft.change(request, {"note": "a"})
    first = draft.writes(request)
    draft.change(request, {"note": "a"})
    same = draft.writes(request)
    draft.change(request, {"note": "b"})

    assert (first, same, draft.writes(request)) == (1, 1, 2)


def test_back_references_follow_what_is_pending() -> None:
    draft, request = kept(a_draft(), "incident_request", summary="No mail")
    draft.create("change", {"title": "stored", "incident_request": request})
    draft._world.keep(draft.finish())  # type: ignore[attr-defined]
    draft = Draft(draft._world, WORLD, TABLES, table_says, AT)
    [stored] = draft.all("change")

    new = draft.create("change", {"title": "new", "incident_request": request})
    both = draft.field(request, "changes")
    draft.change(stored, {"incident_request": None})
    one = draft.field(request, "changes")
    draft.delete(new)

    assert (both, one, draft.field(request, "changes")) == ((stored, new), (new,), ())
    assert draft.all("change") == (stored,)


def test_a_deleted_record_is_gone_from_all() -> None:
    draft, request = kept(a_draft(), "incident_request", summary="No mail")

    draft.delete(request)

    assert draft.all("incident_request") == ()
    [change] = draft.finish()
    assert change.deleted
    assert draft.touched == (request,)


def test_a_decided_field_follows_its_inputs_and_says_by_which_rule() -> None:
    draft = a_draft(TICKET)

    record = draft.create("ticket", {"title": "x", "impact": "high", "urgency": "high"})

    [change] = draft.finish()
    assert (change.new["weight"], change.new["queue"]) == ("heavy", "now")
    assert change.rules == {"weight": "weight: both", "queue": "queue: heavy"}
    assert [verdict.decision for ref, verdict in draft.verdicts if ref == record] == [
        "weight",
        "queue",
    ]


def test_a_decided_field_is_decided_anew_when_what_it_reads_changes_and_only_then() -> None:
    draft, ticket = kept(a_draft(TICKET), "ticket", title="x", impact="high", urgency="low")

    draft.change(ticket, {"title": "y"})
    untouched = len(draft.verdicts)
    draft.change(ticket, {"urgency": "high"})

    assert untouched == 0
    [change] = draft.finish()
    assert change.new == {"title": "y", "urgency": "high", "weight": "heavy", "queue": "now"}
    assert change.old["queue"] == "later"


def test_a_decided_field_is_unknown_while_an_input_is() -> None:
    draft, ticket = kept(a_draft(TICKET), "ticket", title="x", impact="high", urgency="high")

    draft.change(ticket, {"urgency": None})

    assert (draft.field(ticket, "weight"), draft.field(ticket, "queue")) == (None, None)


def test_a_decision_whose_inputs_may_all_be_unknown_is_taken_for_a_new_record() -> None:
    tables = {**TABLES, "weight": replace(WEIGHT, optional=frozenset(WEIGHT.inputs))}
    bare = replace(TICKET, fields={**TICKET.fields, "impact": a_field("impact", choice(*LEVELS))})
    draft = a_draft(bare, tables=tables)

    record = draft.create("ticket", {"title": "x"})

    assert draft.field(record, "weight") == "light"


def test_a_decision_without_a_verdict_refuses_the_values_it_reads() -> None:
    tables = {**TABLES, "weight": replace(WEIGHT, rules=WEIGHT.rules[:1])}

    with pytest.raises(Invalid, match="Weight cannot be decided") as refused:
        a_draft(TICKET, tables=tables).create("ticket", {"title": "x", "urgency": "low"})

    assert refused.value.problems.keys() == {"impact", "urgency"}


def test_a_field_that_there_is_not_is_refused() -> None:
    draft = a_draft()

    with pytest.raises(Invalid) as refused:
        draft.create("incident_request", {"summary": "x", "colour": "red"})

    assert refused.value.problems == {
        "colour": "Incident request has no field 'colour'.",
    }


def test_what_is_required_must_be_there_when_all_is_written() -> None:
    draft, request = kept(a_draft(), "incident_request", summary="No mail")

    draft.change(request, {"summary": None})

    with pytest.raises(Invalid) as refused:
        draft.finish()
    assert refused.value.problems == {"summary": "Summary is needed."}
    draft.change(request, {"summary": "Again"})
    assert [change.new for change in draft.finish()] == [{"summary": "Again"}]


def test_a_new_record_of_which_nothing_is_told_lacks_what_is_required() -> None:
    draft = a_draft()

    draft.create("group", {})

    with pytest.raises(Invalid) as refused:
        draft.finish()
    assert refused.value.problems == {"name": "Name is needed."}


def test_a_status_that_there_is_not_is_refused() -> None:
    draft, request = kept(a_draft(), "incident_request", summary="No mail")

    for status in ("lost", None):
        with pytest.raises(Invalid, match="no such status"):
            draft.change(request, {"status": status})
