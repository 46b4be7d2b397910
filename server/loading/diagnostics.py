"""A problem in a definition, told so that its author can mend it without reading our code."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Severity(enum.StrEnum):
    """An error keeps the definitions from being served; a warning is worth a look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a file, for people: `line` and `column` count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What is wrong, where, and what to do about it. `procedura explain CODE` tells more."""

    code: str
    mark: Mark
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        text = f"{self.mark}: {self.severity.value} {self.code}: {self.message}"
        return f"{text}\n    hint: {self.hint}" if self.hint else text
