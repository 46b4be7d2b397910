"""What the words of `approve` become."""

from fractions import Fraction

import pytest

from server.domain.ballot import Mark
from server.domain.step import (
    BECAUSE,
    Approve,
    said,
)
from tests.loading.test_language import read, sound

VOTE = {
    "step": "vote",
    "title": "Vote on the case",
    "approve": "case",
    "instruction": "Read all of it, twice where money is concerned.",
    "signers": [{"role": "clerk"}],
    "outcomes": {"approved": "done", "rejected": "done"},
}


def vote(folder, **over) -> Approve:
    step = sound(folder, [VOTE | over], roles={"clerk": "anyone"}).steps[0]
    assert isinstance(step.action, Approve)
    return step.action


def test_all_sign_where_nothing_else_is_said(tmp_path):
    action = vote(tmp_path)

    assert (action.passes, action.fails, action.again) == ("all", None, "all")
    assert action.text == "Vote on the case"
    assert action.marks == (Mark.APPROVE, Mark.REJECT)
    assert [signer.role for signer in action.signers] == ["clerk"]


def test_shares_are_fractions_and_numbers_are_numbers(tmp_path):
    action = vote(
        tmp_path,
        passes="2/3",
        fails="2/3",
        ballot={"approve": "Include it", "abstain": "Carry it over"},
        outcomes={"approved": "done", "rejected": "done", "undecided": "done"},
    )

    assert (action.passes, action.fails) == (Fraction(2, 3), Fraction(2, 3))
    assert [action.label(mark) for mark in action.marks] == [
        "Include it",
        "Reject",
        "Carry it over",
    ]
    assert vote(tmp_path, passes=2, signers=[{"role": "clerk"}] * 2).passes == 2


@pytest.mark.parametrize("passes", [0.67, "67 %", "most", "0", "3/2"])
def test_nothing_else_is_a_threshold(tmp_path, passes):
    _, told = read(tmp_path, [VOTE | {"passes": passes}], roles={"clerk": "anyone"})

    assert len(told) == 1
    assert "passes" in told[0] or "no share of the seats" in told[0]


def test_whoever_rejects_says_why_and_fills_in_what_the_outcome_needs(tmp_path):
    outcomes = {"approved": "done", "rejected": {"needs": ["dear"], "then": "done"}}
    asks = {"dear": {"question": "Is it too dear?", "required": "no"}}
    step = sound(
        tmp_path, [VOTE | {"outcomes": outcomes, "asks": asks}], roles={"clerk": "anyone"}
    ).steps[0]

    assert said(step, Mark.REJECT).needs == ("dear", BECAUSE)
    assert said(step, Mark.APPROVE).needs == ()


def test_the_count_can_be_read_afterwards(tmp_path):
    steps = [
        VOTE | {"as": "votes", "outcomes": {"approved": "many", "rejected": "many"}},
        {
            "step": "many",
            "choose": [
                {"rule": "most", "if": "votes.approvals > votes.rejections", "then": "done"},
                {"rule": "none", "otherwise": "done"},
            ],
        },
    ]

    sound(tmp_path, steps, roles={"clerk": "anyone"})


@pytest.mark.parametrize(
    ("over", "sentence"),
    [
        (
            {"passes": "2/3", "fails": "2/3"},
            "What follows when this vote is 'undecided'?",
        ),
        (
            {"outcomes": {"approved": "done", "rejected": "done", "undecided": "done"}},
            "This vote never is 'undecided'.",
        ),
        ({"at_latest": "3 days"}, "What follows when this vote is 'late'?"),
        ({"asks": {"because": "Why?"}}, "'because' is asked of every signer."),
        ({"signers": [{"role": "manager"}]}, "'manager' is not among the roles"),
        ({"form": "note"}, "Form 'note' is for records of 'note'"),
    ],
)
def test_what_does_not_fit_is_told(tmp_path, over, sentence):
    _, told = read(tmp_path, [VOTE | over], roles={"clerk": "anyone"})

    assert any(sentence in line for line in told), told
