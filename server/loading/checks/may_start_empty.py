"""PRC066 may-start-empty: turns are to be over early, and with nobody in the list they never begin.

No list has a member for sure. With none, `first`, a number or a share is over at once,
though nobody has done anything; and a condition is waited for, though nobody has a turn. A `choose`
before it that looks at the list, or the condition itself, says what happens then.

    procedure: case-review
    steps:
      - step: read
        title: Read a note
        for_each: note in notes
        finish_when: first
        role: clerk
        do: Read the note to the applicant
        instruction: Read all of it, slowly. Whoever does not follow is told it again.

Right:

    procedure: case-review
    steps:
      - step: any
        choose:
          - { rule: none, if: count(notes) = 0, then: finish }
          - { otherwise: read }
      - step: read
        title: Read a note
        for_each: note in notes
        finish_when: first
        role: clerk
        do: Read the note to the applicant
        instruction: Read all of it, slowly. Whoever does not follow is told it again.
      - { step: finish, end: decided }
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from server.domain.expression import Expression, nodes
from server.domain.expression.tree import Listing, Node
from server.domain.expression.walking import identity
from server.domain.procedure import Procedure
from server.domain.step import Choose, Turns
from server.loading.desk import is_sound
from server.loading.diagnostics import Diagnostic, Severity
from server.loading.manuscript import Manuscript

CODE = "PRC066"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for procedure, source, step, path in manuscript.walked():
        turns = step.each
        if turns is None or not _ends_early(turns) or not is_sound(turns.members):
            continue
        if isinstance(turns.members.tree, Listing) or _is_looked_at(turns, procedure):
            continue
        follows = (
            "this is over at once, though nobody has done anything"
            if turns.condition is None
            else "nobody has a turn, and the condition is waited for all the same"
        )
        yield Diagnostic(
            CODE,
            source.mark(*path, "finish_when"),
            f"With nothing in '{turns.members.text}' {follows}.",
            f"Ask before: choose by count({turns.members.text}) = 0.",
            Severity.WARNING,
        )


def _ends_early(turns: Turns) -> bool:
    """Also by a condition, if it is one: what reads nothing has been told to be none."""
    return turns.finish_when != "all" or (turns.condition is not None and bool(turns.given))


def _is_looked_at(turns: Turns, procedure: Procedure) -> bool:
    """Whether a gateway of the procedure, or the condition of the turns, reads the same list."""
    meant = identity(turns.members.tree)
    gates = (step.action for step in procedure.walk() if isinstance(step.action, Choose))
    read = [*turns.given.values(), *(item for gate in gates for item in gate.given.values())]
    return any(meant == identity(node) for node in _all_nodes(read))


def _all_nodes(expressions: Iterable[Expression]) -> Iterator[Node]:
    for expression in expressions:
        yield from nodes(expression.tree)
