"""Values come from JSON, go to JSON, and are refused with a sentence where they are none."""

import string
import tracemalloc
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.values import (
    DURATION_LIMIT,
    NUMBER_LIMIT,
    Kind,
    RecordRef,
    Type,
    freeze,
    from_json,
    thaw,
    to_json,
)

whole = st.integers(1 - NUMBER_LIMIT, NUMBER_LIMIT - 1)
VALUES = {
    Kind.TEXT: st.text(st.characters(exclude_characters="\x00", codec="utf-8"), min_size=1),
    Kind.YES_NO: st.booleans(),
    Kind.WHOLE_NUMBER: whole,
    Kind.NUMBER: st.decimals(-(10**15), 10**15, places=12, allow_nan=False),
    Kind.MONEY: st.decimals(-(10**15), 10**15, places=2, allow_nan=False),
    Kind.FRACTION: st.fractions(-1000, 1000, max_denominator=10**9),
    Kind.DATE: st.dates(),
    Kind.DATE_TIME: st.datetimes(timezones=st.just(UTC)),
    Kind.DURATION: st.timedeltas(-DURATION_LIMIT, DURATION_LIMIT),
}
KINDS = sorted(VALUES)


@given(st.sampled_from(KINDS).flatmap(lambda kind: st.tuples(st.just(kind), VALUES[kind])))
def test_every_value_comes_back_from_its_json(drawn):
    kind, value = drawn
    assert from_json(Type(kind), to_json(value)) == value
    assert thaw(freeze(value)) == value


@given(
    st.sampled_from([*Kind]),
    st.none()
    | st.booleans()
    | whole
    | st.floats()
    | st.text(max_size=30)
    | st.text(string.digits + "eE+-./PTDHMSW_ ", max_size=20)
    | st.lists(st.integers(), max_size=2)
    | st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
def test_whatever_is_sent_is_a_value_or_a_sentence(kind: Kind, raw):
    typ = Type(kind, choices=("red",), entity="person", item=Type(Kind.TEXT))
    sentence = ""
    try:
        value = from_json(typ, raw)
    except ValueError as refused:
        sentence = str(refused)
    assert sentence.endswith(".") or from_json(typ, to_json(value)) == value


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("number", "1e-999999999"),
        ("number", "1e999999999"),
        ("number", 1e-13),
        ("money", "0.0000000000001"),
        ("number", "9007199254740992"),
        ("number", "NaN"),
        ("fraction", "1e-999999999"),
        ("fraction", "1/0"),
        ("fraction", "1/9007199254740992"),
        ("duration", "P999999999D"),
        ("duration", "P"),
        ("whole_number", "9" * 5000),
        ("date_time", "0001-01-01T00:00:00+14:00"),
    ],
)
def test_what_no_database_keeps_is_refused_without_being_worked_out(kind: str, raw):
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"\.$"):
            from_json(Type(Kind(kind)), raw)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # a number of a billion digits takes four hundred million bytes
    assert most < 1_000_000


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (timedelta(0), "PT0S"),
        (timedelta(days=3), "P3D"),
        (timedelta(hours=4, minutes=30), "PT4H30M"),
        (timedelta(days=-1, hours=-1), "-P1DT1H"),
        (timedelta(microseconds=1), "PT0.000001S"),
        (timedelta(seconds=10), "PT10S"),
        (Decimal("1E+2"), "100"),
        (Fraction(2, 4), "1/2"),
        (date(2026, 3, 2), "2026-03-02"),
        (datetime(2026, 3, 2, 9, tzinfo=UTC), "2026-03-02T09:00:00Z"),
        (RecordRef("person", 7), 7),
    ],
)
def test_exact_values_are_written_exactly(value, text):
    assert to_json(value) == text


def test_computed_numbers_survive_freezing_however_long_they_are():
    for value in (Decimal(1) / 3, Fraction(1, 10**30)):
        assert thaw(freeze(value)) == value
