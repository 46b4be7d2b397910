"""The content hash of a decision: what verdicts are kept with, and tables are cached by."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from server.domain.decision import Decision
from server.domain.expression import Expression
from server.domain.expression.walking import meaning
from server.domain.values import Type, freeze


def content_hash(decision: Decision) -> str:
    """SHA-256, in hexadecimal, of all that could change a verdict.

    Titles, tests and the layout of texts are left out, so that they may be mended under open runs.
    """
    content: dict[str, Any] = {
        "key": decision.key,
        "hits": decision.hits.value,
        "inputs": {name: _type(typ) for name, typ in decision.inputs.items()},
        "optional": sorted(decision.optional),
        "outputs": {name: _type(typ) for name, typ in decision.outputs.items()},
        "settings": {
            name: [_type(setting.type), freeze(setting.value)]
            for name, setting in decision.settings.items()
        },
        "computed": [[name, _meaning(item)] for name, item in decision.computed.items()],
        "rules": [
            [rule.key, freeze(rule.then), _meaning(rule.condition), rule.because]
            for rule in decision.rules
        ],
    }
    if decision.assuming:
        content["assuming"] = [_meaning(item) for item in decision.assuming]
    if decision.nullable:
        content["nullable"] = sorted(decision.nullable)
    if decision.derived:
        content["derived"] = [[name, _meaning(item)] for name, item in decision.derived.items()]
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _meaning(expression: Expression | None) -> Any:
    return None if expression is None else meaning(expression.tree)


def _type(typ: Type) -> list[Any]:
    return [
        typ.kind.value,
        typ.choices,
        typ.entity,
        None if typ.item is None else _type(typ.item),
        {name: _type(member) for name, member in typ.members.items()},
        None if typ.at_least is None else str(typ.at_least),
        None if typ.at_most is None else str(typ.at_most),
    ]
