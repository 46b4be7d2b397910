"""How a condition reads on a diagram."""

from __future__ import annotations

from server.domain.expression import Expression
from server.domain.expression.tree import Comparison, Constant, Membership, Node, Path
from server.domain.words import words


def said(condition: Expression) -> str:
    """`change.status in [closed, cancelled]` reads "the change is closed or cancelled".

    What asks for anything but one record's status is told as it was written.
    """
    match condition.tree:
        case Membership(operand=Path(parts=(name, "status")), items=items):
            statuses: tuple[Node, ...] = items
        case Comparison(operator="=", left=Path(parts=(name, "status")), right=status):
            statuses = (status,)
        case _:
            return condition.text
    named = [_named(status) for status in statuses]
    if not all(named):
        return condition.text
    *first, last = named
    listed = f"{', '.join(first)} or {last}" if first else last
    return f"the {words(name)} is {listed}"


def _named(status: Node) -> str:
    """The status in words; empty for what has to be looked up first."""
    return words(str(status.value)) if isinstance(status, Constant) else ""
