"""Why a verdict came out as it did: rule by rule, by the table that was asked then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from server import loading
from server.domain.actor import Actor
from server.domain.decision import Decision
from server.domain.refusals import NotFound, WrongState
from server.engine.walk import StepFailed
from server.rules import RuleExplanation, content_hash
from server.storage import pins, verdicts
from server.storage.verdicts import KeptVerdict
from server.usecases import seeing
from server.usecases.app import App
from server.usecases.refusing import out_of_reach
from server.usecases.running import Running

_HINT = "Its inputs, its output and the rules that held are told with the verdict."


@dataclass(frozen=True, slots=True)
class Explained:
    """The table that was asked, and what became of each of its rules."""

    decision: Decision
    rules: tuple[RuleExplanation, ...]


def explain(app: App, actor: Actor, verdict: int) -> Explained:
    """Ask the same table about the same facts again, and say of each rule whether it held.

    Raises:
        NotFound: there is no such verdict, or the actor does not see all that it was about.
        WrongState: the table that was asked is not kept.
    """
    with app.database.read() as connection:
        running = Running(app, connection, actor)
        kept = next(iter(verdicts.page(connection, after=verdict - 1, limit=1)), None)
        if kept is None or kept.id != verdict:
            raise NotFound(f"There is no verdict {verdict}.")
        if kept.about is not None and not seeing.sees_all_of(running, kept.about):
            sentence = f"There is no verdict {verdict}."
            raise out_of_reach(actor, f"the right to read all of {kept.about}", sentence)
        decision = asked(running, kept)
    return Explained(decision, app.rules.explain(decision, kept.verdict.inputs))


def asked(running: Running, kept: KeptVerdict) -> Decision:
    """The table that gave a verdict, as it was then.

    Raises:
        WrongState: it is not kept, or does not fit the entities of today.
    """
    wanted = kept.verdict
    try:
        for decision in _candidates(running, kept):
            if decision.key == wanted.decision and content_hash(decision) == wanted.definition:
                return decision
    except (StepFailed, loading.NoLongerFits) as error:
        raise WrongState(str(error), hint=_HINT) from error
    raise WrongState(f"The table '{wanted.decision}' that was asked then is not kept.", hint=_HINT)


def _candidates(running: Running, kept: KeptVerdict) -> Iterator[Decision]:
    """The tables of the run, as it was begun with; or the one that set a field, as it was then."""
    run = None if kept.run_id is None else running.runs.load(kept.run_id, hold=False)
    if run is not None:
        book = running.book_of(run)
        yield from book.decisions.values()
        yield from book.procedure.gateways()
    yield from running.app.definitions.tables()
    bundle = pins.bundle(running.connection, kept.verdict.definition)
    if bundle is not None:
        yield loading.rebuild_table(bundle, running.app.definitions.entities)
