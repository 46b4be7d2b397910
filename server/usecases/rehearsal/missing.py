"""Stories that nobody has told yet: the way to each edge left out, as YAML to be filled in."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from server.domain.ballot import Mark
from server.domain.beginning import Beginning
from server.domain.definitions import Definitions
from server.domain.procedure import Procedure
from server.domain.step import (
    BECAUSE,
    LATE,
    RESULTS,
    Approve,
    AsNeeded,
    Call,
    Choose,
    Decide,
    Do,
    Question,
    Step,
    WaitUntil,
)
from server.domain.ways import DONE, inner_lists
from server.usecases.rehearsal.coverage import ON, Covered, Edge, ways

AS_NEEDED = "as_needed"
"""In place of a step: what is offered is begun."""
BLANK = "___"
"""What stands where an author has to fill in something. It is no value of any type."""
_MARKS = {outcome: mark for mark, outcome in RESULTS.items()}
"""What signers say for a round to end so; for what is decided otherwise the author knows best."""


@dataclass(frozen=True, slots=True)
class _Move:
    """From a step by a way to the step that follows; None at the end of the run."""

    step: str
    way: str
    to: str | None


def stories(definitions: Definitions, covered: Covered) -> Iterator[str]:
    """A story for each edge that is left, but for those that another such story passes."""
    left = set(covered.left)
    for edge in covered.left:
        if edge not in left:
            continue
        found = _way(covered.procedure, edge)
        if found is None:
            continue
        start, moves = found
        left -= {Edge(None, start.key), *(Edge(move.step, move.way) for move in moves)}
        yield _story(definitions, covered.procedure, edge, start, moves)


def _way(procedure: Procedure, edge: Edge) -> tuple[Beginning, tuple[_Move, ...]] | None:
    """The shortest way from a start past the edge, and on to an end where that is straight."""
    moves = _moves(procedure)
    for start in procedure.starts:
        first = start.begins_at or procedure.steps[0].key
        if edge.step is None:
            if edge.way == start.key:
                return start, _straight(moves, first)
            continue
        found = _search(moves, first, edge)
        if found is not None:
            return start, _to_its_end(moves, found)
    for item in offers(procedure):
        found = _search(moves, item.steps[0].key, edge) if item.steps else None
        if found is not None and procedure.starts:
            offered = _Move(AS_NEEDED, item.key, item.steps[0].key)
            return procedure.starts[0], (offered, *_to_its_end(moves, found))
    return None


def _to_its_end(moves: Mapping[str, list[_Move]], path: tuple[_Move, ...]) -> tuple[_Move, ...]:
    last = path[-1].to
    return (*path, *(_straight(moves, last) if last else ()))


def offers(procedure: Procedure) -> Iterator[AsNeeded]:
    """All that a procedure offers as needed."""
    yield from procedure.as_needed
    for step in procedure.walk():
        yield from getattr(step.action, "as_needed", ())


def _search(moves: Mapping[str, list[_Move]], first: str, edge: Edge) -> tuple[_Move, ...] | None:
    waiting: deque[tuple[str, tuple[_Move, ...]]] = deque([(first, ())])
    seen = {first}
    while waiting:
        step, path = waiting.popleft()
        for move in moves.get(step, ()):
            if (move.step, move.way) == (edge.step, edge.way):
                return (*path, move)
            if move.to is not None and move.to not in seen:
                seen.add(move.to)
                waiting.append((move.to, (*path, move)))
    return None


def _straight(moves: Mapping[str, list[_Move]], step: str | None) -> tuple[_Move, ...]:
    """On from a step, for as long as there is only one way."""
    path: list[_Move] = []
    while step is not None and len(moves.get(step, ())) == 1:
        [move] = moves[step]
        if move in path:
            break
        path.append(move)
        step = move.to
    return tuple(path)


def _moves(procedure: Procedure) -> dict[str, list[_Move]]:
    found: dict[str, list[_Move]] = {}
    for steps in (procedure.steps, *(item.steps for item in procedure.as_needed)):
        for move in _of_list(steps, None):
            found.setdefault(move.step, []).append(move)
    return found


def _of_list(steps: tuple[Step, ...], after: str | None) -> Iterator[_Move]:
    """The moves of a list; `after` is what follows it."""
    for index, step in enumerate(steps):
        following = step.then or (steps[index + 1].key if index + 1 < len(steps) else DONE)
        for inner in inner_lists(step):
            yield _Move(step.key, ON, inner.steps[0].key if inner.steps else after)
            yield from _of_list(inner.steps, _target(following, after))
        if step.is_last:
            yield _Move(step.key, ON, None)
            continue
        for way in ways(step):
            then = following
            if isinstance(step.action, Choose):
                rule = next(item for item in step.action.gateway.rules if item.key == way)
                then = str(rule.then["then"])
            elif way in step.outcomes:
                then = step.outcomes[way].then or following
            yield _Move(step.key, way, _target(then, after))


def _target(key: str, after: str | None) -> str | None:
    return after if key == DONE else key


# -- as YAML --------------------------------------------------------------------------------------


def _story(
    definitions: Definitions,
    procedure: Procedure,
    edge: Edge,
    start: Beginning,
    moves: tuple[_Move, ...],
) -> str:
    where = f"begun by {edge.way}" if edge.step is None else edge.step
    outcome = f", {edge.way}" if edge.step and edge.way != ON else ""
    lines = [
        f'  - story: "{procedure.title}: {where}{outcome}"',
        "    when:",
        f"      - {_begin(definitions, procedure, start)}",
    ]
    if procedure.chapter is not None:
        lines.insert(1, f'    ledger: ["{procedure.chapter}.{procedure.number or 0} {BLANK}"]')
    for move in moves:
        if move.step == AS_NEEDED:
            lines.append(f"      - {{ as_needed: {move.way}, by: {BLANK} }}")
        else:
            lines += _line(definitions, procedure.step(move.step), move)
    lines += ["    then:", f"      open: [{BLANK}]"]
    return "\n".join(lines) + "\n"


def _begin(definitions: Definitions, procedure: Procedure, start: Beginning) -> str:
    if start.when is not None:
        return f"{{ new: {start.when}, with: {{ {BLANK}: {BLANK} }} }}"
    key = f"begin: {procedure.key}, start: {start.key}"
    if start.by is None:
        return f"{{ {key}, about: {BLANK} }}"
    answers = ", ".join(f"{field}: {BLANK}" for field in _needed(definitions, start.form))
    return f"{{ {key}, by: {start.by}, answers: {{ {answers} }} }}"


def _line(definitions: Definitions, step: Step, move: _Move) -> Iterator[str]:
    match step.action:
        case Do() as action:
            needed = [
                *_needed(definitions, action.form),
                *_asked(action.asks),
            ]
            if move.way in step.outcomes:
                needed += [key for key in step.outcomes[move.way].needs if key not in needed]
            yield f"      - complete: {step.key}"
            yield f"        by: {action.role}"
            if move.way != ON:
                yield f"        outcome: {move.way}"
            if needed:
                answers = ", ".join(f"{key}: {BLANK}" for key in needed)
                yield f"        answers: {{ {answers} }}"
        case Approve() as action:
            yield from _signatures(definitions, step.key, action, move.way)
        case WaitUntil():
            yield f"      - after: {BLANK}   # until '{step.title or step.key}' is over"
        case Call(procedure=called):
            yield f"      # what {called} asks for{f', until it is {move.way}' if move.way else ''}"
        case Decide(decision=decision) if move.way != ON:
            yield f"      # so that {decision} says {move.way}"
        case Choose():
            yield f"      # so that {step.key} goes by {move.way}"
        case _:
            return


def _signatures(definitions: Definitions, step: str, action: Approve, way: str) -> Iterator[str]:
    mark = _MARKS.get(way)
    needed = [*_needed(definitions, action.form), *_asked(action.asks)]
    if mark is not Mark.APPROVE:
        needed.append(BECAUSE)
    for signer in action.signers if way != LATE else ():
        yield f"      - complete: {step}"
        yield f"        by: {signer.role}"
        yield f"        outcome: {mark or BLANK}"
        if needed:
            yield f"        answers: {{ {', '.join(f'{key}: {BLANK}' for key in needed)} }}"
    if way == LATE:
        yield f"      - after: {BLANK}"
    if way != ON:
        yield f"      # so that it is {way}"


def _asked(questions: Mapping[str, Question]) -> Iterator[str]:
    """The questions of a step that have to be answered."""
    return (key for key, question in questions.items() if question.required)


def _needed(definitions: Definitions, key: str | None) -> Iterator[str]:
    """The fields of a form that have to be filled in."""
    form = definitions.forms.get(key or "")
    if form is None:
        return
    fields = definitions.entities[form.entity].fields
    for item in form.fields:
        required = fields[item.field].required if item.required is None else item.required
        if required and not item.read_only:
            yield item.field
