"""Rounds of signing: who has a seat, what each says, and what has been decided.

A seat per signer and per record it is held for; any holder of the seat signs once; decided as soon
as it cannot change; entering the step again is a new round. Nobody signs what they have asked for
themselves: who stands in for the role takes the seat; a person of a board is left out, as the
history tells. Source: language reference, *Approvals*.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from server.domain.ballot import Mark, Result
from server.domain.decision import NoVerdict
from server.domain.round import BoardSeat, Round, seats_as_values
from server.domain.run import Seat, Task
from server.domain.somebody import PERSON
from server.domain.step import (
    LATE,
    Approve,
    Step,
)
from server.domain.values import RecordRef, Value
from server.engine import events as happened
from server.engine import seats
from server.engine.asking import who_asked
from server.engine.deadlines import Deadlines
from server.engine.draft import Draft
from server.engine.facts import Facts
from server.engine.moments import moment_of
from server.engine.walk import StepFailed, Walk

ASKED = "asked"
"""What the table of a signer's condition says where the signer is needed."""
APPROVAL = "approval"
"""The entity whose records are the signatures."""
REFUSERS = "refusers"


@dataclass(frozen=True, slots=True)
class Signature:
    """What the holder of a seat says, and of which revision of the item; `signer` is who."""

    mark: Mark
    because: str | None
    signer: RecordRef | None
    revision: int | None = None


class Signing:
    """The rounds of one command."""

    def __init__(
        self,
        draft: Draft,
        people: seats.People,
        roles: seats.Roles,
        facts: Facts,
        deadlines: Deadlines,
    ) -> None:
        self._draft = draft
        self._people = people
        self._roles = roles
        self._facts = facts
        self._deadlines = deadlines

    def open(self, walk: Walk, scope: int, step: Step, action: Approve) -> None:
        """Ask everybody who has to sign, anew or where they refused last time.

        Raises:
            StepFailed: nobody has to sign, or fewer than it takes to pass; a seat has no holder.
        """
        before = walk.run.scopes[scope].rounds.get(step.key)
        item = self._item(walk, scope, action)
        given: list[tuple[BoardSeat, Seat | None]] = []
        recused: list[RecordRef] = []
        number = walk.run.task_count
        for wanted in self._wanted(walk, scope, step, action):
            kept = _kept(action, before, wanted)
            if kept is not None:
                given.append((kept, None))
                continue
            seat = self._seat(walk, step, action, wanted, item)
            if seat is None:
                assert wanted.of is not None
                recused.append(wanted.of)
                continue
            number += 1
            given.append((replace(wanted, task=number), seat))
        self._must_pass(walk, step, action, len(given))
        walk.happen(
            happened.RoundOpened(
                step.key,
                scope,
                before.number + 1 if before else 1,
                seats_as_values(board for board, _ in given),
                self._draft.now,
                item,
                self._late_at(walk, scope, action),
                tuple(recused),
            )
        )
        about = item or walk.run.about
        limit = self._deadlines.of(walk, scope, action)
        for board, seat in given:
            if seat is not None and board.task is not None:
                walk.happen(happened.TaskOpened(step.key, board.task, scope, seat, about, limit))

    def sign(self, walk: Walk, task: Task, step: Step, action: Approve, said: Signature) -> None:
        """Mark the seat of a task, and keep the signature as a record."""
        kept = walk.run.scopes[task.scope].rounds[step.key]
        board = kept.seat_of(task.number)
        assert board is not None
        entities = self._draft.entities
        if APPROVAL not in entities:
            return
        values: dict[str, Value] = {
            "item": entities[task.about.entity].numbered(task.about.id),
            "item_revision": said.revision,
            "procedure": walk.book.procedure.key,
            "step": step.key,
            "round": kept.number,
            "role": action.signers[board.signer].role,
            "signer": said.signer,
            "mark": said.mark.value,
            "because": said.because,
            "signed_at": self._draft.now,
        }
        # A reference of the entity of what is signed makes signatures found from there.
        values |= {
            field.key: task.about
            for field in entities[APPROVAL].refs()
            if field.type.entity == task.about.entity and field.key not in values
        }
        self._draft.create(APPROVAL, values, run=walk.run.id, step=step.key)

    def result(self, walk: Walk, scope: int, step: Step, action: Approve) -> str | None:
        """The outcome, as soon as it is certain; None while the round goes on."""
        kept = walk.run.scopes[scope].rounds[step.key]
        result = action.thresholds.result(kept.tally)
        if result is not None:
            return result.value
        return LATE if kept.late_at is not None and self._draft.now >= kept.late_at else None

    def close(self, walk: Walk, scope: int, step: Step, result: str) -> None:
        """Take back what has not been signed, and count."""
        for task in walk.run.open_tasks:
            if (task.scope, task.step) == (scope, step.key):
                walk.happen(
                    happened.TaskWithdrawn(step.key, task.number, f"it is {_worded(result)}")
                )
        tally = walk.run.scopes[scope].rounds[step.key].tally
        walk.happen(
            happened.RoundClosed(
                step.key,
                scope,
                result,
                tally.seats,
                tally.approve,
                tally.reject,
                tally.abstain,
                step.name,
            )
        )

    def look_again(self, walk: Walk, scope: int, step: Step, action: Approve) -> None:
        """Read anew who has to sign; what has been signed stays, whoever signed it.

        Where that leaves no seat, one without a holder, or fewer than it takes to pass, they all
        stay as they are.
        """
        kept = walk.run.scopes[scope].rounds[step.key]
        try:
            wanted = tuple(self._wanted(walk, scope, step, action, anew=True))
            given = {
                board.key: seat
                for board in wanted
                if (seat := self._seat(walk, step, action, board, kept.item)) is not None
            }
        except (StepFailed, NoVerdict):
            return
        known = {board.key: board for board in kept.seats}
        left = tuple(board for board in kept.seats if board.mark is not None or board.key in given)
        added = [key for key in given if key not in known]
        count = len(left) + len(added)
        if count == 0 or action.thresholds.to_pass(count) > count:
            return
        for board in kept.seats:
            if board not in left and board.task is not None:
                walk.happen(
                    happened.TaskWithdrawn(step.key, board.task, "it is not theirs to sign")
                )
                walk.withdraw_questions(board.task)
        number = walk.run.task_count
        more = tuple(
            BoardSeat(signer, of, number + count)
            for count, (signer, of) in enumerate(added, start=1)
        )
        if more or left != kept.seats:
            walk.happen(happened.SeatsChanged(step.key, scope, seats_as_values((*left, *more))))
        for board in more:
            assert board.task is not None
            about = kept.item or walk.run.about
            seat, limit = given[board.key], self._deadlines.of(walk, scope, action)
            walk.happen(happened.TaskOpened(step.key, board.task, scope, seat, about, limit))

    def seat_of(self, walk: Walk, task: Task, step: Step, action: Approve) -> Seat:
        """Who may sign at the seat of a task now.

        Where nobody else could, it stays as it is; but who has asked for this does not sign.
        """
        kept = walk.run.scopes[task.scope].rounds[step.key]
        board = kept.seat_of(task.number)
        assert board is not None
        try:
            found = self._seat(walk, step, action, board, kept.item)
        except StepFailed:
            found = None
        return found or replace(task.seat, not_by=self._barred(walk, action, kept.item))

    # -- who ----------------------------------------------------------------------------------

    def _wanted(
        self, walk: Walk, scope: int, step: Step, action: Approve, *, anew: bool = False
    ) -> Iterator[BoardSeat]:
        """The seats of all signers that are needed, each once.

        Verdicts are kept with the step, but where it is only looked at `anew`.
        """
        for number, signer in enumerate(action.signers):
            if signer.condition is not None:
                names = walk.names(scope)
                asked = (
                    self._facts.ask(signer.condition, signer.given, names)
                    if anew
                    else self._facts.ask_at(walk, step, signer.condition, signer.given, names)
                )
                if asked.value != ASKED:
                    continue
            meant = signer.of or walk.book.procedure.lanes.get(signer.role)
            if meant is None:
                yield BoardSeat(number)
                continue
            value = self._facts.value(walk, scope, meant)
            records = value if isinstance(value, tuple) else (value,)
            for record in dict.fromkeys(item for item in records if isinstance(item, RecordRef)):
                yield BoardSeat(number, record)

    def _seat(
        self, walk: Walk, step: Step, action: Approve, board: BoardSeat, item: RecordRef | None
    ) -> Seat | None:
        """Who may sign there; None for a person whose own request it is, and nobody stands in."""
        role = action.signers[board.signer].role
        barred = self._barred(walk, action, item)
        try:
            return seats.seat(role, board.of, self._roles, self._people, barred)
        except seats.NobodyHolds as error:
            if board.of is not None and board.of.entity == PERSON and board.of.id in barred:
                return None
            raise StepFailed(walk.run, step.key, str(error)) from error

    def _barred(self, walk: Walk, action: Approve, item: RecordRef | None) -> tuple[int, ...]:
        """The persons who asked for this: who began the run, and to whom the records lead.

        Nobody, where requesters have a say as well.
        """
        if action.requesters_sign:
            return ()
        persons = set() if walk.run.started_by is None else {walk.run.started_by}
        for record in {walk.run.about, item or walk.run.about}:
            asked = who_asked(self._draft, self._draft.entities, record)
            persons |= {person.id for person in asked}
        return tuple(sorted(persons))

    # -- what ---------------------------------------------------------------------------------

    def _item(self, walk: Walk, scope: int, action: Approve) -> RecordRef | None:
        if action.item is None:
            return walk.run.about
        value = self._facts.value(walk, scope, action.item)
        return value if isinstance(value, RecordRef) else None

    def _must_pass(self, walk: Walk, step: Step, action: Approve, count: int) -> None:
        if count == 0:
            raise StepFailed(
                walk.run, step.key, f"Nobody has a seat to sign at step '{step.key}'."
            )
        least = action.thresholds.to_pass(count)
        if least > count:
            raise StepFailed(
                walk.run,
                step.key,
                f"Step '{step.key}' takes {least} signatures to pass, and has {count} "
                f"seat{'s' if count > 1 else ''}.",
            )

    def _late_at(self, walk: Walk, scope: int, action: Approve) -> datetime | None:
        if action.at_latest is None:
            return None
        return moment_of(self._facts.value(walk, scope, action.at_latest), self._draft.now)


def _kept(action: Approve, before: Round | None, wanted: BoardSeat) -> BoardSeat | None:
    """The seat as it signed last time, where only those who refused sign again."""
    if before is None or action.again != REFUSERS:
        return None
    found = next((board for board in before.seats if board.key == wanted.key), None)
    if found is None or found.mark is not Mark.APPROVE:
        return None
    return replace(found, task=None)


def _worded(result: str) -> str:
    return "too late" if result == LATE else str(Result(result))
