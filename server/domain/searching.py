"""What is typed into a search: words, however they are accented, and where a text holds them.

A word is found where one begins with it: `print` finds "printers". Case and accents do not matter,
and some letters stand for two: `strasse` finds "Straße".
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.domain.values import RecordRef

WORDS = 10
"""Words that count; more are ignored, and that is told."""
LONGEST_WORD = 60
"""Characters of a word that count."""
SHORTEST_BEGINNING = 2
"""A word of fewer characters is only found as a whole: nearly everything begins with it."""
SHORTEST_MISTYPED, LONGEST_MISTYPED = 4, 15
"""Characters of words in which a mistake is looked for: short ones would resemble each other."""
MISTYPED = 3
"""Words of one search in which mistakes are looked for."""
EXCERPT = 160
"""Characters of an excerpt, or somewhat more, as it begins and ends with whole words."""
LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "\u0131": "i"}
"""Letters that are no accented ones and are typed otherwise by whoever lacks them."""

_WORD = re.compile(r"[^\W_]+")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class Word:
    """One word as it was typed, without what says nothing."""

    written: str

    @property
    def folded(self) -> str:
        return folded(self.written)

    @property
    def is_beginning(self) -> bool:
        """Whether what only begins with it is found too."""
        return len(self.written) >= SHORTEST_BEGINNING


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything that was typed. `more` tells that words were left out."""

    text: str
    words: tuple[Word, ...]
    more: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that was found. The lower its `tier`, the better it fits; within one, the newer."""

    record: RecordRef
    tier: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text, marked where it is what was searched for."""

    text: str
    is_hit: bool = False


def asked(text: str) -> Asked:
    """What somebody searches for. Anything may be typed; what is no word is left out."""
    words = words_of(text)
    return Asked(text, tuple(words[:WORDS]), more=len(words) > WORDS)


def words_of(text: str) -> list[Word]:
    """All words of a text, each once."""
    found = dict.fromkeys(
        match.group()[:LONGEST_WORD]
        for match in _WORD.finditer(unicodedata.normalize("NFC", text.lower()))
    )
    return [Word(word) for word in found]


def folded(text: str) -> str:
    """The text in small letters without accents, as words are compared."""
    bare = _ACCENTS.sub("", unicodedata.normalize("NFD", text)).lower()
    return unicodedata.normalize("NFC", "".join(LETTERS.get(letter, letter) for letter in bare))


def resembling(word: Word) -> frozenset[str]:
    """The words that this one was perhaps meant to be: one letter more, less, other, or swapped."""
    meant = word.folded
    if not SHORTEST_MISTYPED <= len(meant) <= LONGEST_MISTYPED or meant.isdigit():
        return frozenset()
    halves = [(meant[:place], meant[place:]) for place in range(len(meant) + 1)]
    less = {left + right[1:] for left, right in halves if right}
    swapped = {left + right[1] + right[0] + right[2:] for left, right in halves if len(right) > 1}
    other = {left + letter + right[1:] for left, right in halves if right for letter in _ALPHABET}
    more = {left + letter + right for left, right in halves for letter in _ALPHABET}
    return frozenset((less | swapped | other | more) - {meant})


def excerpt(text: str, wanted: Sequence[Word], also: frozenset[str] = frozenset()) -> list[Piece]:
    """The part of a text that shows best what was found in it, in pieces; nothing if there is none.

    `also` are words, folded, that count as found besides those that begin with a wanted one.
    """
    hits = list(_hits(text, wanted, also))
    if not hits:
        return []
    if len(text) <= EXCERPT:
        return _pieces(text, hits, 0, len(text))
    first = max(hits, key=lambda hit: (_within(hits, hit[0]), -hit[0]))[0]
    begins = _whole(text, max(0, min(first - EXCERPT // 4, len(text) - EXCERPT)), -1)
    ends = _whole(text, min(len(text), begins + EXCERPT), 1)
    return [
        *([Piece("… ")] if begins else []),
        *_pieces(text, hits, begins, ends),
        *([Piece(" …")] if ends < len(text) else []),
    ]


def marked(text: str, wanted: Sequence[Word], also: frozenset[str] = frozenset()) -> list[Piece]:
    """The whole text in pieces, those marked that were searched for."""
    return _pieces(text, list(_hits(text, wanted, also)), 0, len(text))


def _hits(
    text: str, wanted: Sequence[Word], also: frozenset[str]
) -> Iterator[tuple[int, int, str]]:
    """Where words of the text begin and end that were wanted, and which they are."""
    beginnings = tuple(word.folded for word in wanted if word.is_beginning)
    wholes = {word.folded for word in wanted} | also
    for match in re.finditer(f"(?:[^\\W_]|{_ACCENTS.pattern})+", text):
        found = folded(match.group())
        if found in wholes or found.startswith(beginnings):
            yield match.start(), match.end(), found


def _within(hits: Sequence[tuple[int, int, str]], begins: int) -> int:
    """How many different words an excerpt that begins there would show."""
    return len({word for start, end, word in hits if begins <= start and end <= begins + EXCERPT})


def _whole(text: str, place: int, step: int) -> int:
    """The next end of a word from there on, if one is near."""
    for moved in range(place, place + step * 20, step):
        if moved <= 0 or moved >= len(text):
            return max(0, min(moved, len(text)))
        if text[moved - 1].isspace() if step < 0 else text[moved].isspace():
            return moved
    return place


def _pieces(
    text: str, hits: Sequence[tuple[int, int, str]], begins: int, ends: int
) -> list[Piece]:
    pieces: list[Piece] = []
    at = begins
    for start, end, _ in hits:
        if start < begins or end > ends:
            continue
        if start > at:
            pieces.append(Piece(text[at:start]))
        pieces.append(Piece(text[start:end], is_hit=True))
        at = end
    if at < ends:
        pieces.append(Piece(text[at:ends]))
    return pieces


def whole_words(text: str, wanted: Sequence[Word]) -> int:
    """How many of the words stand in the text as they are, and not only as beginnings."""
    there = set(_WORD.findall(folded(text)))
    return sum(word.folded in there for word in wanted)


def standing_in(text: str, wanted: Sequence[Word]) -> Iterator[Word]:
    """Those of the words with which one of the text begins."""
    there = sorted(set(_WORD.findall(folded(text))))
    for word in wanted:
        place = bisect_left(there, word.folded)
        if place < len(there) and there[place].startswith(word.folded):
            yield word


def shortened(text: str) -> str:
    """The beginning of a text, as long as an excerpt."""
    if len(text) <= EXCERPT:
        return text
    return f"{text[: _whole(text, EXCERPT, 1)]} …"
