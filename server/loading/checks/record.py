"""What several checks ask: which entity's record a step works on."""

from __future__ import annotations

from server.domain.procedure import Procedure
from server.domain.step import Approve, Step
from server.loading.desk import is_sound
from server.loading.manuscript import Manuscript


def meant(manuscript: Manuscript, step: Step, procedure: Procedure) -> str | None:
    """The entity of the record that a step is about; None where that is unsound or unknown.

    What is signed is a record where it is one, else a fact of the run's.
    """
    if isinstance(step.action, Approve) and step.action.item is not None:
        item = step.action.item
        if not is_sound(item):
            return None
        if item.type is not None and item.type.entity is not None:
            return item.type.entity
    if step.about is None:
        return procedure.about if procedure.about in manuscript.entities else None
    if not is_sound(step.about) or step.about.type is None:
        return None
    return step.about.type.entity
