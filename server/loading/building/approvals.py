"""The step `approve`: who signs, how many it takes, and the words of the ballot."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from server.domain.ballot import Quota
from server.domain.expression import Expression
from server.domain.gateway import gateway
from server.domain.step import (
    Approve,
    Due,
    Question,
    Signer,
)
from server.domain.values import TEXT, WHOLE_NUMBER, YES_NO, Kind, Type
from server.loading.desk import Desk, Scope, flag, is_sound, spelled, unsound, words
from server.loading.faults import sense as faults
from server.loading.marked import Path

ASKED, LEFT_OUT = "asked", "left-out"
"""What the table of a signer's condition says."""
COUNTS = {
    "seats": WHOLE_NUMBER,
    "approvals": WHOLE_NUMBER,
    "rejections": WHOLE_NUMBER,
    "abstentions": WHOLE_NUMBER,
}
"""What a count tells besides the outcome."""
_SHARE = re.compile(r"(\d+) ?/ ?(\d+)")


def build_approve(
    desk: Desk,
    scope: Scope,
    raw: Mapping[str, Any],
    path: Path,
    asks: Mapping[str, Question],
    at_latest: Expression | None,
    due: Due | None,
) -> Approve:
    """The action of a step that is signed."""
    if "form" in raw:
        desk.refer("form", raw["form"], *path, "form")
    return Approve(
        desk.expression(raw["approve"], scope, *path, "approve", nullable=True),
        words(raw, "question") or words(raw, "title"),
        words(raw, "instruction"),
        tuple(
            _signer(desk, scope, raw, item, (*path, "signers", number))
            for number, item in enumerate(raw["signers"])
        ),
        _quota(desk, raw, (*path, "passes")) if "passes" in raw else "all",
        _quota(desk, raw, (*path, "fails")) if "fails" in raw else None,
        raw.get("again", "all"),
        at_latest,
        dict(raw.get("ballot", {})),
        raw.get("form"),
        asks,
        due,
        flag(raw, "requesters_sign"),
    )


def count_type(raw: Mapping[str, Any]) -> Type:
    """What the count of an `approve` is: how many seats there were, and what they said."""
    outcome = Type(Kind.CHOICE, choices=tuple(raw["outcomes"])) if "outcomes" in raw else TEXT
    return Type(Kind.ANSWERS, members={**COUNTS, "outcome": outcome})


def _signer(
    desk: Desk, scope: Scope, step: Mapping[str, Any], raw: Mapping[str, Any], path: Path
) -> Signer:
    desk.refer("role", raw["role"], *path, "role")
    of = desk.record(raw["of"], scope, *path, "of", many=True) if "of" in raw else None
    if "if" not in raw:
        return Signer(raw["role"], of)
    found = desk.expression(raw["if"], scope, *path, "if", expected=YES_NO)
    if not is_sound(found):
        found = unsound(found.text, YES_NO)
    key = f"{desk.data['procedure']}.{step['step']}.signer-{path[-1]}"
    table, given = gateway(key, found.text, (("needed", found, ASKED), ("else", None, LEFT_OUT)))
    return Signer(raw["role"], of, table, given)


def _quota(desk: Desk, raw: Mapping[str, Any], path: Path) -> Quota:
    written = raw[str(path[-1])]
    match spelled(written):
        case "all":
            return "all"
        case "one":
            return "one"
        case text if share := _SHARE.fullmatch(text):
            found = Fraction(int(share[1]), int(share[2]))
            if not 0 < found <= 1:
                sentence = f"'{text}' is no share of the seats: it is more than 0 and at most 1."
                desk.say(faults.unfit(desk.source.mark(*path), sentence))
                return "all"
            return found
        case text:
            return int(text)
