"""From YAML to checked `Definitions`: read, lay over one another, check the shape, build, check.

load      folders -> definitions, or everything that is wrong with them
rebuild   what a run or a verdict was pinned to -> a book or a table, with the entities of today

Codes of diagnostics and their documentation: `explaining`. JSON Schemas: the folder `schemas`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from server.domain.decision import Decision
from server.domain.definitions import Book, Definitions
from server.domain.entity import Entity
from server.loading import assembling, bundles, checks
from server.loading.diagnostics import Diagnostic, Mark, Severity
from server.loading.manuscript import Address, Manuscript
from server.loading.marked import SourceFile
from server.loading.sources import Folder, gather, shipped, site

__all__ = [
    "Diagnostic",
    "Folder",
    "Loaded",
    "Mark",
    "NoLongerFits",
    "Severity",
    "folders",
    "load",
    "rebuild",
    "rebuild_table",
    "shipped",
    "site",
]


@dataclass(frozen=True, slots=True)
class Loaded:
    """`definitions` is None as soon as one diagnostic is an error.

    `sources` are the files, as later folders have left them. `tested` are the decisions with the
    settings that their own tests were written for. `order` are the names of the folders.
    """

    definitions: Definitions | None
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[Address, SourceFile]
    tested: Mapping[str, Decision]
    order: tuple[str, ...] = ()

    def mark(self, kind: str, key: str, *path: str | int) -> Mark:
        """Where something of a definition is written: `mark("decision", key, "tests", 2)`."""
        return self.sources[kind, key].mark(*path)

    def is_later(self, one: Address, other: Address) -> bool:
        """Whether one definition comes from a later folder than the other."""
        place = {
            address: self.order.index(self.sources[address].folder) for address in (one, other)
        }
        return place[one] > place[other]


class NoLongerFits(Exception):  # noqa: N818  told to administrators as a failure of the run
    """What a run was pinned to names something that entities do not have any more."""


def folders(sites: Iterable[Path]) -> tuple[Folder, ...]:
    """The shipped definitions, and an organisation's own folders after them."""
    return (shipped(), *(site(path) for path in sites))


def load(sources: Iterable[Folder | Path]) -> Loaded:
    """All definitions of these folders, the later laid over the earlier; or all that is wrong."""
    order = [item if isinstance(item, Folder) else site(item) for item in sources]
    names = tuple(item.name for item in order)
    gathered = gather(order)
    manuscript = Manuscript(gathered.sources, gathered.broken, gathered.diagnostics)
    assembling.assemble(manuscript)
    manuscript.diagnostics.extend(checks.check(manuscript))
    told = _told(manuscript, names[-1])
    diagnostics = tuple(sorted(dict.fromkeys(told), key=lambda item: (item.mark, item.code)))
    if any(item.is_error for item in diagnostics):
        return Loaded(None, diagnostics, manuscript.sources, manuscript.tested, names)
    assert not {kind for kind, _ in manuscript.broken} - {"scenario"}, "it has been told"
    definitions = assembling.definitions(manuscript)
    return Loaded(definitions, diagnostics, manuscript.sources, manuscript.tested, names)


def _told(manuscript: Manuscript, last: str) -> Iterator[Diagnostic]:
    """What is wrong; of scenarios that later folders have overtaken, as warnings only.

    Whoever changes a procedure in a folder of their own need not tell the shipped stories anew;
    those that do not fit any more are left out.
    """
    overtaken = {
        source.file: source.key
        for source in manuscript.of_kind("scenario")
        if source.folder != last
    }
    for item in manuscript.diagnostics:
        if item.is_error and item.mark.file in overtaken:
            manuscript.scenarios.pop(overtaken[item.mark.file], None)
            yield replace(item, severity=Severity.WARNING)
        else:
            yield item


def rebuild(bundle: Mapping[str, Any], entities: Mapping[str, Entity]) -> Book:
    """The procedure of a bundle with all it goes by, over the entities of today.

    Raises:
        NoLongerFits: it reads or writes a field, or a value of a choice, that is gone.
    """
    manuscript = _unpacked(bundle, entities, f"Procedure '{bundle['procedure']}'")
    return Book(
        bundles.digest(bundle),
        manuscript.procedures[bundle["procedure"]],
        manuscript.decisions,
        manuscript.forms,
        manuscript.notifications,
    )


def rebuild_table(bundle: Mapping[str, Any], entities: Mapping[str, Entity]) -> Decision:
    """The decision of a bundle, over the entities of today.

    Raises:
        NoLongerFits: it reads a value of a choice that is gone.
    """
    key = bundle["decision"]
    return _unpacked(bundle, entities, f"Decision '{key}'").decisions[key]


def _unpacked(bundle: Mapping[str, Any], entities: Mapping[str, Entity], what: str) -> Manuscript:
    sources = {(source.kind, source.key): source for source in bundles.unpacked(bundle)}
    manuscript = Manuscript(sources, set(), entities=dict(entities))
    assembling.assemble_book(manuscript)
    errors = [item for item in dict.fromkeys(manuscript.diagnostics) if item.is_error]
    if errors:
        told = " ".join(item.message for item in errors)
        raise NoLongerFits(f"{what} no longer fits: {told}")
    return manuscript
