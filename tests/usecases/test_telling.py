"""What a history says of fields: the titles that the definitions give, never their keys."""

from decimal import Decimal

from server.domain.values import RecordRef
from server.engine import events as happened
from server.usecases.telling import sentence
from tests.loading.models import served


def told(folder, event) -> str:
    definitions = served(folder)
    procedure = definitions.procedures["case-review"]
    return sentence(event, procedure, {}, {}, {}, definitions.entities)


def test_a_field_that_was_set_is_told_with_its_value_as_people_read_it(tmp_path):
    written = happened.Written("judge", ("case.status",), {"case.status": "decided"})

    assert told(tmp_path, written) == "Case: Status is now Decided."


def test_a_text_and_what_was_told_before_values_were_kept_was_filled_in(tmp_path):
    written = happened.Written("judge", ("case.status", "case.reason"), {"case.status": "open"})
    older = happened.Written("judge", ("case.status",))

    assert told(tmp_path / "one", written) == "Case: Status is now Open, Reason was filled in."
    assert told(tmp_path / "two", older) == "Case: Status was filled in."


def test_a_field_that_was_emptied_says_so(tmp_path):
    written = happened.Written("judge", ("case.status",), {"case.status": None})

    assert told(tmp_path, written) == "Case: Status is empty now."


def test_what_no_definition_has_any_more_is_told_in_words(tmp_path):
    written = happened.Written("judge", ("ci.cab_meeting",), {"ci.cab_meeting": Decimal("1.5")})

    assert told(tmp_path, written) == "CI: CAB meeting is now 1.5."


def test_a_record_that_was_made_is_told_by_its_title_and_number(tmp_path):
    created = happened.Created("judge", 0, "remark", RecordRef("case", 7))

    assert told(tmp_path, created) == "Case CAS000000000007 was created."
