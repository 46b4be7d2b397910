"""What requests say: few words often, many seldom."""

from __future__ import annotations

import itertools
from bisect import bisect
from collections.abc import Sequence
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")
THINGS = [
    "mailbox",
    "laptop",
    "printer",
    "network",
    "screen",
    "account",
    "calendar",
    "telephone",
    "database",
    "backup",
    "scanner",
    "server",
    "browser",
    "payroll",
    "dock",
    "certificate",
    "folder",
    "badge",
    "projector",
    "headset",
    "camera",
    "portal",
    "report",
    "firewall",
    "token",
    "licence",
    "keyboard",
    "ledger",
    "turbine",
    "spectrometer",
]
TROUBLES = [
    "is slow",
    "does not start",
    "is locked",
    "shows an error",
    "was lost",
    "is full",
    "is offline",
    "prints stripes",
    "stays black",
    "asks for a password",
    "cannot be found",
    "is out of date",
    "crashes at noon",
    "makes a noise",
    "was moved",
    "needs more room",
    "loses the connection",
    "shows old figures",
    "cannot be shared",
    "hangs",
]
PLACES = tuple(
    f"{house} {floor}" for house in ("House", "Hall", "Tower") for floor in range(1, 80)
)
SENTENCES = (
    "It began this morning.",
    "Others on the floor have the same.",
    "A restart did not help.",
    "It worked before the weekend.",
    "The message disappears too quickly to read.",
    "There is a way around, but it takes an hour.",
    "Nothing was changed that we know of.",
    "It happens again and again.",
    "The deadline is on Friday.",
    "We have tried it on another machine.",
)
RARE, RARE_EVERY = "quincunx", 20_000
"""A word that few requests hold, and one of how many does."""


class Zipf(Generic[T]):
    """Choices of which the second comes half as often as the first, the third a third as often."""

    def __init__(self, choices: Sequence[T]) -> None:
        self._choices = choices
        self._sums = list(itertools.accumulate(1 / (place + 1) for place in range(len(choices))))

    def draw(self, chance: Random) -> T:
        return self._choices[bisect(self._sums, chance.random() * self._sums[-1])]


_THING, _TROUBLE, _PLACE = Zipf(THINGS), Zipf(TROUBLES), Zipf(PLACES)


def summary(chance: Random) -> str:
    thing = _THING.draw(chance).capitalize()
    return f"{thing} {_TROUBLE.draw(chance)}, {_PLACE.draw(chance)}"


def description(chance: Random, number: int) -> str:
    told = f"{chance.choice(SENTENCES)} {chance.choice(SENTENCES)}"
    return f"{told} A {RARE} of lamps blinks." if number % RARE_EVERY == 0 else told
