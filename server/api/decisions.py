"""/api/v1/decisions: read the tables, and try them on facts."""

from __future__ import annotations

from typing import Any

from server.api.model import all_of, found, keys
from server.api.representations import model as shown
from server.api.routes import Answer, Call, Route
from server.api.schemas import (
    ANYTHING,
    KEY,
    TEXT,
    YES_NO,
    Schema,
    closed,
    listing,
    mapping,
    nullable,
    of_type,
    shape,
)
from server.domain.decision import Decision, Verdict
from server.domain.definitions import Definitions
from server.domain.values import to_json
from server.rules import RuleExplanation
from server.usecases import App, decisions

_DECISION: Schema = shape(
    {
        "decision": KEY,
        "title": TEXT,
        "inputs": mapping(mapping(ANYTHING)),
        "outputs": mapping(mapping(ANYTHING)),
        "hits": KEY,
        "settings": mapping(mapping(ANYTHING)),
        "computed": mapping(TEXT),
        "assuming": listing(TEXT),
        "rules": listing(mapping(ANYTHING)),
        "origin": nullable(mapping(ANYTHING)),
    }
)
_TRIAL: Schema = shape(
    {
        "verdict": nullable(
            shape(
                {
                    "output": mapping(ANYTHING),
                    "hits": listing(KEY),
                    "because": listing(TEXT),
                    "evaluator": KEY,
                    "definition": KEY,
                }
            )
        ),
        "sentence": TEXT | {"description": "Why there is no verdict"},
        "rules": listing(
            shape(
                {
                    "rule": KEY,
                    "held": YES_NO,
                    "passed_over": YES_NO
                    | {"description": "It holds too, but an earlier rule was taken"},
                    "because": TEXT,
                    "failed": listing(shape({"condition": TEXT, "found": mapping(ANYTHING)})),
                }
            )
        ),
    }
)


def routes(definitions: Definitions) -> tuple[Route, ...]:
    return (
        Route(
            "GET",
            "/decisions",
            "list_decisions",
            "All decisions",
            "Decisions",
            _list,
            {200: all_of(_DECISION)},
        ),
        Route(
            "GET",
            "/decisions/{key}",
            "read_decision",
            "A decision with its rules",
            "Decisions",
            _read,
            {200: _DECISION},
            parameters={"key": keys(definitions.decisions)},
        ),
        *(_trial(decision) for decision in definitions.decisions.values()),
    )


def _trial(decision: Decision) -> Route:
    inputs = {
        name: nullable(of_type(typ, writes=True))
        if name in decision.optional
        else of_type(typ, writes=True)
        for name, typ in decision.inputs.items()
    }
    needed = tuple(name for name in inputs if name not in decision.optional)
    return Route(
        "POST",
        f"/decisions/{decision.key}/try",
        f"try_{decision.key.replace('-', '_')}",
        f"Ask on facts: {decision.title}",
        "Decisions",
        _try,
        {200: _TRIAL},
        body=closed({"inputs": closed(inputs, required=needed)}, required=("inputs",)),
        body_needed=True,
        given={"decision": decision.key},
        description="Nothing is kept. The answer explains every rule, whether it held or not.",
    )


def _list(app: App, _call: Call) -> Answer:
    known = app.definitions
    items = [shown.decision(item, known) for item in known.decisions.values()]
    return Answer({"items": items, "next": None})


def _read(app: App, _call: Call, key: str) -> Answer:
    decision = found("decision", app.definitions.decisions, key)
    return Answer(shown.decision(decision, app.definitions))


def _try(app: App, call: Call, decision: str) -> Answer:
    trial = decisions.try_out(app, call.actor, decision, call.body["inputs"])
    return Answer(
        {
            "verdict": None if trial.verdict is None else _verdict(trial.verdict),
            "sentence": trial.sentence,
            "rules": [_rule(item) for item in trial.rules],
        }
    )


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "output": to_json(verdict.output),
        "hits": list(verdict.hits),
        "because": list(verdict.because),
        "evaluator": verdict.evaluator,
        "definition": verdict.definition,
    }


def _rule(explained: RuleExplanation) -> dict[str, Any]:
    return {
        "rule": explained.rule,
        "held": explained.held,
        "passed_over": explained.passed_over,
        "because": explained.because,
        "failed": [
            {"condition": item.text, "found": to_json(item.found)} for item in explained.failed
        ],
    }
