from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from admin import look_up
from admin.forms import page_form
from admin.meanwhile import Difference, typed_in_words
from admin.places import Place, as_sent, as_typed
from server.domain.refusals import Conflict, Invalid
from server.domain.values import TEXT, WHOLE_NUMBER, YES_NO, Kind, RecordRef, Type, from_json
from server.usecases.views import FieldView, FormView, SectionView
from tests.builders import choice, ref


@pytest.fixture(autouse=True)
def addresses():
    flask = Flask("test")
    flask.register_blueprint(look_up.pages)
    with flask.test_request_context():
        yield


def a_form(*views, **over):
    return page_form(FormView("Form", (SectionView("Section", views),)), **over)


def a_view(key="summary", typ=TEXT, **over):
    return FieldView(key, key.capitalize(), typ, **over)


class TestWhatIsSent:
    def test_is_what_was_typed_into_each_place(self):
        form = a_form(a_view("summary"), a_view("impact", choice("high", "low")))
        form.typed({"f-summary": "Printer\r\nburns", "f-impact": "low", "outcome": "done"})
        assert form.answers == {"summary": "Printer\nburns", "impact": "low"}

    def test_nothing_typed_is_nothing_known(self):
        form = a_form(a_view("summary", value="Old"))
        form.typed({"f-summary": ""})
        assert form.answers == {"summary": None}

    def test_what_is_only_shown_is_not_sent_even_if_somebody_adds_it(self):
        form = a_form(a_view("summary", read_only=True, value="Old"))
        form.typed({"f-summary": "New"})
        assert form.answers == {}

    def test_what_a_procedure_keeps_is_not_sent(self):
        form = a_form(a_view("summary", value="Old"), held={"summary": "Changes with task 3"})
        form.typed({"f-summary": "New"})
        assert form.answers == {}

    def test_a_change_is_what_differs_from_what_was_there(self):
        form = a_form(a_view("summary", value="Old"), a_view("notes", value="Same"))
        form.typed({"f-summary": "New", "f-notes": "Same"})
        assert form.changed == {"summary": "New"}

    @pytest.mark.parametrize(
        ("typed", "sent"),
        [
            ("1d 4h 30m", "P1DT4H30M"),
            ("2 weeks", "P14DT0H0M"),
            ("90m", "P0DT0H90M"),
            ("PT4H", "PT4H"),
        ],
    )
    def test_a_duration_may_be_typed_as_people_say_it(self, typed, sent):
        assert as_sent(Kind.DURATION, typed) == sent
        assert from_json(Type(Kind.DURATION), sent) is not None

    @given(st.timedeltas(timedelta(0), timedelta(days=400)))
    def test_a_duration_that_is_shown_is_read_back_the_same_to_the_minute(self, span):
        minutes = timedelta(minutes=span // timedelta(minutes=1))
        assert from_json(Type(Kind.DURATION), as_sent(Kind.DURATION, as_typed(span))) == minutes


class TestAPlace:
    def test_a_text_of_several_lines_keeps_them_and_escapes_markup(self):
        [place] = a_form(a_view(lines=4, value="</textarea><script>")).places
        assert "&lt;/textarea&gt;&lt;script&gt;" in place.input()
        assert 'rows="4"' in place.input()

    def test_a_choice_says_the_titles(self):
        view = a_view(
            "impact", choice("high", "in_between"), value="high", titles={"high": "High!"}
        )
        [place] = a_form(view).places
        assert '<option value="high" selected>High!</option>' in place.input()
        assert '<option value="in_between">In between</option>' in place.input()

    def test_a_required_choice_that_is_made_cannot_be_unmade(self):
        [place] = a_form(a_view("impact", choice("high"), value="high", required=True)).places
        assert 'value=""' not in place.input()

    def test_a_question_with_few_answers_shows_them_side_by_side(self):
        [place] = a_form(a_view("clash", YES_NO, asked=True, required=True)).places
        assert place.is_group
        assert place.choices == (("yes", "Yes", False), ("no", "No", False))

    def test_a_moment_stands_in_utc_for_the_browser_to_show_in_its_zone(self):
        at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
        [place] = a_form(a_view("due", Type(Kind.DATE_TIME), value=at)).places
        assert place.raw == "2026-03-02T09:00:00Z"
        assert "data-moment" in place.input()

    def test_a_reference_knows_where_to_search_and_what_is_chosen(self):
        view = a_view(
            "owner",
            Type(Kind.REF, entity="person"),
            value=RecordRef("person", 7),
            shown="Ann Lee",
        )
        [place] = a_form(view).places
        assert 'data-look-up="/look-up/person?text="' in place.input()
        assert 'data-title="Ann Lee"' in place.input()
        assert 'value="7"' in place.input()

    def test_a_field_says_what_is_wrong_with_it_to_a_screen_reader_too(self):
        form = a_form(a_view(guideline="Say it shortly."))
        form.refuse(Invalid("1 answer to put right.", {"summary": "Summary is needed."}))
        [place] = form.places
        assert place.errors == ("Summary is needed.",)
        assert 'aria-invalid="true"' in place.input()
        assert 'aria-describedby="field-summary-error field-summary-guideline"' in place.input()


class TestARefusal:
    def test_names_what_stands_on_no_field(self):
        form = a_form(a_view())
        form.refuse(Invalid("Choose.", {"outcome": "One of done, again."}))
        assert form.sentence == "Choose."
        assert form.problems == ("One of done, again.",)

    def test_sets_side_by_side_what_was_what_is_and_what_was_typed(self):
        form = a_form(a_view(value="Now"), a_view("notes", value="Now"))
        form.typed({"f-summary": "Mine", "f-notes": "Before"})
        told = Conflict(
            "Changed.",
            fields={"summary": "Now", "notes": "Now", "cost": "3"},
            before={"summary": "Before", "notes": "Before", "cost": None},
        )
        form.refuse(told)
        assert form.differences == (
            Difference("Summary", "Before", "Now", "Mine"),
            Difference("Notes", "Before", "Now", None),
            Difference("cost", "None", "3", None),
        )

    def test_takes_what_others_have_written_where_nothing_was_typed(self):
        form = a_form(a_view(value="Now"), a_view("notes", value="Now"))
        form.typed({"f-summary": "Mine", "f-notes": "Before"})
        both = {"summary": "Now", "notes": "Now"}
        form.refuse(Conflict("Changed.", fields=both, before=dict.fromkeys(both, "Before")))
        assert [place.raw for place in form.places] == ["Mine", "Now"]

    @pytest.mark.parametrize(
        ("typ", "raw", "said"),
        [
            (choice("in_progress", "done"), "in_progress", "In progress"),
            (YES_NO, "yes", "Yes"),
            (ref("person"), "7", "Seven of person"),
            (WHOLE_NUMBER, "many", "many"),
            (WHOLE_NUMBER, "", "empty"),
        ],
    )
    def test_says_values_as_people_read_them(self, typ, raw, said):
        place = Place(a_view(typ=typ), raw=raw)
        assert typed_in_words(place, lambda entity, _: f"Seven of {entity}") == said

    def test_keeps_what_was_typed(self):
        form = a_form(a_view(value="Old"))
        form.typed({"f-summary": "Mine"})
        form.refuse(Conflict("Changed."))
        assert form.places[0].raw == "Mine"


def test_a_draft_is_put_back_where_it_was_typed():
    form = a_form(a_view(value="Old"), a_view("notes", value="Kept", read_only=True))
    form.with_draft({"summary": "Typed", "notes": "Typed", "gone": "x"})
    assert [place.raw for place in form.places] == ["Typed", "Kept"]


@pytest.mark.parametrize(
    ("value", "typed"),
    [(None, ""), (True, "yes"), (False, "no"), (Decimal("1.50"), "1.50"), ("a", "a"), (3, "3")],
)
def test_a_value_stands_in_an_input_as_it_is_typed(value, typed):
    assert as_typed(value) == typed
