"""What expressions give, as examples in `values.txt`: `expression => value`."""

import json
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from server.domain.expression import evaluate, paths
from server.domain.expression.kinds import FRACTION, MONEY
from server.domain.values import TEXT, freeze
from tests.domain.expression.world import NAMES, NOW, VALUES, World, resolved, value_of

EXAMPLES = [
    tuple(part.strip() for part in line.rsplit("=>", 1))
    for line in Path(__file__).with_name("values.txt").read_text().splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize(("text", "expected"), EXAMPLES)
def test_an_expression_gives_its_value(text, expected):
    sound = resolved(text)

    if expected == "problem":
        assert isinstance(sound, tuple)
    else:
        assert not isinstance(sound, tuple), sound
        assert freeze(evaluate(sound, VALUES, World(), NOW)) == json.loads(expected)


class TestNumbersTakeTheFormThatIsExpected:
    def test_a_whole_number_becomes_money(self):
        value = value_of("3", expected=MONEY)
        assert isinstance(value, Decimal)

    def test_a_decimal_becomes_a_fraction(self):
        assert value_of("0.25", expected=FRACTION) == Fraction(1, 4)
        assert isinstance(value_of("0.25", expected=FRACTION), Fraction)

    def test_a_choice_becomes_text(self):
        assert value_of("incident.impact", expected=TEXT) == "significant"

    def test_null_stays_null(self):
        assert value_of("incident.estimate", expected=MONEY) is None


class TestWhatHappensAtTheEdges:
    def test_a_divisor_that_is_zero_all_the_same_gives_null(self):
        assert value_of("incident.cost / incident.members", world=World(members=0)) is None

    def test_null_in_a_required_field_is_neither_less_nor_more(self):
        world = World(cost=None)
        assert value_of("incident.cost > 3", world=world) is False
        assert value_of("incident.cost <= 3", world=world) is False
        assert value_of("incident.cost + 1", world=world) is None

    def test_sums_of_decimals_of_any_size_are_exact(self):
        huge = Decimal(2) ** 52 + Decimal("0.000000000001")
        world = World(cost=huge)
        assert value_of("incident.cost + incident.cost - incident.cost", world=world) == huge

    def test_durations_are_counted_in_microseconds(self):
        assert value_of("1 day / 7 * 7") == timedelta(days=1) + timedelta(microseconds=1)


class TestPaths:
    def test_all_that_is_read_is_told_once(self):
        sound = resolved("incident.cost > 3 and (incident.cost < 5 or incident.service is null)")
        assert [path.parts for path in paths(sound)] == [
            ("incident", "cost"),
            ("incident", "service"),
        ]

    def test_what_is_read_of_members_hangs_on_the_list(self):
        sound = resolved(
            "some line in incident.lines satisfies line.kind = work and ability.skills"
        )
        assert [path.parts for path in paths(sound)] == [
            ("incident", "lines"),
            ("ability", "skills"),
        ]

    def test_a_filter_reads_its_list_and_the_names_outside(self):
        sound = resolved("count(incident.lines where hours < now - since)")
        assert [path.parts for path in paths(sound)] == [("incident", "lines"), ("since",)]

    def test_a_plural_stands_for_all_records(self):
        [path] = paths(resolved("count(services)"))
        assert path.all_of == "service"
        assert "services" not in NAMES
