"""What was read on the way to something: whoever read nothing that is otherwise now comes out the same.

So one broken file costs little: what is built of the others is taken over, and only those stories
are played that read something of what is otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping, ValuesView
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from server.domain.procedure import Procedure
from server.loading import assembling
from server.loading.desk import Desk
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript, Reference
from server.loading.marked import SourceFile

_Value = TypeVar("_Value")
Read = tuple[str, Any]
"""The name of a mapping and a key of it."""
BUILDERS = tuple(name for name in vars(assembling) if name.startswith("build_"))


class Reads:
    """What is read at the moment: each value as it was found, None where there was none."""

    def __init__(self) -> None:
        self._noted: dict[Read, Any] | None = None

    @contextmanager
    def noted(self) -> Iterator[dict[Read, Any]]:
        """Inside, what is read is noted."""
        around, self._noted = self._noted, {}
        try:
            yield self._noted
        finally:
            self._noted = around

    def note(self, name: str, key: Any, value: Any) -> None:
        if self._noted is not None:
            self._noted[name, key] = value


class Watched(MutableMapping[Any, _Value]):
    """A mapping that notes which of its values are read. Which keys there are, no break changes."""

    def __init__(self, name: str, reads: Reads, values: Mapping[Any, _Value]) -> None:
        self._name, self._reads, self._values = name, reads, dict(values)

    def __getitem__(self, key: Any) -> _Value:
        self._reads.note(self._name, key, self._values.get(key))
        return self._values[key]

    def __setitem__(self, key: Any, value: _Value) -> None:
        self._values[key] = value

    def __delitem__(self, key: Any) -> None:
        del self._values[key]

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def unseen(self) -> Mapping[Any, _Value]:
        """The same, read without a note."""
        return self._values


class WatchedProcedures(Watched[Procedure]):
    """The same of procedures. Who goes through all of them looks for starts, and reads no more."""

    def values(self) -> ValuesView[Procedure]:
        return self._values.values()


class Noticed(Exception):  # noqa: N818  it ends the reading of a broken file, as it should
    """A check says so."""

    def __init__(self, said: Diagnostic) -> None:
        super().__init__(f"{said.code}: {said.message}")


@dataclass(frozen=True, slots=True)
class _Built:
    """What was made of one file, of what, and what was said and named on the way."""

    source: SourceFile
    rest: tuple[Any, ...]
    reads: Mapping[Read, Any]
    made: Any
    diagnostics: tuple[Diagnostic, ...]
    references: tuple[Reference, ...]

    def still_holds(self, desk: Desk, rest: tuple[Any, ...]) -> bool:
        """Whether this file, and all that was read to make something of it, is what it was."""
        return (
            desk.source is self.source
            and rest == self.rest
            and all(
                getattr(desk.manuscript, name).get(key) is value
                for (name, key), value in self.reads.items()
            )
        )


class Builders:
    """The builders of the loader, which remember what they have built.

    `is_new` tells what a break is noticed by from what was said before.
    """

    def __init__(self, reads: Reads, is_new: Callable[[Diagnostic], bool]) -> None:
        self._reads, self._is_new = reads, is_new
        self._built: dict[tuple[str, str], _Built] = {}

    @contextmanager
    def at_work(self, *, remembering: bool) -> Iterator[None]:
        """Inside, `assemble` builds anew only what has to be.

        Raises:
            Noticed: what is built anew has an error.
        """
        before = {name: getattr(assembling, name) for name in BUILDERS}
        for name, build in before.items():
            setattr(assembling, name, self._narrow(build, remembering=remembering))
        try:
            yield
        finally:
            for name, build in before.items():
                setattr(assembling, name, build)

    def _narrow(self, build: Callable[..., Any], *, remembering: bool) -> Callable[..., Any]:
        def narrow(desk: Desk, *rest: Any) -> Any:
            manuscript, address = desk.manuscript, (desk.source.kind, desk.source.key)
            known = self._built.get(address)
            if known is not None and known.still_holds(desk, rest):
                manuscript.diagnostics += known.diagnostics
                manuscript.references += known.references
                return known.made
            said, named = len(manuscript.diagnostics), len(manuscript.references)
            with self._reads.noted() as reads:
                made = build(desk, *rest)
            diagnostics = tuple(manuscript.diagnostics[said:])
            if remembering:
                references = tuple(manuscript.references[named:])
                built = _Built(desk.source, rest, reads, made, diagnostics, references)
                self._built[address] = built
            else:
                for item in diagnostics:
                    if item.is_error and self._is_new(item):
                        raise Noticed(item)
            return made

        return narrow


def watched(manuscript: Manuscript, reads: Reads) -> Manuscript:
    """The same manuscript, of which it is noted what is read."""
    for name in ("sources", *MADE):
        setattr(manuscript, name, Watched(name, reads, getattr(manuscript, name)))
    return manuscript


MADE = {
    "roles": "role",
    "entities": "entity",
    "decisions": "decision",
    "procedures": "procedure",
    "forms": "form",
    "notifications": "notification",
    "correlations": "correlation",
    "kpis": "kpi",
    "targets": "target",
    "processes": "process",
    "scenarios": "scenario",
}
"""What a manuscript holds of what has been made, by the kind of file it is made of."""
