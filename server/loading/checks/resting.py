"""What the checks of circles share: which steps a run passes by itself."""

from __future__ import annotations

from server.domain.step import (
    Approve,
    Call,
    Do,
    Step,
    WaitUntil,
)
from server.domain.ways import walk

_RESTING = (Do, Approve, Call, WaitUntil)


def rests(step: Step) -> bool:
    """Whether a run stays here until somebody acts, or something comes."""
    return any(isinstance(inner.action, _RESTING) for inner in walk((step,)))
