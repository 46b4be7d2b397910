"""Votes are exact on every board, and decided as soon as they cannot change."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.ballot import Result, Tally, Thresholds, needed

BOARDS = range(1, 61)
SHARES = [Fraction(1, 3), Fraction(1, 2), Fraction(2, 3), Fraction(3, 4), Fraction(1)]

shares = st.fractions(min_value=Fraction(1, 12), max_value=1, max_denominator=12)
quotas = st.sampled_from(["all", "one"]) | st.integers(1, 8) | shares
thresholds = st.builds(Thresholds, quotas, st.none() | quotas, st.booleans())


@st.composite
def tallies(draw, *, three_way, complete=False):
    board = draw(st.integers(1, 20))
    approve = draw(st.integers(0, board))
    abstain = draw(st.integers(0, board - approve)) if three_way else 0
    left = board - approve - abstain
    return Tally(board, approve, left if complete else draw(st.integers(0, left)), abstain)


def endings(tally, *, three_way):
    """Every way in which the open seats may still sign."""
    for approve in range(tally.open + 1):
        rest = tally.open - approve
        for abstain in range(rest + 1) if three_way else (0,):
            yield Tally(
                tally.seats,
                tally.approve + approve,
                tally.reject + rest - abstain,
                tally.abstain + abstain,
            )


class TestTwoThirds:
    def test_two_of_three_pass(self):
        board = Thresholds(Fraction(2, 3), Fraction(2, 3))

        assert board.result(Tally(3, approve=2)) is Result.APPROVED

    def test_thirty_three_of_fifty_do_not(self):
        board = Thresholds(Fraction(2, 3), Fraction(2, 3), three_way=True)

        assert board.result(Tally(50, approve=33, abstain=17)) is Result.UNDECIDED
        assert board.result(Tally(50, approve=34, abstain=16)) is Result.APPROVED

    def test_who_abstains_counts_among_the_members(self):
        board = Thresholds(Fraction(2, 3), Fraction(2, 3), three_way=True)

        assert board.result(Tally(4, approve=2, abstain=2)) is Result.UNDECIDED

    @pytest.mark.parametrize("share", SHARES, ids=str)
    def test_every_board_agrees_with_exact_fractions(self, share):
        for seats in BOARDS:
            for approve in range(seats + 1):
                assert (approve >= needed(share, seats)) == (Fraction(approve, seats) >= share)

    def test_every_board_and_vote_has_the_result_that_the_share_of_its_members_calls_for(self):
        share = Fraction(2, 3)
        board = Thresholds(share, share, three_way=True)
        for seats in BOARDS:
            for approve, reject in product(range(seats + 1), repeat=2):
                if approve + reject > seats:
                    continue
                expected = Result.UNDECIDED
                if Fraction(reject, seats) >= share:
                    expected = Result.REJECTED
                elif Fraction(approve, seats) >= share:
                    expected = Result.APPROVED
                tally = Tally(seats, approve, reject, seats - approve - reject)
                assert board.result(tally) is expected


class TestBoards:
    def test_an_empty_board_decides_nothing(self):
        with pytest.raises(ValueError, match="without a seat"):
            Tally(0)

    def test_a_seat_that_is_marked_twice_is_not_counted(self):
        with pytest.raises(ValueError, match="marked once"):
            Tally(3, approve=2, reject=2)

    def test_a_number_is_not_lowered_to_the_seats_there_are(self):
        assert needed(3, 2) == 3

    def test_all_must_sign_and_one_refusal_is_enough(self):
        signatures = Thresholds("all", "one")

        assert signatures.result(Tally(3, approve=2)) is None
        assert signatures.result(Tally(3, approve=3)) is Result.APPROVED
        assert signatures.result(Tally(3, approve=1, reject=1)) is Result.REJECTED


class TestDecision:
    @given(data=st.data(), vote=thresholds)
    def test_comes_as_soon_as_it_cannot_change_and_no_sooner(self, data, vote):
        if vote.clash() is not None:
            return
        tally = data.draw(tallies(three_way=vote.three_way))

        ends = {vote.result(ending) for ending in endings(tally, three_way=vote.three_way)}

        assert None not in ends
        now = vote.result(tally)
        assert (now is not None) == (len(ends) == 1)
        assert now is None or ends == {now}

    @given(data=st.data(), passes=quotas)
    def test_without_a_threshold_of_its_own_refusal_is_what_keeps_it_from_passing(
        self, data, passes
    ):
        vote = Thresholds(passes)
        tally = data.draw(tallies(three_way=False, complete=True))
        if needed(passes, tally.seats) > tally.seats:
            return

        assert (vote.result(tally) is Result.APPROVED) == (
            tally.approve >= needed(passes, tally.seats)
        )
        assert vote.result(tally) in {Result.APPROVED, Result.REJECTED}


class TestHalves:
    def test_a_vote_of_one_half_may_both_pass_and_fail(self):
        assert Thresholds(Fraction(1, 2), Fraction(1, 2)).clash() == Tally(2, 1, 1)

    def test_two_thirds_cannot(self):
        assert Thresholds(Fraction(2, 3), Fraction(2, 3)).clash() is None

    def test_neither_can_a_threshold_that_is_left_out(self):
        assert Thresholds(Fraction(1, 2)).clash() is None

    def test_two_approvals_and_one_rejection_meet_on_a_board_of_three(self):
        assert Thresholds(2, "one").clash() == Tally(3, 2, 1)

    @given(vote=thresholds)
    def test_the_counter_example_is_the_smallest_there_is(self, vote):
        clash = vote.clash()

        smaller = range(1, clash.seats if clash else 200)
        assert all(vote.to_pass(seats) + vote.to_fail(seats) > seats for seats in smaller)
        if clash is not None:
            assert clash.approve >= vote.to_pass(clash.seats)
            assert clash.reject >= vote.to_fail(clash.seats)


class TestUndecided:
    @given(vote=thresholds)
    def test_is_possible_just_when_some_board_can_end_so(self, vote):
        if vote.clash() is not None:
            return
        least = vote.passes if isinstance(vote.passes, int) else 1

        found = any(
            vote.result(ending) is Result.UNDECIDED
            for seats in range(least, 30)
            for ending in endings(Tally(seats), three_way=vote.three_way)
        )

        assert vote.may_stay_undecided == found

    def test_all_against_one_never_is(self):
        assert not Thresholds("all", "one").may_stay_undecided
        assert not Thresholds("one", "all").may_stay_undecided

    def test_two_thirds_against_two_thirds_may_be(self):
        assert Thresholds(Fraction(2, 3), Fraction(2, 3)).may_stay_undecided


@pytest.mark.parametrize(
    ("passes", "fails"),
    [
        (Fraction(2, 3), Fraction(1, 3)),
        (Fraction(2, 3), Fraction(2, 3)),
        (Fraction(1, 2), Fraction(3, 5)),
        (Fraction(3, 7), Fraction(4, 7)),
        ("all", Fraction(1, 2)),
    ],
)
def test_whole_votes_of_1_to_60_seats_end_as_exact_shares_say(passes, fails):
    """All votes in which everybody has signed for or against; counted here, with fractions."""
    share = Fraction(1) if passes == "all" else passes
    thresholds = Thresholds(passes, fails)
    for seats in range(1, 61):
        for approve in range(seats + 1):
            reject = seats - approve
            passed = Fraction(approve, seats) >= share
            failed = Fraction(reject, seats) >= fails
            expected = {Result.APPROVED} if passed else set()
            expected |= {Result.REJECTED} if failed else set()
            found = thresholds.result(Tally(seats, approve, reject))
            assert found in (expected or {Result.UNDECIDED}), (seats, approve)
