"""Why a verdict came out as it did: rule by rule, by the table that was asked then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from server.domain.actor import Actor
from server.domain.decision import Decision
from server.domain.procedure import Choose, Procedure, walk
from server.domain.refusals import NotFound, WrongState
from server.rules import RuleExplanation, content_hash
from server.storage import verdicts
from server.storage.verdicts import KeptVerdict
from server.usecases import books
from server.usecases.app import App
from server.usecases.running import Running


@dataclass(frozen=True, slots=True)
class Explained:
    """The table that was asked, and what became of each of its rules."""

    decision: Decision
    rules: tuple[RuleExplanation, ...]


def explain(app: App, actor: Actor, verdict: int) -> Explained:
    """Ask the same table about the same facts again, and say of each rule whether it held.

    Raises:
        NotFound: there is no such verdict.
        WrongState: the table that was asked is not kept.
    """
    with app.database.read() as connection:
        running = Running(app, connection, actor)
        kept = next(iter(verdicts.page(connection, after=verdict - 1, limit=1)), None)
        if kept is None or kept.id != verdict:
            raise NotFound(f"There is no verdict {verdict}.")
        decision = _asked(running, kept)
    return Explained(decision, app.rules.explain(decision, kept.verdict.inputs))


def _asked(running: Running, kept: KeptVerdict) -> Decision:
    wanted = kept.verdict
    for decision in _candidates(running, kept):
        if decision.key == wanted.decision and content_hash(decision) == wanted.definition:
            return decision
    raise WrongState(
        f"The table '{wanted.decision}' that was asked then is not kept.",
        hint="Its inputs, its output and the rules that held are told with the verdict.",
    )


def _candidates(running: Running, kept: KeptVerdict) -> Iterator[Decision]:
    """The tables of the run, as it was begun with, and those that are served now."""
    if kept.run_id is not None:
        run = running.runs.load(kept.run_id, hold=False)
        if run is not None:
            book = books.pinned(running.app, running.connection, run.definition)
            yield from book.decisions.values()
            yield from _gateways(book.procedure)
    definitions = running.app.definitions
    yield from definitions.decisions.values()
    for procedure in definitions.procedures.values():
        yield from _gateways(procedure)


def _gateways(procedure: Procedure) -> Iterator[Decision]:
    for step in walk(procedure.steps):
        if isinstance(step.action, Choose):
            yield step.action.gateway
    yield from (start.gateway for start in procedure.starts if start.gateway is not None)
    if procedure.stops_when is not None:
        yield procedure.stops_when
