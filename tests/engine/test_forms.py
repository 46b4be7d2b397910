"""What a form shows, refuses and writes."""

from __future__ import annotations

from server.domain.form import Form, FormField, Section
from server.domain.step import (
    Do,
    Outcome,
    Question,
)
from server.domain.values import YES_NO, RecordRef, Value
from server.engine.draft import Draft
from server.engine.forms import Sheet, question_problems
from tests.builders import AT, ref
from tests.engine.builders import WORLD, Records, expression, table_says

NAMES = {"incident_request": ref("incident_request"), "event": ref("event")}


def a_sheet(*fields: FormField, record: bool = True, **values: Value) -> Sheet:
    """A form over an incident request; without `record`, over one that is to be made."""
    world = Records(WORLD)
    draft = Draft(world, WORLD, {}, table_says, AT)
    draft.create("incident_request", {"summary": "No mail", **values})
    draft.create("event", {"summary": "Disk full"})
    stored = {ref.entity: ref for ref in world.keep(draft.finish()).values()}
    draft = Draft(world, WORLD, {}, table_says, AT)
    form = Form("test", "Test", "incident_request", (Section("All", fields),))
    about = stored["incident_request"] if record else None
    return Sheet(form, WORLD["incident_request"], about, stored, draft)


def test_a_form_shows_what_the_record_holds_and_offers_defaults_for_the_rest() -> None:
    offered = expression("event.summary", NAMES)
    sheet = a_sheet(
        FormField("summary"), FormField("note", default=offered), FormField("description")
    )

    values = {place.field.key: sheet.value(place) for place in sheet.shown({})}

    assert values == {"summary": "No mail", "note": "Disk full", "description": None}


def test_a_form_of_a_new_record_offers_the_defaults_of_the_entity() -> None:
    sheet = a_sheet(FormField("impact"), FormField("summary"), record=False)

    assert [sheet.value(place) for place in sheet.shown({})] == ["moderate", None]


def test_a_field_is_shown_while_its_condition_holds_for_what_is_answered() -> None:
    condition = expression("incident_request.impact = extensive", NAMES, YES_NO)
    sheet = a_sheet(FormField("impact"), FormField("note", condition=condition, required=True))

    hidden, shown = sheet.shown({}), sheet.shown({"impact": "extensive"})

    assert [place.field.key for place in hidden] == ["impact"]
    assert [place.field.key for place in shown] == ["impact", "note"]
    assert sheet.problems({"impact": "minor"}) == {}
    assert sheet.problems({"impact": "extensive"}) == {"note": "Note is needed."}


def test_what_is_required_by_the_entity_or_by_the_form_must_be_there() -> None:
    sheet = a_sheet(
        FormField("summary"), FormField("note", required=True), FormField("description")
    )

    assert sheet.problems({}) == {"note": "Note is needed."}
    assert sheet.problems({"note": "x", "summary": None}) == {"summary": "Summary is needed."}


def test_a_form_may_ask_for_less_than_the_entity() -> None:
    sheet = a_sheet(FormField("summary", required=False), record=False)

    assert sheet.problems({}) == {}


def test_a_read_only_field_takes_no_other_value() -> None:
    sheet = a_sheet(FormField("summary", read_only=True), FormField("note"))

    assert sheet.problems({"summary": "Other"}) == {"summary": "Summary cannot be changed here."}
    assert sheet.problems({"summary": "No mail", "note": "x"}) == {}
    assert sheet.written({"summary": "No mail", "note": "x"}) == {"note": "x"}


def test_a_field_that_is_not_on_the_form_is_refused() -> None:
    sheet = a_sheet(FormField("note"))

    assert sheet.problems({"impact": "minor"}) == {"impact": "This field is not part of the form."}


def test_what_is_offered_and_left_as_it_was_is_written() -> None:
    offered = expression("event.summary", NAMES)
    sheet = a_sheet(FormField("note", default=offered), FormField("description"))

    assert sheet.written({}) == {"note": "Disk full"}
    assert sheet.written({"note": "Own words", "description": "d"}) == {
        "note": "Own words",
        "description": "d",
    }


def test_clearing_what_is_offered_writes_that_it_is_empty() -> None:
    offered = expression("event.summary", NAMES)
    sheet = a_sheet(FormField("note", default=offered))

    assert sheet.written({"note": None}) == {"note": None}


def test_a_read_only_field_with_a_default_writes_the_default() -> None:
    offered = expression("event.summary", NAMES)
    sheet = a_sheet(FormField("note", read_only=True, default=offered), record=False)

    assert sheet.written({}) == {"note": "Disk full"}


def test_questions_need_answers_and_outcomes_what_they_need() -> None:
    action = Do(
        "Work",
        "specialist",
        "",
        asks={
            "hard": Question("hard", "Is it hard?", YES_NO),
            "fun": Question("fun", "Is it fun?", YES_NO, required=False),
        },
    )
    hold = Outcome("hold", "It has to wait", needs=("pending_reason", "fun"))

    assert question_problems(action, None, {}, {}).keys() == {"hard"}
    assert question_problems(action, hold, {"hard": False}, {"pending_reason": "x"}) == {
        "fun": "This is needed for 'It has to wait'.",
    }
    assert (
        question_problems(action, hold, {"hard": False, "fun": False}, {"pending_reason": "x"})
        == {}
    )


def test_a_sheet_reads_records_besides_its_own() -> None:
    other = expression("incident_request.cause", NAMES)
    sheet = a_sheet(FormField("note"), FormField("cause", default=other))

    assert sheet.value(sheet.shown({})[1]) is None
    assert isinstance(sheet._names["event"], RecordRef)


def test_the_record_of_a_form_goes_by_its_entity_whatever_the_run_calls_it() -> None:
    condition = expression("incident_request.impact = moderate", NAMES, YES_NO)
    sheet = a_sheet(FormField("note", condition=condition))
    names = {"incident": sheet._names["incident_request"]}

    named = Sheet(sheet.form, sheet.entity, sheet._record, names, sheet._draft)

    assert [place.field.key for place in named.shown({})] == ["note"]
