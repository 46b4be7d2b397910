"""Use cases about starts that nobody has a button for, begun by hand: by whoever administers.

`after` is another procedure that hands over a record, `at` the moment of a record; `every` a period,
for which a run begins when it is over.
"""

from __future__ import annotations

from collections.abc import Callable

from server.domain.actor import Actor
from server.domain.beginning import Beginning
from server.domain.procedure import Procedure
from server.domain.recurring import last_over
from server.domain.refusals import NotFound, WrongState
from server.domain.values import RecordRef
from server.usecases import runs
from server.usecases.app import App
from server.usecases.commands import Key, carry_out
from server.usecases.running import Running
from server.usecases.views import RunView

ADMINISTER = "administer"
BEGINS = "begin what others hand over or only time begins"


def begin_on(
    app: App, actor: Actor, procedure: str, start: str, record: int, *, key: Key | None = None
) -> RunView:
    """Begin a run on a record as if it had been handed over (`after`), or its moment (`at`) had come.

    Where one is open on it already, that is the run.

    Raises:
        NotAllowed: the actor does not administer.
        NotFound: there is no such procedure, start or record.
        WrongState: the start takes no record that is there, or its condition does not hold.
    """

    def do(running: Running) -> Callable[[], RunView]:
        running.rights.require_permission(ADMINISTER, BEGINS)
        book = running.book(procedure)
        beginning = _beginning(book.procedure, start)
        if beginning.at is None and beginning.after is None:
            raise WrongState(
                f"'{start}' does not begin on a record that is there already.",
                hint="Starts after another procedure and at the moment of a record do.",
            )
        about = RecordRef(book.procedure.about, record)
        if running.records.row(about) is None:
            raise NotFound(f"There is no {about}.")
        walk = running.machine.begin(book, beginning, about)
        if walk is None:
            raise WrongState(
                f"The condition of the start '{start}' does not hold for this record."
            )
        return lambda: runs.view_in(running, running.run_id(walk))

    return carry_out(app, actor, do, key=key)


def begin_for_period(
    app: App, actor: Actor, procedure: str, start: str, *, key: Key | None = None
) -> tuple[RunView, ...]:
    """Begin the runs of a start that recurs (`every`) for the newest period that is over.

    Raises:
        NotAllowed: the actor does not administer.
        NotFound: there is no such procedure or start.
        WrongState: the start does not recur.
    """

    def do(running: Running) -> Callable[[], tuple[RunView, ...]]:
        running.rights.require_permission(ADMINISTER, BEGINS)
        book = running.book(procedure)
        beginning = _beginning(book.procedure, start)
        if beginning.every is None:
            raise WrongState(f"'{start}' does not recur.")
        window = last_over(beginning.every, running.at)
        begun = running.machine.begin_for(book, beginning, window)
        return lambda: tuple(runs.view_in(running, running.run_id(walk)) for walk in begun)

    return carry_out(app, actor, do, key=key)


def _beginning(procedure: Procedure, start: str) -> Beginning:
    found = procedure.beginning(start)
    if found is None:
        names = ", ".join(item.key for item in procedure.starts)
        raise NotFound(f"{procedure.title} has no start '{start}'.", hint=f"Known are: {names}.")
    return found
