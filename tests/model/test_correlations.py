"""What the shipped correlations read is shown by their own tests."""

import pytest

import tests.shipped

CORRELATIONS = tests.shipped.definitions().correlations
each = pytest.mark.parametrize("correlation", CORRELATIONS.values(), ids=CORRELATIONS)


@each
def test_each_field_and_link_is_expected_in_some_message(correlation):
    expected = {
        name
        for sample in correlation.tests
        for name, value in sample.expect.items()
        if value is not None
    }

    assert expected == {*correlation.fields, *correlation.links}


@each
def test_it_is_shown_what_messages_are_known_by_and_how_an_end_is_said(correlation):
    assert any(sample.known_by for sample in correlation.tests)
    assert any(sample.ends for sample in correlation.tests) is bool(correlation.resolved)
