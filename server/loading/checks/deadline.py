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
from datetime import timedelta

from server.domain.expression import Expression
from server.domain.expression.tree import Constant
from server.domain.procedure import Approve, Do, Due, Step, WaitUntil
from server.loading.desk import is_sound
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "PRC063"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for _, source, step, path in manuscript.walked():
        due, latest = _limits(step)
        within = _constant(None if due is None else due.within)
        ends = _constant(latest)
        for limit, place in ((within, ("due", "within")), (ends, ("at_latest",))):
            if limit is not None and limit <= timedelta():
                yield Diagnostic(
                    CODE,
                    source.mark(*path, *place),
                    "This time is over before it begins.",
                    "Give people a duration such as 2 days.",
                )
        if within is not None and ends is not None and timedelta() < ends <= within:
            yield Diagnostic(
                CODE,
                source.mark(*path, "due", "within"),
                "The step ends before this is due.",
                "Let it be due before 'at_latest'.",
            )


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


def _constant(expression: Expression | None) -> timedelta | None:
    """The duration that is written there, where one is."""
    if expression is None or not is_sound(expression):
        return None
    tree = expression.tree
    return tree.value if isinstance(tree, Constant) and isinstance(tree.value, timedelta) else None
