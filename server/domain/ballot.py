"""A vote: how many seats must sign one way, and what has been decided. Exact, never percent.

Shares are counted over all seats, whether their holders sign or not, and as fractions: 67 % would
fail two votes of three, and 66 % would pass 33 of 50.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Quota = Literal["all", "one"] | int | Fraction
"""How many seats: all, one, a number from 1, or a share above 0 and up to 1 of all seats."""


class Mark(enum.StrEnum):
    """What one seat says. The values are stored and shown; renaming one needs a migration."""

    APPROVE = "approve"
    REJECT = "reject"
    ABSTAIN = "abstain"


class Result(enum.StrEnum):
    """What a vote ends with. The values are the outcomes of `approve`."""

    APPROVED = "approved"
    REJECTED = "rejected"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What passes and what fails a vote. `fails` None: as many as keep it from passing.

    `three_way`: a seat may abstain instead.
    """

    passes: Quota
    fails: Quota | None = None
    three_way: bool = False

    def to_pass(self, seats: int) -> int:
        """The least number of approvals that passes. It may be more than there are seats."""
        return needed(self.passes, seats)

    def to_fail(self, seats: int) -> int:
        """The least number of rejections that fails. It may be more than there are seats."""
        if self.fails is None:
            return max(1, seats - self.to_pass(seats) + 1)
        return needed(self.fails, seats)

    def result(self, tally: Tally) -> Result | None:
        """What is decided, as soon as it cannot change however the rest sign; until then None."""
        to_pass, to_fail = self.to_pass(tally.seats), self.to_fail(tally.seats)
        if tally.approve >= to_pass:
            return Result.APPROVED
        if tally.reject >= to_fail:
            return Result.REJECTED
        can_pass = tally.approve + tally.open >= to_pass
        can_fail = tally.reject + tally.open >= to_fail
        return None if tally.open and (can_pass or can_fail) else Result.UNDECIDED

    def clash(self) -> Tally | None:
        """The smallest vote that both passes and fails; None where there is none."""
        if self.fails is None:
            return None
        both = (_share(self.passes), _share(self.fails))
        if Fraction(1) in both or (None not in both and sum(filter(None, both)) > 1):
            return None
        seats = 1
        while (approve := self.to_pass(seats)) + (reject := self.to_fail(seats)) > seats:
            seats += 1
        return Tally(seats, approve, reject)

    @property
    def may_stay_undecided(self) -> bool:
        """Whether all may have signed and nothing is decided, on a board of whichever size."""
        if self.three_way:
            return True
        if self.fails is None:
            return False
        passes, fails = _share(self.passes), _share(self.fails)
        if passes is not None and fails is not None:
            return passes + fails > 1
        # A number weighs most on the smallest board that can pass at all.
        seats = self.passes if isinstance(self.passes, int) else 1
        return self.to_pass(seats) + self.to_fail(seats) > seats + 1


@dataclass(frozen=True, slots=True)
class Tally:
    """The marks so far on a board of `seats`; what is left of the seats is open.

    Raises:
        ValueError: nobody sits on the board, or there are more marks than seats: one was
            counted twice.
    """

    seats: int
    approve: int = 0
    reject: int = 0
    abstain: int = 0

    def __post_init__(self) -> None:
        if self.seats < 1:
            raise ValueError("A board without a seat decides nothing.")
        if min(self.approve, self.reject, self.abstain, self.open) < 0:
            raise ValueError("Each seat is marked once at most.")

    @property
    def open(self) -> int:
        return self.seats - self.approve - self.reject - self.abstain


def needed(quota: Quota, seats: int) -> int:
    """The least number of seats that meets the quota on a board of `seats`."""
    match quota:
        case "all":
            return seats
        case "one":
            return 1
        case Fraction():
            return math.ceil(quota * seats)
        case _:
            return quota


def _share(quota: Quota) -> Fraction | None:
    """The quota as a share of every board, where it is one; None for a number."""
    if quota == "all":
        return Fraction(1)
    return quota if isinstance(quota, Fraction) else None
