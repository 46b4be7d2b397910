"""How a command is carried out: at most once, in one transaction, again when it was in the way.

`key` is the caller's own name for the command. What was answered under it is kept with what the
command wrote, so that repeating it, at once or after a crash, gives the same answer and does
nothing more.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from server.domain.actor import Actor
from server.domain.decision import NoVerdict
from server.domain.refusals import Conflict
from server.engine.walk import StepFailed
from server.storage import keys
from server.usecases import mending
from server.usecases.app import App
from server.usecases.running import Running

Result = TypeVar("Result")
ATTEMPTS = 6
PAUSE_SECONDS = 0.02
_IN_THE_WAY = {"40001", "40P01", "55P03"}
"""SQLSTATEs of serialization failures, deadlocks and locks not had."""


@dataclass(frozen=True, slots=True)
class Key:
    """The caller's name for a command, a digest of what it asks, and how its result is answered."""

    text: str
    request: str
    represent: Callable[[Any], Any]


class AlreadyDone(Exception):  # noqa: N818  the answer, given before
    """The command was carried out before under this key; `answer` is what was said then."""

    def __init__(self, answer: Any) -> None:
        super().__init__("This was done before.")
        self.answer = answer


def carry_out(
    app: App,
    actor: Actor,
    do: Callable[[Running], Callable[[], Result]],
    *,
    key: Key | None = None,
    reason: str | None = None,
    retry: Any = None,
) -> Result:
    """Carry out a command: load, think (`do`), save, answer (what `do` returned).

    `retry` is kept, as JSON, when a step of a run fails: what to do once the cause is mended.

    Raises:
        AlreadyDone: the key was used for the same command before.
        Conflict: the key was used for another command; or others were in the way too often.
        Failed: a step cannot be carried out. Nothing was done; the failure is kept.
        Refusal: whatever `do` refuses.
    """
    try:
        return _patiently(lambda: _once(app, actor, do, key, reason))
    except (StepFailed, NoVerdict) as error:
        kept = error
        raise _patiently(lambda: mending.keep(app, actor, kept, retry)) from error


def _patiently(act: Callable[[], Result]) -> Result:
    """Do it again, a few times, when others were in the way."""
    for attempt in range(ATTEMPTS):
        try:
            return act()
        except DBAPIError as error:
            if not _is_in_the_way(error) or attempt == ATTEMPTS - 1:
                raise _as_refusal(error) from error
            pause = PAUSE_SECONDS * 2**attempt
            time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  chance, no secret
    raise AssertionError("unreachable")  # pragma: no cover


def _once(
    app: App,
    actor: Actor,
    do: Callable[[Running], Callable[[], Result]],
    key: Key | None,
    reason: str | None,
) -> Result:
    with app.database.write() as connection:
        if key is not None:
            _reserve(app, connection, actor, key)
        app.crash("after-key")
        running = Running(app, connection, actor, reason)
        try:
            answer = do(running)
            running.settle()
            running.save()
        except StepFailed as error:
            error.origin = running.origin or error.origin
            raise
        result = answer()
        if key is not None:
            keys.answer(connection, _own(actor, key), key.represent(result))
        app.crash("before-commit")
    app.crash("after-commit")
    return result


def _own(actor: Actor, key: Key) -> str:
    return f"{actor.id or 'application'}:{key.text}"


def _reserve(app: App, connection: sa.Connection, actor: Actor, key: Key) -> None:
    before = keys.reserve(connection, _own(actor, key), key.request, app.now())
    if before is None:
        return
    if before.request != key.request:
        raise Conflict(
            f"The key '{key.text}' was used for another command.",
            hint="Use a new key for each command, and the same one only to repeat it.",
        )
    raise AlreadyDone(before.answer)


def _is_in_the_way(error: DBAPIError) -> bool:
    if isinstance(error, IntegrityError):
        return True
    state = getattr(error.orig, "sqlstate", None)
    return state in _IN_THE_WAY or "locked" in str(error.orig)


def _as_refusal(error: DBAPIError) -> Exception:
    if isinstance(error, IntegrityError):
        return Conflict(
            "Another record has the same unique value, or a record that is referred to is gone.",
            hint="Read again what is there and decide anew.",
        )
    if _is_in_the_way(error):
        return Conflict("Others were changing the same.", hint="Try again in a moment.")
    return error
