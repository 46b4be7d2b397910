"""A sample of what `make mutate` does: what nobody may overlook is noticed, and by whom."""

from collections import Counter

import pytest

from server import loading
from tests.mutation.breaks import Break, breaks
from tests.mutation.trial import CHECK, EQUIVALENT, SURVIVED, TESTS, Workshop

pytestmark = pytest.mark.slow

NEVER_OVERLOOKED = {
    "drop a procedure": "process",
    "drop a status": "entity",
    "drop a question": "procedure",
    "drop a role": "procedure",
    "drop an input": "decision",
    "another output": "decision",
    "another cell": "decision",
}


@pytest.fixture(scope="module")
def workshop():
    return Workshop()


@pytest.fixture(scope="module")
def found(workshop):
    return [
        item for (kind, key), data in workshop.data().items() for item in breaks(kind, key, data)
    ]


@pytest.mark.parametrize(("name", "kind"), NEVER_OVERLOOKED.items(), ids=NEVER_OVERLOOKED)
def test_most_breaks_of_a_kind_are_noticed_without_a_story(workshop, found, name, kind):
    sample = [item for item in found if item.kind == name and item.address[0] == kind][::7][:6]

    judged = Counter(workshop.judge(item).by for item in sample)

    assert sample
    assert judged[SURVIVED] <= len(sample) / 5, judged


def test_a_break_is_told_in_the_words_of_what_noticed_it(workshop):
    data = dict(workshop.data()["decision", "event-disposition"])
    data["rules"] = [*data["rules"][:-1]]

    caught = workshop.judge(Break("drop a rule", ("decision", "event-disposition"), "x", data))

    assert caught.by == CHECK
    assert "otherwise" in caught.said or caught.said.startswith("DEC020: No rule holds when")


def test_a_rule_that_says_something_else_fails_a_test_of_its_decision(workshop):
    data = dict(workshop.data()["decision", "event-disposition"])
    first = {**data["rules"][0], "then": {"disposition": "warn"}}
    data["rules"] = [first, *data["rules"][1:]]

    caught = workshop.judge(Break("another output", ("decision", "event-disposition"), "x", data))

    assert caught.by == TESTS


def test_what_says_the_same_is_equivalent(workshop):
    data = dict(workshop.data()["decision", "may-resolve"])
    data["rules"] = [data["rules"][1], data["rules"][0], *data["rules"][2:]]

    caught = workshop.judge(Break("swap two rules", ("decision", "may-resolve"), "x", data))

    assert caught.by == EQUIVALENT


def test_the_workshop_works_on_what_is_shipped(workshop):
    shipped = loading.load([loading.shipped()]).sources

    assert set(workshop.data()) <= set(shipped)
