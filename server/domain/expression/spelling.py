"""What somebody may have meant by a word that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

SHOWN = 8
"""Known words that a hint lists where none comes near."""


def did_you_mean(word: str, known: Iterable[str], also: Iterable[str] = ()) -> str:
    """A hint: the nearest word of all, else what is known; nothing where nothing is."""
    words = sorted(set(known))
    near = get_close_matches(word, [*words, *also], n=1, cutoff=0.6)
    if near:
        return f"Did you mean '{near[0]}'?"
    if not words:
        return ""
    more = ", …" if len(words) > SHOWN else ""
    return f"Known here: {', '.join(words[:SHOWN])}{more}."
