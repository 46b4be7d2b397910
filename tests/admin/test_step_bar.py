"""The bar above a task leads from what was done to what may really come next."""

import pytest

from admin.step_bar import step_bar
from tests import shipped


def bar(procedure, here, *, done=(), current=None, is_open=True):
    found = step_bar(
        shipped.definitions().procedures[procedure],
        here,
        done=done,
        current={here} if current is None else current,
        is_open=is_open,
    )
    return [(item.title, item.state) for item in found]


def test_it_shows_what_each_answer_leads_to_and_nothing_that_is_passed_by():
    assert bar("incident-request-registration", "ask") == [
        ("Ask how you can help", "now"),
        ("Look up the request", "later"),
        ("Register the request", "later"),
        ("Give the status", "later"),
    ]


def test_what_was_done_stands_before_it():
    found = bar("incident-request-registration", "register", done={"ask", "reached"})

    assert found == [("Ask how you can help", "done"), ("Register the request", "now")]


def test_after_a_task_that_is_done_stands_what_followed_it():
    found = bar(
        "incident-request-registration",
        "ask",
        done={"ask"},
        current={"register"},
        is_open=False,
    )

    assert found == [("Ask how you can help", "now"), ("Register the request", "later")]


def test_in_an_inner_list_what_follows_there_comes_first():
    found = bar("infrastructure-change-implementation", "prepare")

    assert found[0] == ("Prepare the implementation", "now")
    assert found[1] == ("Carry out the task", "later")


@pytest.mark.parametrize("procedure", ["release-definition", "planned-change-closure"])
def test_every_task_of_a_procedure_has_its_bar(procedure):
    for step in shipped.definitions().procedures[procedure].walk():
        found = bar(procedure, step.key)
        assert [title for title, state in found if state == "now"] == (
            [step.title] if found else []
        )


def test_a_step_that_is_there_no_more_has_none():
    assert bar("incident-request-registration", "of-old") == []
