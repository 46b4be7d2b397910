"""Child records are added, changed and removed in one form and one submission."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from server.domain.refusals import Conflict, Invalid
from server.domain.role import Role
from server.domain.run import RunState
from server.domain.values import RecordRef
from server.usecases import records, runs, tasks
from tests.builders import may
from tests.usecases.council_hall import Hall, open_hall

BENCH = {"values": {"text": "Bench", "amount": "120.50"}}
PAINT = {"values": {"text": "Paint", "amount": "9"}}


@pytest.fixture
def hall(database) -> Hall:
    return open_hall(database, {"Cleo": "clerk", "Max": "member"})


def row(of: Any, **values: Any) -> dict[str, Any]:
    return {"id": of["id"], "revision": of["revision"], "values": values}


def work_out(hall: Hall, *lines: Any, **answers: Any) -> Any:
    return hall.complete("work-out", "Cleo", lines=list(lines), **{"reason": "Rest", **answers})


def test_a_record_begins_with_the_rows_of_its_form(hall) -> None:
    run = hall.propose(lines=[BENCH, PAINT])

    lines = hall.lines(run.line.about.record)

    assert {text: line["amount"] for text, line in lines.items()} == {
        "Bench": Decimal("120.5"),
        "Paint": Decimal(9),
    }
    assert lines["Bench"]["source"] == "budget"


def test_one_submission_adds_changes_and_removes(hall) -> None:
    # given a proposal with two lines
    proposal = hall.propose(lines=[BENCH, PAINT]).line.about.record
    before = hall.lines(proposal)

    # when one is changed, one removed, and one added with what the form offers
    done = work_out(
        hall,
        row(before["Bench"], amount="130"),
        {"id": before["Paint"]["id"], "remove": True},
        {"values": {"text": "Screws"}},
    )

    # then all of it is kept, and the audit names the step
    after = hall.lines(proposal)
    assert {text: line["amount"] for text, line in after.items()} == {
        "Bench": Decimal(130),
        "Screws": Decimal(10),
    }
    assert after["Bench"]["id"] == before["Bench"]["id"]
    assert done.run_state is RunState.ENDED
    changed = records.history(hall.app, hall.actor("Cleo"), _ref(after["Bench"])).items
    assert {(line.field, line.step) for line in changed if line.step} == {("amount", "work-out")}


def test_rows_that_are_not_sent_stay_as_they_are(hall) -> None:
    proposal = hall.propose(lines=[BENCH, PAINT]).line.about.record

    work_out(hall, {"values": {"text": "Screws"}})

    assert hall.lines(proposal).keys() == {"Bench", "Paint", "Screws"}


def test_the_form_shows_the_rows_with_their_revisions_and_what_a_new_one_begins_with(hall) -> None:
    proposal = hall.propose(lines=[BENCH]).line.about.record

    rows = hall.task("work-out", "Cleo").form.sections[1].rows

    line = hall.lines(proposal)["Bench"]
    assert (rows.key, rows.at_least, rows.title) == ("lines", 1, "Line")
    assert [(item.id, item.revision) for item in rows.rows] == [(line["id"], line["revision"])]
    assert {item.key: item.value for item in rows.rows[0].fields} == {
        "text": "Bench",
        "amount": Decimal("120.5"),
        "source": "budget",
    }
    assert [(item.key, item.value, item.read_only) for item in rows.offered.fields] == [
        ("text", None, False),
        ("amount", Decimal(10), False),
        ("source", "budget", True),
    ]


def test_everything_that_is_wrong_with_rows_is_told_at_its_place(hall) -> None:
    proposal = hall.propose(lines=[BENCH]).line.about.record
    other = hall.propose("Another", lines=[PAINT]).line.about.record
    bench, paint = hall.lines(proposal)["Bench"], hall.lines(other)["Paint"]
    [first, _] = tasks.my_work(hall.app, hall.actor("Cleo")).items

    with pytest.raises(Invalid) as refused:
        tasks.complete(
            hall.app,
            hall.actor("Cleo"),
            first.id,
            outcome=None,
            answers={
                "reason": "Rest",
                "lines": [
                    row(bench, amount="much", colour="red"),
                    {"values": {"text": "", "source": "gift"}},
                    row(paint, amount="1"),
                    row(bench, text="Again"),
                    {"name": "Screws"},
                ],
            },
        )

    assert refused.value.problems == {
        "lines.0.values.amount": "'much' is not a number.",
        "lines.0.values.colour": "This row has no such field.",
        "lines.4": "A row has an id (none when it is new), a revision and its values.",
    }


def test_rules_of_rows_are_told_once_they_can_be_read(hall) -> None:
    proposal = hall.propose(lines=[BENCH]).line.about.record
    other = hall.propose("Another", lines=[PAINT]).line.about.record
    bench, paint = hall.lines(proposal)["Bench"], hall.lines(other)["Paint"]
    [first, _] = tasks.my_work(hall.app, hall.actor("Cleo")).items
    sent = [row(bench, text="A"), {"values": {"source": "gift"}}, row(paint), row(bench)]

    with pytest.raises(Invalid) as refused:
        tasks.complete(
            hall.app,
            hall.actor("Cleo"),
            first.id,
            outcome=None,
            answers={"reason": "Rest", "lines": sent},
        )

    assert refused.value.problems == {
        "lines.0": "This line was sent twice.",
        "lines.1.values.text": "Text is needed.",
        "lines.1.values.source": "Source cannot be changed here.",
        "lines.2": "This line does not belong here, or is gone.",
        "lines.3": "This line was sent twice.",
    }
    assert hall.lines(proposal).keys() == {"Bench"}


@pytest.mark.parametrize("removed", [True, False], ids=["the last removed", "none there"])
def test_as_many_as_the_form_says_must_be_there(hall, removed) -> None:
    proposal = hall.propose(lines=[BENCH] if removed else []).line.about.record
    sent = [{"id": item["id"], "remove": True} for item in hall.lines(proposal).values()]

    with pytest.raises(Invalid) as refused:
        work_out(hall, *sent)

    assert refused.value.problems == {"lines": "At least 1 line must be there."}


def test_a_row_that_somebody_else_has_changed_is_not_written_over(hall) -> None:
    # given a row that has changed since it was seen
    proposal = hall.propose(lines=[BENCH, PAINT]).line.about.record
    seen = hall.lines(proposal)
    cleo = hall.actor("Cleo")
    records.update(hall.app, cleo, _ref(seen["Bench"]), {"amount": "99"})

    # when it is written, or removed, as it was seen then nothing is done
    removal = {"id": seen["Bench"]["id"], "revision": seen["Bench"]["revision"], "remove": True}
    for sent in (row(seen["Bench"], amount="130"), removal):
        with pytest.raises(Conflict) as refused:
            work_out(hall, row(seen["Paint"], text="Varnish"), sent)
        assert refused.value.fields == {"lines.1.values.amount": "99"}
    assert hall.lines(proposal).keys() == {"Bench", "Paint"}

    # but what others have not touched can be written
    work_out(hall, row(seen["Bench"], text="Long bench"))
    assert hall.lines(proposal)["Long bench"]["amount"] == Decimal(99)


def test_what_is_copied_is_offered_and_kept_when_nothing_else_is_sent(hall) -> None:
    # given a proposal worked out, and one like it
    first = hall.propose(lines=[BENCH, PAINT]).line.about.record
    work_out(hall)
    second = hall.propose("Another bench", like=first.id).line.about.record

    # when its form is shown, and sent as it is
    form = hall.task("work-out", "Cleo").form
    hall.complete("work-out", "Cleo")

    # then values and rows of the first were offered, and are kept as records of its own
    assert {item.key: item.value for item in form.fields}["reason"] == "Rest"
    assert [item.id for item in form.sections[1].rows.rows] == [None, None]
    assert hall.value(second, "reason") == "Rest"
    copies, originals = hall.lines(second), hall.lines(first)
    assert copies.keys() == originals.keys() == {"Bench", "Paint"}
    assert copies["Bench"]["id"] != originals["Bench"]["id"]


def test_no_copies_are_made_when_other_rows_are_sent(hall) -> None:
    first = hall.propose(lines=[BENCH]).line.about.record
    work_out(hall)
    second = hall.propose("Another bench", like=first.id).line.about.record

    work_out(hall, PAINT, reason="Sit")

    assert hall.lines(second).keys() == {"Paint"}
    assert hall.value(second, "reason") == "Sit"


def test_a_draft_keeps_rows(hall) -> None:
    hall.propose()
    task = hall.open_tasks()["work-out"]

    tasks.save_draft(hall.app, hall.actor("Cleo"), task.id, {"lines": [PAINT]})

    assert hall.task("work-out", "Cleo").draft == {"lines": [PAINT]}


def test_nothing_is_begun_with_rows_that_do_not_stand(hall) -> None:
    with pytest.raises(Invalid, match="2 answers to put right"):
        hall.propose(lines=[{"values": {}}])

    assert runs.page(hall.app, hall.actor("Cleo")).items == ()


def _ref(line: Any) -> RecordRef:
    return RecordRef("line", line["id"])


@pytest.mark.parametrize(
    ("grant", "seen"),
    [
        (may("read"), [{"text": "Bench", "amount": Decimal("120.5"), "source": "budget"}]),
        (may("read", amount="hidden"), [{"text": "Bench", "source": "budget"}]),
        (may("read", {"source": "gift"}), []),
        (may(""), None),
    ],
    ids=["all", "a field hidden", "none of these rows", "no rows"],
)
def test_rows_of_a_task_are_seen_by_who_may_read_them(hall, grant, seen) -> None:
    # given a task that was done
    hall.propose(lines=[BENCH])
    done = hall.open_tasks()["work-out"].id
    work_out(hall)

    # when somebody looks who reads proposals whole
    reader = Role("member", "Member", may={"*": may("read"), "line": grant})
    roles = {**hall.app.definitions.roles, "member": reader}
    app = replace(hall.app, definitions=replace(hall.app.definitions, roles=roles))
    form = tasks.view(app, hall.actor("Max"), done).form

    # then the rows are theirs as far as they read them
    assert form.fields
    sections = [item.rows for item in form.sections if item.rows is not None]
    assert [
        [{item.key: item.value for item in row.fields} for row in rows.rows] for rows in sections
    ] == ([] if seen is None else [seen])
