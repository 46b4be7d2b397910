"""What the checks of links share: every step that hands over to another procedure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from server.domain.procedure import Procedure
from server.domain.step import (
    Call,
    ContinueIn,
    Start,
    Step,
)
from server.loading.manuscript import Manuscript
from server.loading.marked import Path, SourceFile

VERBS = {Start: "start", ContinueIn: "continue_in", Call: "call"}


@dataclass(frozen=True, slots=True)
class Handover:
    """`step` of `giver`, written at `path`, starts `taker`, calls it or continues in it."""

    giver: Procedure
    taker: Procedure
    step: Step
    source: SourceFile
    path: Path
    verb: str
    enters: str | None


def handovers(manuscript: Manuscript) -> Iterator[Handover]:
    """All hand-overs to procedures that exist."""
    for giver, source, step, path in manuscript.walked():
        action = step.action
        if isinstance(action, Start | ContinueIn | Call):
            taker = manuscript.procedures.get(action.procedure)
            verb = VERBS[type(action)]
            if taker is not None:
                yield Handover(giver, taker, step, source, path, verb, action.enters)
