"""The only code that calls durable-rules: its C module, one call at a time.

`Host`, timers and charts of the library are never used. The C module is no library for threads: a
protocol of several calls must not be broken into, so one lock of the whole process guards all of
it. C holds the interpreter's lock anyway, so nothing is lost.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from server.rules.rulesets import PRIMING, Ruleset

_Hits = TypeVar("_Hits")
Fact = Callable[[int], str]
"""The fact as JSON for the ruleset of this index."""

_engine: Any = None
reason = ""
"""Why durable-rules cannot be used here; empty where it can."""
try:
    import durable_rules_engine

    _engine = durable_rules_engine
except ImportError as error:
    reason = str(error)

_lock = threading.RLock()


def _renew_lock() -> None:
    """The copy of the lock may be held by a thread that does not exist in the new process."""
    global _lock  # noqa: PLW0603  a fork leaves no other way
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


class BrokenError(Exception):
    """The C module gave up twice on the same fact, or cannot load a ruleset."""


class Matcher:
    """Rulesets of one table, loaded into the C module, from which they go when this does."""

    def __init__(self, rulesets: Sequence[Ruleset]) -> None:
        self._rulesets = tuple(rulesets)
        self._handles: list[int] = []
        if _engine is None:
            raise BrokenError(reason)
        with _lock:
            try:
                self._open()
            except (_engine.error, MemoryError) as error:
                self._close()
                raise BrokenError(str(error)) from error

    def first(self, fact: Fact) -> int | None:
        """The number of the first rule that holds."""
        return self._safely(self._first, fact)

    def all(self, fact: Fact) -> list[int]:
        """The numbers of all rules that hold, in order."""
        return self._safely(self._all, fact)

    def _safely(self, ask: Callable[[Fact], _Hits], fact: Fact) -> _Hits:
        """The answer; after an error, that of rulesets opened anew.

        An error may be what a fork, or an earlier error, has left behind half done.
        """
        with _lock:
            try:
                return ask(fact)
            except (_engine.error, MemoryError):
                self._reopen()
            try:
                return ask(fact)
            except (_engine.error, MemoryError) as error:
                self._reopen()
                raise BrokenError(str(error)) from error

    def _first(self, fact: Fact) -> int | None:
        """An event is used up by the first rule that takes it."""
        for index, handle in enumerate(self._handles):
            result, state = _engine.assert_event(handle, fact(index))
            if result == _NOT_HANDLED:
                continue
            action = _started(handle, result, state)
            while _engine.complete_and_start_action(handle, state):
                pass
            return _number(action)
        return None

    def _all(self, fact: Fact) -> list[int]:
        """A fact stays, for every rule, until it is taken back. Some rules may answer twice."""
        hits: set[int] = set()
        for index, handle in enumerate(self._handles):
            text = fact(index)
            result, state = _engine.assert_fact(handle, text)
            if result == _NOT_HANDLED:
                continue
            action = _started(handle, result, state)
            while action:
                hits.add(_number(action))
                action = _engine.complete_and_start_action(handle, state)
            _engine.retract_fact(handle, text)
        return sorted(hits)

    def _reopen(self) -> None:
        self._close()
        self._open()

    def _open(self) -> None:
        """Each ruleset acts once at first: deleting what never acted frees what was never set."""
        for ruleset in self._rulesets:
            handle = _engine.create_ruleset("t", ruleset.json)
            self._handles.append(handle)
            _, state = _engine.assert_event(handle, PRIMING)
            _engine.start_action_for_state(handle, state)
            _engine.complete_and_start_action(handle, state)

    def _close(self) -> None:
        """The state goes before its ruleset; else both leak."""
        while self._handles:
            handle = self._handles.pop()
            _engine.delete_state(handle, None)
            _engine.delete_ruleset(handle)

    def __del__(self) -> None:
        if self._handles and _engine is not None:
            with _lock:
                self._close()


_OK, _NOT_HANDLED = 0, 1


def _started(handle: int, result: int, state: int) -> str:
    """The first action that a message led to."""
    started = _engine.start_action_for_state(handle, state) if result == _OK else None
    if not started or not started[1]:
        raise _engine.error(f"residue of an earlier message, code {result}")
    return str(started[1])


def _number(action: str) -> int:
    """The number of the rule in an action such as `{"r12":{...}}`."""
    return int(action[3 : action.index('"', 3)])
