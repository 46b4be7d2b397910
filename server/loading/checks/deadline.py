"""PRC063 deadline: a time limit that is over before it begins, or after it no longer matters.

`within` and `at_latest` are durations that people can keep: longer than nothing. Where a step has
both, the warning of `due` comes before the end.

    procedure: case-review
    steps:
      - step: judge
        title: Judge the case
        role: clerk
        do: Say whether the case is sound
        instruction: Read all of it, twice where money is concerned.
        due: { within: 0 days }

Right:

    procedure: case-review
    steps:
      - step: judge
        title: Judge the case
        role: clerk
        do: Say whether the case is sound
        instruction: Read all of it, twice where money is concerned.
        due: { within: 2 days }
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from server.domain.expression import Expression
from server.domain.expression.tree import Call, Constant, Now
from server.domain.step import (
    Approve,
    Do,
    Due,
    Step,
    WaitUntil,
)
from server.loading.desk import is_sound
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "PRC063"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for _, source, step, path in manuscript.walked():
        due, latest = _limits(step)
        within = _amount(None if due is None else due.within)
        ends = _amount(latest)
        for limit, place in ((within, ("due", "within")), (ends, ("at_latest",))):
            if limit is not None and limit.is_nothing:
                yield Diagnostic(
                    CODE,
                    source.mark(*path, *place),
                    "This time is over before it begins.",
                    "Give people a duration such as 2 days.",
                )
        if _comes_first(ends, within):
            yield Diagnostic(
                CODE,
                source.mark(*path, "due", "within"),
                "The step ends before this is due.",
                "Let it be due before 'at_latest'.",
            )


@dataclass(frozen=True, slots=True)
class _Amount:
    """So much time, elapsed or working, or so many working days; those of one `unit` compare."""

    unit: str
    amount: Any

    @property
    def is_nothing(self) -> bool:
        return bool(self.amount <= type(self.amount)())


def _comes_first(ends: _Amount | None, within: _Amount | None) -> bool:
    if ends is None or within is None or ends.is_nothing or ends.unit != within.unit:
        return False
    return bool(ends.amount <= within.amount)


def _limits(step: Step) -> tuple[Due | None, Expression | None]:
    match step.action:
        case Do(due=due):
            return due, None
        case Approve(due=due, at_latest=latest):
            return due, latest
        case WaitUntil(at_latest=latest):
            return None, latest
        case _:
            return None, None


def _amount(expression: Expression | None) -> _Amount | None:
    """The amount of time that is written there, where one is."""
    if expression is None or not is_sound(expression):
        return None
    match expression.tree:
        case Constant(value=timedelta() as length):
            return _Amount("elapsed", length)
        case Call(function=function, arguments=(Now(), Constant(value=amount))):
            return _Amount(function, amount)
        case _:
            return None
