"""Everything a use case needs, put together once in `server.main` and passed by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from server.domain.definitions import Book, Definitions
from server.rules import Rules
from server.storage.database import Database
from server.storage.models import Models


def utc_now() -> datetime:
    return datetime.now(UTC)


CRASH_POINTS = (
    "after-key",
    "before-records",
    "after-records",
    "after-runs",
    "after-history",
    "after-audit",
    "before-commit",
    "after-commit",
    "before-failure",
)
"""Where tests have a command crash; every one of them is on the way of `carry_out`."""


def pass_by(_point: str) -> None:
    """Crash points do nothing, except where a test puts something else in their place."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """How people get in: with a password of ours (`by_password`), and by the organisation's service.

    Whom that service knows and we do not is entered (`enters_unknown`), or refused.
    """

    by_password: bool = True
    enters_unknown: bool = False


@dataclass(frozen=True, slots=True)
class App:
    """One set of definitions with the database it is served on.

    `now` is the command's time; `crash` is called with the name of each crash point on the way to a
    commit. `books` keeps what open runs are pinned to, by hash; `pinned` the hashes of what is known
    to be kept for good.
    """

    definitions: Definitions
    database: Database
    models: Models
    rules: Rules
    now: Callable[[], datetime] = utc_now
    crash: Callable[[str], None] = pass_by
    entrance: Entrance = Entrance()
    books: dict[str, Book] = field(default_factory=dict)
    pinned: set[str] = field(default_factory=set)
