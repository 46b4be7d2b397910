"""What several checks ask: which entity's record a step works on."""

from __future__ import annotations

from server.domain.procedure import Procedure, Step
from server.loading.desk import is_sound
from server.loading.manuscript import Manuscript


def meant(manuscript: Manuscript, step: Step, procedure: Procedure) -> str | None:
    """The entity of the record that a step is about; None where that is unsound or unknown."""
    if step.about is None:
        return procedure.about if procedure.about in manuscript.entities else None
    if not is_sound(step.about) or step.about.type is None:
        return None
    return step.about.type.entity
