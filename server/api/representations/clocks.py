"""Clocks of service targets as JSON."""

from __future__ import annotations

from typing import Any

from server.api.schemas import KEY, MOMENT, TEXT, Schema, listing, nullable, shape
from server.domain.clock import State
from server.domain.values import to_json
from server.usecases.clocks import ClockView

_SPAN: Schema = {"type": "string", "format": "duration", "examples": ["PT4H30M"]}
_STATE: Schema = {"type": "string", "enum": [state.value for state in State]}

SHAPES: dict[str, Schema] = {
    "Clock": shape(
        {
            "target": KEY,
            "title": TEXT,
            "state": _STATE,
            "since": MOMENT,
            "goal": _SPAN,
            "elapsed": _SPAN,
            "remaining": _SPAN,
            "due": nullable(MOMENT),
            "missed_at": nullable(MOMENT),
            "because": listing(shape({"field": TEXT, "shown": TEXT})),
        }
    )
}


def clock(view: ClockView) -> dict[str, Any]:
    at = view.clock
    return {
        "target": view.target.key,
        "title": view.target.title,
        "state": at.state.value,
        "since": to_json(at.since),
        "goal": to_json(at.goal),
        "elapsed": to_json(at.elapsed),
        "remaining": to_json(at.remaining),
        "due": to_json(at.due),
        "missed_at": to_json(at.missed_at),
        "because": [{"field": field, "shown": shown} for field, shown in view.because],
    }
