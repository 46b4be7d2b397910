"""Fields that belong to an open run: its tasks change them, and nobody else.

While a run is about a record, what its procedure writes (by `set`, or on forms about the record)
changes through its tasks only. Source: execution, *People, records and runs*.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from server.domain.definitions import Book
from server.domain.expression.tree import Path
from server.domain.procedure import Procedure
from server.domain.run import Run
from server.domain.step import (
    Approve,
    Assignment,
    Do,
    Step,
)
from server.domain.values import RecordRef
from server.usecases.running import Running


@dataclass(frozen=True, slots=True)
class Hold:
    """The run that writes a field, and its open task that does so; None where none does now."""

    run: int
    procedure: str
    task: int | None = None
    step: str = ""


def holds(running: Running, record: RecordRef, *, to_change: bool = False) -> Mapping[str, Hold]:
    """The fields of a record that open runs write.

    `to_change` holds these runs' rows, as whoever goes on to change the record must: runs first.
    """
    found: dict[str, Hold] = {}
    for run_id in running.runs.open_about([record]):
        run = running.runs.load(run_id, hold=to_change)
        if run is not None and run.is_open:
            found |= _holds_of(run, running.readable_book(run))
    return found


def written_fields(book: Book) -> frozenset[str]:
    """The fields of a run's record that its procedure writes, in whichever step."""
    procedure = book.procedure
    fields = set(_assigned(procedure, *(start.set for start in procedure.starts)))
    for step in procedure.walk():
        fields |= set(_written(step, book))
    return frozenset(fields)


def sentence(title: str, hold: Hold) -> str:
    """Why a field cannot be changed by hand."""
    if hold.task is None:
        return f"{title} is changed by the steps of '{hold.procedure}' only (run {hold.run})."
    return (
        f"{title} is changed by the task '{hold.step}' of '{hold.procedure}' (task {hold.task})."
    )


def _holds_of(run: Run, book: Book) -> dict[str, Hold]:
    title = book.procedure.title
    found = dict.fromkeys(written_fields(book), Hold(run.id, title))
    steps = {step.key: step for step in book.procedure.walk()}
    for task in run.open_tasks:
        if task.step not in steps:
            continue
        step = steps[task.step]
        of_task = Hold(run.id, title, task.id, step.title)
        found |= dict.fromkeys(_written(step, book), of_task)
    return found


def _written(step: Step, book: Book) -> Iterator[str]:
    """The fields of the run's record that this step writes."""
    procedure = book.procedure
    outcomes = (outcome.set for outcome in step.outcomes.values())
    yield from _assigned(procedure, step.set, *outcomes)
    action = step.action
    if not isinstance(action, Do | Approve) or action.form is None:
        return
    if isinstance(action, Do) and action.creates is not None:
        return
    if isinstance(action, Approve) and action.item and not _is_own(procedure, action.item.tree):
        return
    if step.about is None or _is_own(procedure, step.about.tree):
        form = book.forms[action.form]
        yield from (item.field for item in form.fields if not item.read_only)


def _assigned(procedure: Procedure, *groups: tuple[Assignment, ...]) -> Iterator[str]:
    for group in groups:
        for item in group:
            if _is_own(procedure, item.record.tree):
                yield item.field


def _is_own(procedure: Procedure, node: object) -> bool:
    """Whether an expression is the name of the run's record."""
    return isinstance(node, Path) and node.parts == (procedure.about,)
