"""Names of DMN, which may be anything, in the spelling of ours."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from server.domain.expression.lexer import KEYWORDS

LONGEST_NAME, LONGEST_KEY = 50, 80
_CHOICE = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")


def slug(name: str, joint: str, longest: int) -> str:
    """A name as keys of ours are written: small letters and digits, words joined by `joint`."""
    plain = unicodedata.normalize("NFKD", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name))
    words = re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode().lower())
    found = joint.join(words)[:longest].rstrip(joint)
    if not found or not found[0].isalpha():
        found = f"v{joint}{found}".rstrip(joint)
    return f"{found}{joint}value" if found in KEYWORDS else found


def choice(values: Sequence[Any]) -> dict[str, str]:
    """The words of a choice by those of DMN; empty where they make none."""
    words = [value for value in values if isinstance(value, str)]
    spelled = [word if _CHOICE.fullmatch(word) else slug(word, "_", LONGEST_KEY) for word in words]
    if not words or len(words) < len(values) or len(set(spelled)) < len(words):
        return {}
    return dict(zip(words, spelled, strict=True))
