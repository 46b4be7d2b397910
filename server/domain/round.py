"""One time round of signing: its seats, and what each has said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from server.domain.ballot import Mark, Tally
from server.domain.values import RecordRef, Value


@dataclass(frozen=True, slots=True)
class BoardSeat:
    """A place that one person signs for.

    `signer` is the position of the signer among those of the step; `of` the record that the role
    is held for, None for anyone who holds it. `task` is the number of the task that was handed out
    for it, None where it has said something in an earlier round that still holds. `mark` is None
    until somebody signs.
    """

    signer: int
    of: RecordRef | None = None
    task: int | None = None
    mark: Mark | None = None

    @property
    def key(self) -> tuple[int, RecordRef | None]:
        return self.signer, self.of


@dataclass(frozen=True, slots=True)
class Round:
    """The seats of a step that is being signed since `opened_at`, or that was: then `is_closed`.

    `item` is the record that is signed, where it is one; `late_at` the moment from which on it is
    too late.
    """

    number: int
    seats: tuple[BoardSeat, ...]
    opened_at: datetime
    item: RecordRef | None = None
    late_at: datetime | None = None
    is_closed: bool = False

    def seat_of(self, task: int) -> BoardSeat | None:
        return next((seat for seat in self.seats if seat.task == task), None)

    @property
    def tally(self) -> Tally:
        """The marks so far. There is always a seat: a round without one is not opened."""
        marks = [seat.mark for seat in self.seats]
        return Tally(
            len(marks),
            marks.count(Mark.APPROVE),
            marks.count(Mark.REJECT),
            marks.count(Mark.ABSTAIN),
        )


def seats_as_values(seats: Iterable[BoardSeat]) -> tuple[Mapping[str, Value], ...]:
    """Seats as history and rows keep them."""
    return tuple(
        {
            "signer": seat.signer,
            "of": seat.of,
            "task": seat.task,
            "mark": None if seat.mark is None else seat.mark.value,
        }
        for seat in seats
    )


def seats_of(values: Value) -> tuple[BoardSeat, ...]:
    """The seats that `seats_as_values` told of."""
    assert isinstance(values, tuple)
    return tuple(_seat(item) for item in values)


def _seat(values: Value) -> BoardSeat:
    assert isinstance(values, Mapping)
    signer, of, task, mark = (values[key] for key in ("signer", "of", "task", "mark"))
    assert isinstance(signer, int)
    assert of is None or isinstance(of, RecordRef)
    assert task is None or isinstance(task, int)
    return BoardSeat(signer, of, task, None if mark is None else Mark(str(mark)))


def as_values(kept: Round) -> Mapping[str, Value]:
    """A round as rows keep it."""
    return {
        "number": kept.number,
        "seats": seats_as_values(kept.seats),
        "opened_at": kept.opened_at,
        "item": kept.item,
        "late_at": kept.late_at,
        "is_closed": kept.is_closed,
    }


def round_of(values: Mapping[str, Value]) -> Round:
    """The round that `as_values` told of."""
    number, opened_at = values["number"], values["opened_at"]
    item, late_at = values["item"], values["late_at"]
    assert isinstance(number, int)
    assert isinstance(opened_at, datetime)
    assert item is None or isinstance(item, RecordRef)
    assert late_at is None or isinstance(late_at, datetime)
    seats = seats_of(values["seats"])
    return Round(number, seats, opened_at, item, late_at, values["is_closed"] is True)
