"""Runs, their history and reasons, and what failed, as JSON."""

from __future__ import annotations

from typing import Any

from server.api.representations.records import form, moment_or_none, record_title
from server.api.representations.tasks import task_line
from server.api.schemas import (
    ANYTHING,
    ID,
    KEY,
    MOMENT,
    TEXT,
    WHOLE,
    YES_NO,
    Schema,
    component,
    listing,
    mapping,
    nullable,
    shape,
)
from server.domain.run import RunState
from server.domain.values import to_json
from server.usecases.views import (
    FailureView,
    HistoryLine,
    OfferView,
    RunLine,
    RunView,
    StartButton,
    VerdictView,
    WaitView,
)

SHAPES: dict[str, Schema] = {}

_RUN_LINE: dict[str, Schema] = {
    "id": ID,
    "procedure": KEY,
    "procedure_title": TEXT,
    "about": component("RecordTitle"),
    "state": {"type": "string", "enum": [state.value for state in RunState]},
    "end": nullable(KEY),
    "started_at": MOMENT,
    "ended_at": nullable(MOMENT),
    "revision": WHOLE,
}
SHAPES["RunLine"] = shape(_RUN_LINE)
SHAPES["HistoryLine"] = shape(
    {
        "sequence": WHOLE,
        "at": MOMENT,
        "who": TEXT,
        "kind": KEY,
        "step": nullable(KEY),
        "sentence": TEXT,
        "facts": mapping(ANYTHING),
    }
)
SHAPES["Verdict"] = shape(
    {
        "id": ID,
        "decision": KEY,
        "title": TEXT,
        "step": nullable(KEY),
        "at": MOMENT,
        "inputs": mapping(ANYTHING),
        "hits": listing(KEY),
        "output": mapping(ANYTHING),
        "because": listing(TEXT),
        "evaluator": KEY,
        "definition": KEY,
    }
)
SHAPES["Run"] = shape(
    _RUN_LINE
    | {
        "definition": KEY,
        "tasks": listing(component("TaskLine")),
        "history": listing(component("HistoryLine")),
        "verdicts": listing(component("Verdict")),
        "done": listing(KEY),
        "current": listing(KEY),
        "waits": listing(component("Wait")),
        "offers": listing(component("Offer")),
    }
)
SHAPES["Wait"] = shape(
    {
        "step": KEY,
        "title": TEXT,
        "since": MOMENT,
        "due": nullable(MOMENT),
        "late": nullable(MOMENT),
        "run": nullable(ID),
        "is_signed": YES_NO
        | {"description": "Signatures are waited for; the tasks to give them are open"},
    }
)
SHAPES["Offer"] = shape({"as_needed": KEY, "title": TEXT, "list": WHOLE, "role_title": TEXT})
SHAPES["Failure"] = shape(
    {
        "id": ID,
        "run": nullable(component("RunLine")),
        "step": nullable(KEY),
        "sentence": TEXT,
        "attempts": WHOLE,
        "at": MOMENT,
    }
)
SHAPES["Start"] = shape(
    {
        "procedure": KEY,
        "procedure_title": TEXT,
        "start": KEY,
        "title": TEXT,
        "form": component("Form"),
    }
)


def run_line(line: RunLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "procedure": line.procedure,
        "procedure_title": line.procedure_title,
        "about": record_title(line.about),
        "state": line.state.value,
        "end": line.end,
        "started_at": to_json(line.started_at),
        "ended_at": moment_or_none(line.ended_at),
        "revision": line.revision,
    }


def run(view: RunView) -> dict[str, Any]:
    return run_line(view.line) | {
        "definition": view.definition,
        "tasks": [task_line(line) for line in view.tasks],
        "history": [history_line(line) for line in view.history],
        "verdicts": [verdict(item) for item in view.verdicts],
        "done": sorted(view.done),
        "current": sorted(view.current),
        "waits": [wait(item) for item in view.waits],
        "offers": [offer(item) for item in view.offers],
    }


def wait(view: WaitView) -> dict[str, Any]:
    return {
        "step": view.step,
        "title": view.title,
        "since": to_json(view.since),
        "due": moment_or_none(view.due),
        "late": moment_or_none(view.late),
        "run": view.run,
        "is_signed": view.is_signed,
    }


def offer(view: OfferView) -> dict[str, Any]:
    return {
        "as_needed": view.key,
        "title": view.title,
        "list": view.list,
        "role_title": view.role_title,
    }


def history_line(line: HistoryLine) -> dict[str, Any]:
    return {
        "sequence": line.sequence,
        "at": to_json(line.at),
        "who": line.who,
        "kind": line.kind,
        "step": line.step,
        "sentence": line.sentence,
        "facts": dict(line.facts),
    }


def verdict(view: VerdictView) -> dict[str, Any]:
    return {
        "id": view.id,
        "decision": view.decision,
        "title": view.title,
        "step": view.step,
        "at": to_json(view.at),
        "inputs": dict(view.inputs),
        "hits": list(view.hits),
        "output": dict(view.output),
        "because": list(view.because),
        "evaluator": view.evaluator,
        "definition": view.definition,
    }


def failure(view: FailureView) -> dict[str, Any]:
    return {
        "id": view.id,
        "run": None if view.run is None else run_line(view.run),
        "step": view.step,
        "sentence": view.sentence,
        "attempts": view.attempts,
        "at": to_json(view.at),
    }


def start(button: StartButton) -> dict[str, Any]:
    return {
        "procedure": button.procedure,
        "procedure_title": button.procedure_title,
        "start": button.start,
        "title": button.title,
        "form": form(button.form),
    }
