"""What FEEL's values become here: a text of ours, with the conditions under which it is null."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from server.domain.values import DECIMAL_PLACES, Kind

Constant = None | bool | str | Decimal | Fraction

ATOM, POWER, PRODUCT, SUM, COMPARED, LOOSE = range(6)
"""How tightly the parts of a text hold together."""


@dataclass(frozen=True, slots=True)
class Term:
    """A value. Where one of the `guards` holds it is null; else `text` gives it.

    `values` maps the words of DMN to those of a choice of ours, where this is one.
    """

    text: str
    kind: Kind | None = None
    guards: tuple[str, ...] = ()
    tightness: int = ATOM
    constant: tuple[Constant] | None = None
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def whole(self) -> str:
        """The value, null and all."""
        if not self.guards or self.guards == (f"{self.within(ATOM)} is null",):
            return self.text
        return f"if {' or '.join(self.guards)} then null else {self.text}"

    def within(self, tightness: int) -> str:
        """The text as a part of something that holds so tightly."""
        return self.text if self.tightness <= tightness else f"({self.text})"


@dataclass(frozen=True, slots=True)
class Truth:
    """When something is true, when it is false, and when it is neither; conditions of ours."""

    true: str
    false: str
    neither: str = ""


NOTHING = Term("null", constant=(None,))

NEITHER = Truth("false", "false", "true")
TRUTHS: Mapping[bool, Truth] = {
    True: Truth("true", "false"),
    False: Truth("false", "true"),
}


def constant(value: Constant) -> Term:
    """A constant, as our expressions write it."""
    match value:
        case None:
            return NOTHING
        case bool():
            return Term(str(value).lower(), Kind.YES_NO, constant=(value,))
        case str():
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            escaped = escaped.replace("\n", "\\n").replace("\t", "\\t")
            return Term(f'"{escaped}"', Kind.TEXT, constant=(value,))
        case _:
            text = number_text(Fraction(value))
            tightness = PRODUCT if "/" in text else POWER if text.startswith("-") else ATOM
            kind = Kind.FRACTION if "/" in text else Kind.NUMBER
            return Term(text, kind, tightness=tightness, constant=(value,))


def number_text(number: Fraction) -> str:
    """A number as it is written: with a point where that is exact, else as a fraction."""
    scaled = number * 10**DECIMAL_PLACES
    if scaled.denominator != 1:
        return f"{number.numerator}/{number.denominator}"
    return format(Decimal(scaled.numerator).scaleb(-DECIMAL_PLACES).normalize(), "f")


def is_number(value: Constant) -> bool:
    return isinstance(value, Decimal | Fraction)


def kind_of(sign: str, left: Kind | None, right: Kind | None) -> Kind | None:
    if left is Kind.TEXT and right is Kind.TEXT:
        return Kind.TEXT
    if sign in {"/", "**"} or Kind.FRACTION in {left, right}:
        return Kind.FRACTION if left in {Kind.NUMBER, Kind.FRACTION} else left
    return left if right is Kind.NUMBER else right if left is Kind.NUMBER else left


def once(guards: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(guards))


def either(guards: Sequence[str]) -> str:
    return " or ".join(guards)


def loose(term: Term) -> str:
    """A value with null and all, as one side of a comparison."""
    return term.within(SUM) if term.whole == term.text else f"({term.whole})"


def _bracketed(condition: str) -> str:
    return condition if condition in {"true", "false"} else f"({condition})"


def joined(word: str, left: Truth, right: Truth) -> Truth:
    other = "or" if word == "and" else "and"
    true = f"{_bracketed(left.true)} {word} {_bracketed(right.true)}"
    false = f"{_bracketed(left.false)} {other} {_bracketed(right.false)}"
    doubts = [_bracketed(item.neither) for item in (left, right) if item.neither]
    if not doubts:
        return Truth(true, false)
    settled = false if word == "and" else true
    return Truth(true, false, f"({either(doubts)}) and not ({settled})")


def as_term(truth: Truth) -> Term:
    if truth.neither == "true":
        return NOTHING
    if not truth.neither and truth.true in {"true", "false"}:
        return constant(truth.true == "true")
    guards = (truth.neither,) if truth.neither else ()
    return Term(truth.true, Kind.YES_NO, guards, LOOSE)


def compared_constants(sign: str, left: Constant, right: Constant) -> Truth:
    if sign in {"=", "!="}:
        return TRUTHS[(left == right) is (sign == "=")]
    if not (is_number(left) and is_number(right)):
        return NEITHER
    one, other = Fraction(left), Fraction(right)  # type: ignore[arg-type]
    return TRUTHS[
        {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[sign]
    ]
