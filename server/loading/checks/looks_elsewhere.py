"""TGT001 looks-elsewhere: a condition of a service target looks at more than its own record.

Where a clock stands is found from the changes of its record. What other records hold, who holds a
role and what time it is leave no trace there, so nobody could say later when it stood still.

    target: case-decided
    pauses_while: owner is null or owner.name = "Nobody"

Right:

    target: case-decided
    pauses_while: owner is null
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.expression import Expression, Node, nodes
from server.domain.expression.functions import CALENDAR
from server.domain.expression.tree import Call, Fields, Now, Path
from server.domain.expression.walking import free_paths
from server.domain.target import Agreed, Target
from server.loading import marked
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "TGT001"
PASSING = CALENDAR | {"holders"}
"""Functions whose value may be another tomorrow."""


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, target in manuscript.targets.items():
        source = manuscript.source("target", key)
        for path, expression in _read(target):
            outside = {path.span for path in free_paths(expression.tree)}
            for node in nodes(expression.tree):
                if isinstance(node, Path) and node.span not in outside:
                    continue  # a field of a member, of whose list it is told
                sentence = _elsewhere(node)
                if sentence is not None:
                    yield Diagnostic(
                        CODE,
                        source.inside(path, node.span[0]),
                        sentence,
                        "Have a procedure write what matters into a field of the record.",
                    )


def _read(target: Target) -> Iterator[tuple[marked.Path, Expression]]:
    for name in ("counts_while", "pauses_while", "done_when", "void_when"):
        found = getattr(target, name)
        if found is not None:
            yield (name,), found
    if isinstance(target.goal, Agreed):
        for name, found in target.goal.given.items():
            yield ("goal", "given", name), found


def _elsewhere(node: Node) -> str | None:
    match node:
        case Now():
            return "A target does not look at the time: its clock does."
        case Call(function=function) if function in PASSING:
            return f"'{function}' may say something else tomorrow."
        case Fields() | Path(all_of=str()):
            return "This looks at other records."
        case Path(parts=parts) if len(parts) > 1:
            return f"'{'.'.join(parts)}' is a field of another record."
        case _:
            return None
