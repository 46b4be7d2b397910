"""Why a well-formed command is not carried out. Each class maps to one HTTP status.

`str(refusal)` is a sentence fit for the person who asked; `hint` says what to do instead. A
refused command leaves no row.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refusal(Exception):  # noqa: N818  a refusal is an answer, not an error of ours
    """A command that the rules do not allow."""

    def __init__(self, sentence: str, *, hint: str = "") -> None:
        super().__init__(sentence)
        self.hint = hint


class NotAuthenticated(Refusal):
    """Nobody is logged in, or the token is unknown or has run out. (401)"""


class NotAllowed(Refusal):
    """This person may not do that. (403)"""


class NotFound(Refusal):
    """Nothing has that id, or the person may not know that it exists. (404)"""


class WrongState(Refusal):
    """The task, run or record is not in a state that permits this. (409)"""


class Conflict(Refusal):
    """Somebody else has changed it since it was read. (409; 412 when asked by If-Match)

    `fields` maps each field that differs to its present value, as JSON; `before` to what it held
    when it was read.
    """

    def __init__(
        self,
        sentence: str,
        *,
        hint: str = "",
        fields: Mapping[str, Any] | None = None,
        before: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(sentence, hint=hint)
        self.fields = dict(fields or {})
        self.before = dict(before or {})


class Invalid(Refusal):
    """Some values break their rules. (422) `problems` maps a field's key to a sentence."""

    def __init__(self, sentence: str, problems: Mapping[str, str], *, hint: str = "") -> None:
        super().__init__(sentence, hint=hint)
        self.problems = dict(problems)


class Malformed(Refusal):
    """The request cannot be read. (400)"""


class TooLarge(Refusal):
    """The request is larger than is taken. (413)"""


class Failed(Refusal):
    """The run could not go on. Nothing of the command was done; administrators see why. (409)"""
