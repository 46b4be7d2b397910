"""What runs are pinned to: a procedure with all it goes by, as plain data with a hash.

The content is one JSON text, because the order of keys has a meaning (buttons, lanes, columns) that
a database's own JSON does not keep.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from server.domain.procedure import Procedure
from server.domain.step import (
    Approve,
    Decide,
    Do,
    Notify,
)
from server.loading.manuscript import Address, Manuscript
from server.loading.marked import SourceFile

LANGUAGE = 1
KINDS = ("procedure", "decision", "form", "notification")


def bundle(manuscript: Manuscript, procedure: Procedure) -> Mapping[str, Any]:
    """The procedure with the decisions (settings overridden), forms and notifications it uses."""
    content = {
        kind: {key: manuscript.source(kind, key).data for key in sorted(used_by(procedure, kind))}
        for kind in KINDS
    }
    return {"language": LANGUAGE, "procedure": procedure.key, "content": canonical(content)}


def table(manuscript: Manuscript, decision: str) -> Mapping[str, Any]:
    """A decision by itself, as verdicts outside of runs are pinned to."""
    content = {"decision": {decision: manuscript.source("decision", decision).data}}
    return {"language": LANGUAGE, "decision": decision, "content": canonical(content)}


def used_by(procedure: Procedure, kind: str) -> frozenset[str]:
    """The keys of the definitions of a kind that the procedure itself names."""
    actions = [step.action for step in procedure.walk()]
    match kind:
        case "procedure":
            return frozenset({procedure.key})
        case "decision":
            return frozenset(item.decision for item in actions if isinstance(item, Decide))
        case "notification":
            return frozenset(item.notification for item in actions if isinstance(item, Notify))
        case _:
            shown = {item.form for item in actions if isinstance(item, Do | Approve)}
            shown |= {start.form for start in procedure.starts}
            return frozenset(form for form in shown if form is not None)


def digest(bundle: Mapping[str, Any]) -> str:
    """The hash that identifies a bundle by its content."""
    return hashlib.sha256(str(bundle["content"]).encode()).hexdigest()


def generation(sources: Mapping[Address, SourceFile]) -> str:
    """The hash of all definitions together."""
    whole = hashlib.sha256()
    for address in sorted(sources):
        whole.update(canonical([*address, sources[address].data]).encode())
    return whole.hexdigest()


def unpacked(bundle: Mapping[str, Any]) -> Iterable[SourceFile]:
    """The files of a bundle; they know no lines any more."""
    content: Mapping[str, Mapping[str, Any]] = json.loads(bundle["content"])
    for kind, definitions in content.items():
        for key, data in definitions.items():
            file = f"{kind} {key}, as pinned"
            yield SourceFile(file, "", data, None, kind=kind, key=key)


def canonical(data: Any) -> str:
    """JSON as short as it gets, in the order written; exact numbers as text."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{value!r} is no plain data")
