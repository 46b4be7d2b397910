"""What the checks of circles share: which steps a run passes by itself."""

from __future__ import annotations

from server.domain.procedure import Approve, Call, Do, Step, WaitUntil, walk

_RESTING = (Do, Approve, Call, WaitUntil)


def rests(step: Step) -> bool:
    """Whether a run stays here until somebody acts, or something comes."""
    return any(isinstance(inner.action, _RESTING) for inner in walk((step,)))
