"""Examples in the words of the definition: *impact is minor and age is less than 3 days*."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from fractions import Fraction

from server.domain.values import Kind, Value, to_json
from server.loading.proving.searching import Example
from server.loading.proving.variables import Other, Piece, Same, Stretch, Unknown, Variable

MOST = 8
"""Conditions that a sentence names."""
_UNITS = (
    (timedelta(weeks=1), "week"),
    (timedelta(days=1), "day"),
    (timedelta(hours=1), "hour"),
    (timedelta(minutes=1), "minute"),
    (timedelta(seconds=1), "second"),
)


def spoken(
    example: Example, names: Mapping[str, str] | None = None, unsaid: Collection[str] = ()
) -> str:
    """The inputs as a clause. `names` says what some are called; what is `unsaid` is left out."""
    called = names or {}
    if example.is_exact:
        parts = [
            f"{called.get(name, name)} is {value(given)}"
            for name, given in example.given.items()
            if name not in unsaid
        ]
    else:
        parts = [
            _clause(called.get(variable.name, variable.name), variable, pieces)
            for variable, pieces in example.pieces
            if variable.name not in unsaid
        ]
    if not parts:
        return "whatever is given"
    shown = parts[:MOST] + (["so on"] if len(parts) > MOST else [])
    return f"when {_listed(shown, 'and')}"


def value(given: Value) -> str:
    """A value as people write it."""
    match given:
        case None:
            return "unknown"
        case bool():
            return "yes" if given else "no"
        case timedelta():
            return _duration(given)
        case str():
            return given if given.isidentifier() else f'"{given}"'
        case tuple():
            return f"a list of {len(given)}" if given else "an empty list"
        case _:
            return str(to_json(given))


def _duration(given: timedelta) -> str:
    sign = "-" if given < timedelta() else ""
    for unit, word in _UNITS:
        if given and given % unit == timedelta():
            count = abs(given) // unit
            return f"{sign}{count} {word}{'s' * (count != 1)}"
    return f"{sign}{abs(given) / timedelta(seconds=1):g} seconds"


def _clause(name: str, variable: Variable, pieces: Sequence[Piece]) -> str:
    if variable.is_measured:
        return f"{name} is {_listed(_stretches(variable, pieces), 'or')}"
    if any(isinstance(piece, Other) for piece in pieces):
        return f"{name} is {_unlike(pieces)}"
    words = [value(piece.value) for piece in pieces if isinstance(piece, Same)]
    words += ["unknown"] * any(isinstance(piece, Unknown) for piece in pieces)
    return f"{name} is {_listed(words, 'or')}"


def _unlike(pieces: Sequence[Piece]) -> str:
    words = [
        "something else",
        *(value(piece.value) for piece in pieces if isinstance(piece, Same)),
    ]
    words += ["unknown"] * any(isinstance(piece, Unknown) for piece in pieces)
    return _listed(words, "or")


def _stretches(variable: Variable, pieces: Sequence[Piece]) -> list[str]:
    """Neighbouring stretches as one."""
    merged: list[Stretch] = []
    for piece in pieces:
        if not isinstance(piece, Stretch):
            continue
        if merged and _adjoin(variable, merged[-1], piece):
            before = merged.pop()
            merged.append(Stretch(before.low, piece.high, before.has_low, piece.has_high))
        else:
            merged.append(piece)
    words = [_stretch(variable, piece) for piece in merged]
    return words + ["unknown"] * any(isinstance(piece, Unknown) for piece in pieces)


def _adjoin(variable: Variable, one: Stretch, other: Stretch) -> bool:
    if variable.is_whole:
        return other.low == one.high + 1
    return one.high == other.low and (one.has_high or other.has_low)


def _stretch(variable: Variable, piece: Stretch) -> str:
    least, greatest = variable.ends
    is_low = piece.low == least and piece.has_low
    is_high = piece.high == greatest and piece.has_high
    low, high = (_amount(variable, end) for end in (piece.low, piece.high))
    if piece.low == piece.high:
        return low
    if is_low and is_high:
        return "anything"
    if is_low:
        return f"at most {high}" if piece.has_high else f"less than {high}"
    if is_high:
        return f"at least {low}" if piece.has_low else f"more than {low}"
    if piece.has_low and piece.has_high:
        return f"from {low} to {high}"
    start = f"at least {low}" if piece.has_low else f"more than {low}"
    end = f"at most {high}" if piece.has_high else f"less than {high}"
    return f"{start} and {end}"


def _amount(variable: Variable, number: Fraction) -> str:
    if variable.type.kind is Kind.FRACTION or variable.holds(number):
        return value(variable.value(number))
    return str(number)


def _listed(parts: Sequence[str], word: str) -> str:
    if len(parts) == 1:
        return parts[0]
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"
