"""A run's history in sentences, as people read it."""

from __future__ import annotations

from collections.abc import Mapping

from server.domain.procedure import Procedure
from server.domain.run import Seat
from server.engine import events as happened
from server.engine.events import Event


def sentence(
    event: Event,
    procedure: Procedure,
    procedures: Mapping[str, str],
    roles: Mapping[str, str],
    person: Mapping[int, str],
) -> str:
    """What an event means. The mappings give titles of procedures and roles, names of persons."""
    title = step_title(procedure, event.step) if event.step else ""
    match event:
        case happened.RunStarted(after_run=after) if after is not None:
            return f"The run began, handed over by run {after}."
        case happened.RunStarted():
            return "The run began."
        case happened.TaskOpened(seat=seat):
            return (
                f"'{title}' was given to {roles.get(seat.role, seat.role)}{_instead(seat, roles)}."
            )
        case happened.TaskMoved(seat=seat):
            return f"'{title}' moved to {roles.get(seat.role, seat.role)}{_instead(seat, roles)}."
        case happened.TaskClaimed(person=who):
            return f"'{title}' is worked on by {person.get(who, who)}."
        case happened.TaskReleased():
            return f"'{title}' was released."
        case happened.TaskCompleted(outcome=outcome):
            label = _label(procedure, event.step, outcome)
            return f"'{title}' was completed{label}."
        case happened.TaskWithdrawn(reason=reason):
            return f"'{title}' was withdrawn: {reason}."
        case happened.Decided(hits=hits, output=output):
            said = ", ".join(
                f"{key.replace('_', ' ')} {_plain(item)}" for key, item in output.items()
            )
            return f"{title}: {said} (rule {', '.join(hits)})."
        case happened.Chosen(rule=rule, then=then):
            return f"{title}: on to '{step_title(procedure, then)}' (rule {rule})."
        case happened.Written(fields=fields):
            return f"Set: {', '.join(fields)}."
        case happened.Created(name=name):
            return f"{name.replace('_', ' ').capitalize()} was created."
        case happened.Notified(persons=persons):
            names = ", ".join(str(person.get(item.id, item.id)) for item in persons) or "nobody"
            return f"Told: {names}."
        case happened.Started(procedure=key, run=run, joined=joined):
            what = "was open already; it got a note" if joined else "began"
            return f"{procedures.get(key, key)} {what} (run {run})."
        case happened.Noted(procedure=key, from_run=run):
            return f"{procedures.get(key, key)} handed over here again (run {run})."
        case happened.BranchOpened(branch=branch):
            return f"Branch '{branch.replace('-', ' ')}' began."
        case happened.BranchClosed(withdrawn=withdrawn):
            return "A branch was withdrawn." if withdrawn else "A branch is done."
        case happened.RunEnded(end=end):
            return f"The run ended: {procedures.get(end, end.replace('-', ' '))}."
        case happened.RunStopped(reason=reason):
            return f"The run was stopped: {reason}."
        case happened.RunFailed(reason=reason):
            return f"The run could not go on. {reason}"
        case happened.RunMended():
            return "What had failed was put right."


def step_title(procedure: Procedure, key: str) -> str:
    """What a step is called; `done` is the end of its list."""
    try:
        step = procedure.step(key)
    except KeyError:
        return key.replace("-", " ").capitalize()
    return step.title or key.replace("-", " ").capitalize()


def _instead(seat: Seat, roles: Mapping[str, str]) -> str:
    if seat.role == seat.lane:
        return ""
    return f", standing in for {roles.get(seat.lane, seat.lane)}"


def _label(procedure: Procedure, step: str, outcome: str | None) -> str:
    if outcome is None:
        return ""
    found = procedure.step(step).outcomes.get(outcome)
    return f": {found.label or outcome.replace('_', ' ')}" if found else f": {outcome}"


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).replace("_", " ")
