"""Use cases about what nobody is asked to do: what time lets go on, and what is begun as needed."""

from __future__ import annotations

import logging
from collections.abc import Callable

from server.domain.actor import APPLICATION, Actor
from server.domain.refusals import Failed, NotFound, WrongState
from server.domain.run import Seat
from server.domain.values import RecordRef
from server.engine import events as happened
from server.engine.seats import candidates
from server.engine.walk import Walk
from server.storage import waiting
from server.usecases import seeing, tasks
from server.usecases.app import App
from server.usecases.commands import Key, carry_out
from server.usecases.refusing import not_allowed
from server.usecases.running import Running
from server.usecases.views import TaskView

BATCH = 20

log = logging.getLogger(__name__)


def wake(app: App, limit: int = BATCH) -> int:
    """Let runs go on whose time has come, each in a command of its own; how many were looked at.

    Whether it has come is judged again with the run held: however many workers look, each wait is
    over once. A run that has failed is left alone until the failure is mended.
    """
    with app.database.read() as connection:
        found = waiting.due(connection, app.now(), limit)
    for run_id in found:
        _wake(app, run_id)
    return len(found)


def _wake(app: App, run_id: int) -> None:
    def do(running: Running) -> Callable[[], None]:
        run = running.runs.load(run_id)
        if run is not None and run.is_open:
            running.machine.recheck(running.walk(run))
        return lambda: None

    try:
        carry_out(app, APPLICATION, do)
    except Failed as error:
        log.warning("Run %s cannot go on, though its time has come: %s", run_id, error)


def begin_as_needed(
    app: App,
    actor: Actor,
    run_id: int,
    offer: str,
    *,
    in_list: int | None = None,
    key: Key | None = None,
) -> TaskView:
    """Begin what a run offers as needed; whoever does has its first task.

    `in_list` says which list of the run is meant, where it is offered in several.

    Raises:
        NotFound: there is no such run.
        WrongState: the run is over, nothing of that name is offered, or it is in several lists.
        NotAllowed: it is for a role that this person does not hold here.
    """

    def do(running: Running) -> Callable[[], TaskView]:
        run = running.runs.load(run_id)
        if run is None:
            raise NotFound(f"There is no run {run_id}.")
        seeing.require_business(running, run, f"There is no run {run_id}.")
        if not run.is_open:
            raise WrongState(f"Run {run_id} is over already: {run.end or run.state.value}.")
        walk = running.walk(run)
        _must_be_for(running, walk, offer)
        number = running.machine.begin_as_needed(walk, offer, in_list)
        [task] = [item for item in walk.run.open_tasks if item.scope == number]
        if actor.person is not None:
            _must_hold(running, actor.person, task.seat)
            walk.happen(happened.TaskClaimed(task.step, task.number, actor.person.id))

        def opened() -> TaskView:
            [line] = [item for item in running.opened if item.scope == number]
            return tasks.view_in(running, line.id)

        return opened

    return carry_out(app, actor, do, key=key)


def _must_be_for(running: Running, walk: Walk, key: str) -> None:
    """Make sure that the actor has to do with an offer before anything is done about it.

    Else whoever has not could have the run fail for want of a holder.
    """
    known = running.app.definitions.roles
    roles: set[str] = set()
    for offer in running.machine.offers(walk):
        role: str | None = offer.role if offer.key == key else None
        while role is not None and role in known and role not in roles:
            roles.add(role)
            role = known[role].fallback
    person = running.actor.person
    if not roles or person is None:
        return
    held = running.rights.roles | {item.role for item in running.records.delegated(person)}
    if not roles & held:
        names = " or ".join(known[role].title for role in sorted(roles))
        sentence = f"This is for {names}, a role that you do not hold here."
        raise not_allowed(running.actor, f"the role {' or '.join(sorted(roles))}", sentence)


def _must_hold(running: Running, person: RecordRef, seat: Seat) -> None:
    if person not in candidates(seat, running.records):
        role = running.app.definitions.roles.get(seat.role)
        title = role.title if role else seat.role
        sentence = f"This is for {title}, a role that you do not hold here."
        raise not_allowed(running.actor, f"the role {seat.role}", sentence)
