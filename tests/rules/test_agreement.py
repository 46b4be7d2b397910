"""The two evaluators answer alike, whatever the table and whatever it is asked."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.rules import DURABLE, PYTHON, Rules
from tests.rules.tables import answer
from tests.strategies import a_table, some_inputs

SERVED, ORACLE = Rules({}, DURABLE, kept=50), Rules({}, PYTHON, kept=50)


def differences(seed, asked):
    """The questions on which the evaluators differ, about one random table."""
    draw = random.Random(seed)
    decision = a_table(draw)
    for _ in range(asked):
        inputs = some_inputs(draw)
        served, expected = answer(SERVED, decision, inputs), answer(ORACLE, decision, inputs)
        if served != expected:
            yield seed, inputs, served, expected


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**64))
def test_both_evaluators_agree(seed):
    assert not list(differences(seed, 10))


@pytest.mark.slow
def test_both_evaluators_agree_on_a_hundred_thousand_questions(caplog):
    wrong = [item for seed in range(2_000) for item in differences(seed, 50)]
    assert not wrong
    assert not caplog.records, "durable-rules gave up on a table, and Python answered instead"
