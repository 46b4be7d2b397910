"""The table of the board's verdict and the count of a vote say the same, on every board."""

from __future__ import annotations

from fractions import Fraction

import pytest

from server.domain.ballot import Result, Tally, Thresholds, needed
from server.rules import Rules
from tests.rules.tables import CAB

SHARE = Fraction(2, 3)
BOARD = Thresholds(SHARE, SHARE, three_way=True)
WORDS = {
    Result.APPROVED: "included",
    Result.REJECTED: "rejected",
    Result.UNDECIDED: "carried over",
}


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules({CAB.key: CAB})


@pytest.mark.parametrize("members", range(1, 61))
def test_the_table_agrees_with_the_count(rules, members) -> None:
    least = needed(SHARE, members)
    edges = sorted({0, 1, least - 1, least, members} & set(range(members + 1)))
    for includes in edges:
        for rejects in edges:
            if includes + rejects > members:
                continue
            tally = Tally(members, includes, rejects, members - includes - rejects)
            counted = BOARD.result(tally)
            assert counted is not None

            said = rules.decide(
                CAB, {"members": members, "includes": includes, "rejects": rejects}
            )

            assert said.value == WORDS[counted], tally
