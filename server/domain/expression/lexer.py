"""The words of an expression, each with where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal as OneOf

from server.domain.expression.tree import Problem

LENGTH_LIMIT = 2_000
"""Characters that an expression may have."""

KEYWORDS = frozenset(
    {"and", "or", "not", "in", "between", "is", "contains", "null", "true", "false", "now"}
    | {"if", "then", "else", "where", "some", "every", "satisfies"}
)

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<text>"(?:\\.|[^"\\])*")
      | (?P<sign>\*\*|\.\.|<=|>=|!=|[-+*/<>=()\[\],.])
      | (?P<word>[^\W\d]\w*)""",
    re.VERBOSE | re.DOTALL,
)
_FOREIGN = {
    "==": "Equality is written '='.",
    "<>": "Inequality is written '!='.",
    "&&": "Write 'and'.",
    "||": "Write 'or'.",
    "!": "Write 'not'.",
    "'": 'Text stands in double quotes: "like this".',
    "{": "Write only the expression; braces belong to templates.",
}
_ESCAPES = {'"': '"', "\\": "\\", "n": "\n", "t": "\t"}


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the text. `end` closes it, so that there is always a next one."""

    kind: OneOf["number", "text", "sign", "word", "end"]
    text: str
    start: int
    end: int


class MisreadError(Exception):
    """The text is no expression. Caught where reading began; it never leaves this folder."""

    def __init__(self, message: str, start: int, end: int, hint: str = "") -> None:
        super().__init__(message)
        self.problem = Problem(message, start, max(end, start), hint)


def tokens(text: str) -> tuple[Token, ...]:
    """All words of the text.

    Raises:
        MisreadError: it is too long, or something in it belongs to no expression.
    """
    if len(text) > LENGTH_LIMIT:
        raise MisreadError(
            f"The expression has {len(text)} characters; at most {LENGTH_LIMIT} are read.",
            LENGTH_LIMIT,
            len(text),
            "Let a decision, or a named computed value, say a part of it.",
        )
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _strange(text, at)
        kind = match.lastgroup
        if kind != "space":
            _refuse_foreign(text, at)
            found.append(Token(kind, match.group(), at, match.end()))  # type: ignore[arg-type]
        at = match.end()
    return (*found, Token("end", "", len(text), len(text)))


def unquoted(token: Token) -> str:
    """What a text in quotes says.

    Raises:
        MisreadError: a backslash stands before something that it cannot.
    """

    def plain(match: re.Match[str]) -> str:
        meant = _ESCAPES.get(match.group(1))
        if meant is None:
            at = token.start + 1 + match.start()
            raise MisreadError(
                f"'\\{match.group(1)}' means nothing in a text.",
                at,
                at + 2,
                'After a backslash comes ", \\, n (new line) or t (tab).',
            )
        return meant

    return re.sub(r"\\(.)", plain, token.text[1:-1], flags=re.DOTALL)


def _refuse_foreign(text: str, at: int) -> None:
    """Other languages' spellings that would otherwise be read as two signs."""
    for sign in ("==", "<>"):
        if text.startswith(sign, at):
            raise MisreadError(f"'{sign}' is not known here.", at, at + 2, _FOREIGN[sign])


def _strange(text: str, at: int) -> MisreadError:
    if text[at] == '"':
        return MisreadError(
            "The text that begins here has no closing quote.", at, len(text), 'Close it with ".'
        )
    sign = text[at : at + 2] if text[at : at + 2] in _FOREIGN else text[at]
    return MisreadError(
        f"{sign!r} belongs to no expression.", at, at + len(sign), _FOREIGN.get(sign, "")
    )
