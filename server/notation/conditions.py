"""How a condition reads on a diagram."""

from __future__ import annotations

from server.domain.expression import Expression, Problem, parse
from server.domain.expression.tree import Comparison, Constant, Membership, Node, Path
from server.domain.words import words


def said(condition: Expression) -> str:
    """`change.status in [closed, cancelled]` reads "the change is closed or cancelled".

    What asks for anything but one record's status is told as it was written. Whose status it is
    stands in the text: where rules are asked, each path has become an input with a name of its own.
    """
    written = parse(condition.text)
    name = None if isinstance(written, Problem) else _whose(written.tree)
    named = [_named(status) for status in _statuses(condition.tree)]
    if name is None or not named or not all(named):
        return condition.text
    *first, last = named
    listed = f"{', '.join(first)} or {last}" if first else last
    return f"the {words(name)} is {listed}"


def _whose(written: Node) -> str | None:
    """The record whose status is asked for; None where it is not just that."""
    match written:
        case (
            Membership(operand=Path(parts=(name, "status")))
            | Comparison(operator="=", left=Path(parts=(name, "status")))
        ):
            return name
        case _:
            return None


def _statuses(condition: Node) -> tuple[Node, ...]:
    match condition:
        case Membership(items=items):
            return items
        case Comparison(right=status):
            return (status,)
        case _:
            return ()


def _named(status: Node) -> str:
    """The status in words; empty for what has to be looked up first."""
    return words(str(status.value)) if isinstance(status, Constant) else ""
