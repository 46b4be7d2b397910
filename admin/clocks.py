"""The clocks of a record as its pages show them: a bar, and what it means in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from admin.screen import actor, app
from server.domain.clock import State
from server.domain.refusals import NotAllowed, NotFound
from server.domain.values import RecordRef
from server.usecases import clocks

LOOKS = {
    State.ATTACHED: ("Has not begun", "grey"),
    State.COUNTING: ("In time", "green"),
    State.ENDANGERED: ("In danger", "orange"),
    State.PAUSED: ("Stands still", "grey"),
    State.MET: ("Met", "green"),
    State.MISSED: ("Missed", "red"),
}
"""What a state is called, and its colour. A clock that is void is not shown."""
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ClockShown:
    """A clock in words. `percent` is how full the bar is; `due_in` says what `due` is, such as "due"."""

    key: str
    title: str
    state: str
    colour: str
    percent: int
    used: str
    due: datetime | None
    due_in: str
    by: str
    because: str
    since: datetime


def of_record(record: RecordRef) -> list[ClockShown]:
    """The clocks that the reader may see, the worst first."""
    if not app().definitions.promised(record.entity):
        return []
    try:
        return list(_shown(clocks.of_record(app(), actor(), record)))
    except (NotAllowed, NotFound):
        return []


def _shown(found: tuple[clocks.ClockView, ...]) -> Iterator[ClockShown]:
    for view in found:
        at = view.clock
        if at.state is State.VOID:
            continue
        state, colour = LOOKS[at.state]
        used = at.elapsed // MINUTE * MINUTE
        yield ClockShown(
            view.target.key,
            view.target.title,
            state,
            colour,
            min(100, at.elapsed * 100 // at.goal) if at.goal > timedelta() else 100,
            f"{span(used)} of {span(at.goal)} used",
            at.due,
            "since" if at.missed_at else "due",
            _margin(at.state, at.goal - used),
            ", ".join(f"{title}: {value}" for title, value in view.because),
            at.since,
        )


def _margin(state: State, remaining: timedelta) -> str:
    """By how much it was met or missed."""
    if state is State.MET:
        return f"with {span(remaining)} left"
    return f"by {span(-remaining)}" if state is State.MISSED and remaining < timedelta() else ""


def span(amount: timedelta) -> str:
    """Working time in hours and minutes, such as 2 h 30 min; days would be of who knows how many hours."""
    hours, minutes = divmod(amount // MINUTE, 60)
    parts = [f"{hours} h"] if hours else []
    if minutes or not hours:
        parts.append(f"{minutes} min")
    return " ".join(parts)
