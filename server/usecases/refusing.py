"""What somebody may not do is refused in one way, and noted: who, at which door, by which rule."""

from __future__ import annotations

import logging
from contextvars import ContextVar

from server.domain.actor import Actor
from server.domain.refusals import NotAllowed, NotFound

log = logging.getLogger(__name__)
DOOR: ContextVar[str] = ContextVar("door", default="inside")
"""What is asked for now, as the log tells it; surfaces set it for each request or command."""


def not_allowed(actor: Actor, rule: str, sentence: str, *, hint: str = "") -> NotAllowed:
    """The refusal to raise. `rule` is what would have to let the actor, such as `role specialist`."""
    _note(actor, rule)
    return NotAllowed(sentence, hint=hint)


def out_of_reach(actor: Actor, rule: str, sentence: str) -> NotFound:
    """As `not_allowed`, for what the actor may not even know to be there."""
    _note(actor, rule)
    return NotFound(sentence)


def _note(actor: Actor, rule: str) -> None:
    log.warning("Refused: %s at %s; it takes %s", actor.login or actor.name, DOOR.get(), rule)
