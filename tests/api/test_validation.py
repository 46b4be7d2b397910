"""What is sent is held against the schema that OpenAPI shows, and JSON's loopholes are closed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.api.schemas import (
    MOMENT,
    closed,
    listing,
    mapping,
    nullable,
    of_type,
    reference,
    text,
)
from server.api.validation import DEEPEST, Checked, parsed
from server.domain.refusals import Invalid, Malformed
from server.domain.values import Kind, Type, from_json
from tests.builders import DATE, DURATION, FRACTION, MONEY, choice


def problems_of(schema, instance):
    with pytest.raises(Invalid) as refused:
        Checked(schema, {}).hold(instance)
    return refused.value.problems


class TestWhatJsonLeavesOpen:
    @pytest.mark.parametrize(
        ("raw", "sentence"),
        [
            (b"{", "no JSON"),
            (b"{} {}", "no JSON"),
            (b'{"x": NaN}', "NaN is no number"),
            (b'{"x": -Infinity}', "-Infinity is no number"),
            (b'{"x": 1e400}', "beyond all numbers kept"),
            (b'{"x": 9223372036854775808}', "beyond all numbers kept"),
            (b'{"x": ' + b"9" * 5000 + b"}", "beyond all numbers kept"),
            (b'{"x": 1, "x": 2}', "'x' stands twice"),
            (b'{"x": "\\u0000"}', "NUL"),
            (b'{"x": "\\ud800"}', "half a pair"),
            (b'{"\\u0000": 1}', "NUL"),
            (b'"\xff"', "not UTF-8"),
            (b"[" * 200 + b"]" * 200, f"more than {DEEPEST} deep"),
            (b"[" * 100_000, f"more than {DEEPEST} deep"),
        ],
    )
    def test_is_refused_with_a_sentence(self, raw, sentence):
        with pytest.raises(Malformed, match=sentence) as refused:
            parsed(raw)
        assert refused.value.hint

    @pytest.mark.parametrize(("raw", "value"), [(b"1.0", 1), (b"1e3", 1000), (b"1.5", 1.5)])
    def test_a_whole_number_is_whole_however_it_is_written(self, raw, value):
        assert repr(parsed(raw)) == repr(value)

    def test_the_largest_id_is_still_a_number(self):
        assert parsed(b"9223372036854775807") == 2**63 - 1

    @pytest.mark.slow
    @given(st.recursive(st.none() | st.booleans() | st.integers(-(2**62), 2**62), st.lists))
    def test_everything_else_is_read_as_it_is(self, value):
        assert parsed(json.dumps(value).encode()) == value


class TestSentences:
    """Each problem is told by the name of its field, in a sentence."""

    body = closed(
        {
            "outcome": text(10),
            "values": closed(
                {
                    "summary": text(5, shortest=1),
                    "impact": of_type(choice("high", "low"), writes=True),
                    "cost": of_type(MONEY, writes=True),
                    "seen": MOMENT,
                    "count": {"type": "integer", "minimum": 1, "maximum": 9},
                    "owner": reference("person"),
                    "lines": listing(closed({"amount": {"type": "integer"}})),
                },
                required=("summary",),
            ),
        }
    )

    def told(self, **values):
        return problems_of(self.body, {"values": {"summary": "x"} | values})

    def test_what_is_missing(self):
        assert problems_of(self.body, {"values": {}}) == {"summary": "This is needed."}

    def test_what_is_unknown_with_what_may_have_been_meant(self):
        assert self.told(imapct="high") == {
            "imapct": "Nothing called 'imapct' is taken here. Did you mean 'impact'?"
        }

    def test_what_is_no_value_of_its_type(self):
        assert self.told(count="many") == {"count": '"many" is not a whole number.'}

    def test_what_is_not_among_the_choices(self):
        assert self.told(impact="huge") == {"impact": '"huge" is not one of high, low.'}

    def test_what_is_too_long_too_short_too_small_too_large(self):
        assert self.told(summary="abcdef") == {"summary": "The text is longer than 5 characters."}
        assert self.told(summary="") == {"summary": "The text is empty."}
        assert self.told(count=0) == {"count": "0 is less than 1."}
        assert self.told(count=10) == {"count": "10 is more than 9."}

    def test_what_has_another_form(self):
        assert self.told(cost="cheap") == {
            "cost": '"cheap" does not fit. An exact number, such as 12.50.'
        }
        assert "a moment with its offset" in self.told(seen="2026-11-24T16:30:00")["seen"]

    def test_what_stands_deep_inside(self):
        assert self.told(lines=[{"amount": 1}, {"amount": "x"}]) == {
            "lines.1.amount": '"x" is not a whole number.'
        }

    def test_what_is_wrong_with_the_whole(self):
        assert problems_of(self.body, []) == {"body": "[] is not an object."}

    def test_what_fits_none_of_several_forms(self):
        several = {"anyOf": [{"type": "string", "maxLength": 2}, {"type": "null"}]}
        assert problems_of(several, "abc") == {"body": "The text is longer than 2 characters."}
        assert problems_of(several, 1) == {"body": "1 does not fit."}

    def test_all_at_once(self):
        assert self.told(count=0, impact="huge").keys() == {"count", "impact"}

    def test_a_long_value_is_not_repeated_whole(self):
        assert len(self.told(impact="x" * 10_000)["impact"]) < 120


ALTERNATIVES = {
    "oneOf": [
        closed({"start": {"const": "phone"}, "answers": closed({"caller": text()})}),
        closed({"start": {"const": "mail"}, "answers": closed({"sender": text()})}),
    ],
    "discriminator": {"propertyName": "start"},
}


class TestAlternatives:
    def test_the_one_that_is_named_tells_what_is_wrong(self):
        answers = {"caller": "Ann"}
        assert problems_of(ALTERNATIVES, {"start": "mail", "answers": answers}) == {
            "caller": "Nothing called 'caller' is taken here."
        }

    def test_none_is_named(self):
        assert problems_of(ALTERNATIVES, {}) == {"start": "This is needed. One of phone, mail."}
        assert problems_of(ALTERNATIVES, {"start": "fax"}) == {
            "start": '"fax" is not one of phone, mail.'
        }


VALUES = {
    Kind.DATE: (DATE, ["2026-11-24"], ["2026-02-30", "24.11.2026", "20261124", "2026-W48-2"]),
    Kind.DATE_TIME: (
        Type(Kind.DATE_TIME),
        ["2026-11-24T16:30:00Z", "2026-11-24T16:30:00.123456+02:00"],
        ["2026-11-24", "2026-11-24T16:30:00", "0001-01-01T00:00:00+01:00", "2026-11-24T24:01:00Z"],
    ),
    Kind.DURATION: (DURATION, ["P3D", "PT4H30M", "P1W", "PT0.5S"], ["P", "PT", "3 days", "P1Y"]),
    Kind.MONEY: (MONEY, ["12.50", "-1", "0"], ["1e3", "12,50", ".5", "NaN", 12.5]),
    Kind.FRACTION: (FRACTION, ["2/3", "1"], ["2/0", "0.5", "2 / 3"]),
    Kind.YES_NO: (Type(Kind.YES_NO), [True, False], ["yes", 1, 0]),
    Kind.WHOLE_NUMBER: (Type(Kind.WHOLE_NUMBER), [0, -5, 2**53 - 1], [2**53, "1", 1.5]),
    Kind.CHOICE: (choice("a", "b"), ["a"], ["c", "", None]),
    Kind.TEXT: (Type(Kind.TEXT, at_most=3), ["", "abc"], ["abcd", 1]),
}


class TestTypes:
    """What a schema lets pass is a value of the domain; nothing else passes."""

    @pytest.mark.parametrize("kind", VALUES, ids=str)
    def test_good_values_pass_and_are_read(self, kind):
        typ, good, _ = VALUES[kind]
        for raw in good:
            Checked(of_type(typ, writes=True), {}).hold(raw)
            from_json(typ, raw)

    @pytest.mark.parametrize("kind", VALUES, ids=str)
    def test_bad_values_do_not(self, kind):
        typ, _, bad = VALUES[kind]
        for raw in bad:
            assert problems_of(of_type(typ, writes=True), raw)

    def test_a_record_is_meant_by_id_number_or_label_and_answered_by_id(self):
        schema = of_type(Type(Kind.REF, entity="person"), writes=True)
        for raw in (1, "INC000000000137", "Ann"):
            Checked(schema, {}).hold(raw)
        for raw in (0, "", 2**63, True):
            assert problems_of(schema, raw)
        answered = of_type(Type(Kind.REF, entity="person"), writes=False)
        assert problems_of(answered, "Ann")

    def test_what_is_not_known_is_null(self):
        for schema in (
            text(),
            of_type(choice("a"), writes=True),
            {"$ref": "#/components/schemas/X"},
        ):
            Checked(nullable(schema), {"X": mapping({})}).hold(None)
