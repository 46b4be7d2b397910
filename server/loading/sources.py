"""Folders of definitions, the shipped one first: files found, read, and laid over one another.

In a site folder a file is new; or says `replaces: KEY` and takes the place of one before it; or
says `overrides: KEY` and brings an organisation's own values for settings of that decision. The
later folder wins. Whatever is put in place of something keeps the mark of where it was written.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from server.domain.expression.spelling import did_you_mean
from server.loading import marked, rows
from server.loading.diagnostics import Diagnostic, Mark
from server.loading.faults import folder as faults
from server.loading.faults import table, text
from server.loading.manuscript import Address
from server.loading.marked import SourceFile
from server.loading.shape import shape

FOLDERS: Mapping[str, str] = {
    "process": "processes",
    "procedure": "procedures",
    "role": "roles",
    "entity": "entities",
    "form": "forms",
    "decision": "decisions",
    "notification": "notifications",
    "correlation": "correlations",
    "calendar": "calendars",
    "kpi": "kpis",
    "target": "targets",
    "scenario": "scenarios",
}
"""The folder of each kind. `model.yaml` lies beside them."""
MODEL = "model"
TABLE = ".csv"
"""How the name of a file ends that holds the rules of a decision."""
KINDS = (MODEL, *FOLDERS)
SHIPPED = "definitions"
PASSED_OVER = frozenset({"schemas", "docs"})
"""Folders of a site folder that hold no definitions, besides those with a dot or an underscore."""


@dataclass(frozen=True, slots=True)
class Folder:
    """`name` tells origins apart; `shown` is how people are told of it, before a file's path."""

    name: str
    root: Traversable
    shown: str

    def mark(self, path: str = "") -> Mark:
        return Mark(f"{self.shown}/{path}" if path else self.shown, 1, 1)


@dataclass(slots=True)
class Gathered:
    """All files of all folders by address, as the later have left the earlier."""

    sources: dict[Address, SourceFile] = field(default_factory=dict)
    broken: set[Address] = field(default_factory=set)
    diagnostics: list[Diagnostic] = field(default_factory=list)


def shipped() -> Folder:
    """The definitions that come with the program."""
    root = importlib.resources.files(SHIPPED)
    return Folder(SHIPPED, root, _shown(Path(str(root))))


def site(path: Path) -> Folder:
    """An organisation's own folder."""
    return Folder(path.resolve().name, path, _shown(path))


def _shown(path: Path) -> str:
    """The path as one would type it here."""
    absolute, here = path.absolute(), Path.cwd()
    return str(absolute.relative_to(here)) if here in absolute.parents else str(path)


def gather(folders: Iterable[Folder]) -> Gathered:
    """Read all folders and lay them over one another."""
    gathered = Gathered()
    for number, folder in enumerate(folders):
        if not folder.root.is_dir():
            gathered.diagnostics.append(faults.no_folder(folder.mark()))
            continue
        before = frozenset({*gathered.sources, *gathered.broken})
        for kind, path, file in _files(folder, gathered.diagnostics):
            source = _read(folder, kind, path, file, gathered)
            if source is not None:
                _lay(source, before, gathered, is_site=number > 0)
    has_model = any(kind == MODEL for kind, _ in {*gathered.sources, *gathered.broken})
    if not has_model and not any(item.code == "SIT007" for item in gathered.diagnostics):
        gathered.diagnostics.append(faults.no_model(Mark("model.yaml", 1, 1)))
    return gathered


# -- finding ------------------------------------------------------------------------------------


def _files(
    folder: Folder, diagnostics: list[Diagnostic]
) -> Iterator[tuple[str, str, Traversable]]:
    """The files of a folder, each with its kind and its path; what lies elsewhere is told."""
    kinds = {name: kind for kind, name in FOLDERS.items()}
    for item in _sorted(folder.root):
        name = item.name
        if name.startswith((".", "_")) or (name in PASSED_OVER and item.is_dir()):
            continue
        if name == f"{MODEL}.yaml":
            yield MODEL, name, item
        elif not item.is_dir():
            _tell_misplaced(folder, name, diagnostics)
        elif name in kinds:
            yield from _of_kind(folder, kinds[name], item, diagnostics)
        else:
            hint = did_you_mean(name, kinds)
            for inner in _sorted(item):
                _tell_misplaced(folder, f"{name}/{inner.name}", diagnostics, hint)


def _of_kind(
    folder: Folder, kind: str, root: Traversable, diagnostics: list[Diagnostic]
) -> Iterator[tuple[str, str, Traversable]]:
    for item in _sorted(root):
        path = f"{root.name}/{item.name}"
        is_process = kind == "procedure" and item.is_dir()
        if is_process:
            for inner in _sorted(item):
                if inner.name.endswith(".yaml"):
                    yield kind, f"{path}/{inner.name}", inner
                else:
                    _tell_misplaced(folder, f"{path}/{inner.name}", diagnostics)
        elif item.name.endswith(".yaml") and kind != "procedure":
            yield kind, path, item
        elif not item.is_dir():
            hint = "Procedures lie in a folder named for their process."
            _tell_misplaced(folder, path, diagnostics, hint if kind == "procedure" else "")
        else:
            for inner in _sorted(item):
                _tell_misplaced(folder, f"{path}/{inner.name}", diagnostics)


def _sorted(root: Traversable) -> list[Traversable]:
    return sorted(root.iterdir(), key=lambda item: item.name)


def _tell_misplaced(
    folder: Folder, path: str, diagnostics: list[Diagnostic], hint: str = ""
) -> None:
    name = path.rsplit("/", 1)[-1]
    if name.startswith((".", "_")) or not name.endswith((".yaml", ".yml")):
        return
    if name.endswith(".yml"):
        diagnostics.append(
            faults.misplaced(folder.mark(path), "This file is not read.", "Name it .yaml.")
        )
        return
    known = f"Folders of definitions: {', '.join(FOLDERS.values())}."
    sentence = "No definitions are looked for here, so this file is not read."
    diagnostics.append(faults.misplaced(folder.mark(path), sentence, hint or known))


# -- reading ------------------------------------------------------------------------------------


def _read(
    folder: Folder, kind: str, path: str, file: Traversable, gathered: Gathered
) -> SourceFile | None:
    """The file with its shape checked; None, and its name remembered, where it is of no use."""
    stem = path.rsplit("/", 1)[-1].removesuffix(".yaml")
    mark = folder.mark(path)
    try:
        with file.open("rb") as stream:
            content = stream.read(marked.LARGEST_FILE + 1)
    except OSError as error:
        gathered.diagnostics.append(text.unreadable(mark, str(error.strerror or error)))
        gathered.broken.add((kind, stem))
        return None
    source, diagnostics = marked.parse(content, mark.file)
    gathered.diagnostics.extend(diagnostics)
    if any(item.is_error for item in diagnostics):
        gathered.broken.add((kind, stem))
        return None
    source = replace(source, folder=folder.name, path=path, kind=kind, key=stem)
    if kind == "decision":
        found = _with_rows(folder, source, gathered)
        if found is None:
            gathered.broken.add((kind, stem))
            return None
        source = found
    shaped = shape(source)
    gathered.diagnostics.extend(shaped.diagnostics)
    if shaped.source is None:
        gathered.broken.add((kind, stem))
        return None
    data: Mapping[str, Any] = shaped.source.data
    key = str(data.get("overrides") or data[kind])
    if key != stem and kind != MODEL:
        at = source.mark("overrides" if "overrides" in data else kind)
        gathered.diagnostics.append(faults.misnamed(at, key, f"{key}.yaml"))
    return replace(shaped.source, key=key)


def _with_rows(folder: Folder, source: SourceFile, gathered: Gathered) -> SourceFile | None:
    """The decision with the rules of the CSV file that it names; None where that is of no use."""
    data = source.data
    name = data.get("rules") if isinstance(data, Mapping) else None
    if not isinstance(name, str) or not name.endswith(TABLE) or "/" in name or "\\" in name:
        return source
    beside = folder.root.joinpath(FOLDERS["decision"])
    path = f"{FOLDERS['decision']}/{name}"
    try:
        with beside.joinpath(name).open("rb") as stream:
            content = stream.read(marked.LARGEST_FILE + 1)
    except OSError:
        known = [item.name for item in _sorted(beside) if item.name.endswith(TABLE)]
        gathered.diagnostics.append(table.no_table(source.mark("rules"), name, known))
        return None
    found, diagnostics = rows.parse(content, folder.mark(path).file, data)
    gathered.diagnostics.extend(diagnostics)
    if found is None:
        return None
    grafts = {**source.grafts, ("rules",): (found, ())}
    return replace(source, data={**data, "rules": found.data}, grafts=grafts)


# -- laying over one another --------------------------------------------------------------------


def _lay(
    source: SourceFile, before: frozenset[Address], gathered: Gathered, *, is_site: bool
) -> None:
    address = (source.kind, source.key)
    known = sorted(key for kind, key in before if kind == source.kind)
    if "overrides" in source.data:
        _override(source, before, gathered, known)
        return
    replaced = source.data.get("replaces")
    if replaced is not None:
        if (source.kind, replaced) not in before or replaced != source.key:
            mark = source.mark("replaces")
            gathered.diagnostics.append(
                faults.replaces_nothing(mark, source.kind, replaced, source.key, known)
            )
            gathered.sources.setdefault(address, source)
            return
        other = gathered.sources.get(address)
        if other is not None and other.folder == source.folder:
            mark = source.mark(source.kind)
            gathered.diagnostics.append(faults.twice(mark, source.kind, source.key, other.file))
            return
        gathered.broken.discard(address)
        gathered.sources[address] = source
        return
    other = _other(address, source, gathered)
    if other is not None:
        tell = faults.exists_already if is_site and other.folder != source.folder else faults.twice
        gathered.diagnostics.append(
            tell(source.mark(source.kind), source.kind, other.key, other.file)
        )
        return
    gathered.sources[address] = source


def _other(address: Address, source: SourceFile, gathered: Gathered) -> SourceFile | None:
    """The file that defines the same thing already; of models there is one."""
    if source.kind != MODEL:
        return gathered.sources.get(address)
    return next((item for (kind, _), item in gathered.sources.items() if kind == MODEL), None)


def _override(
    source: SourceFile, before: frozenset[Address], gathered: Gathered, known: list[str]
) -> None:
    """Put an organisation's own values in place of those of a decision."""
    address = ("decision", source.key)
    if address not in before:
        mark = source.mark("overrides")
        gathered.diagnostics.append(faults.overrides_nothing(mark, source.key, known))
        return
    base = gathered.sources.get(address)
    if base is None:
        return
    settings = dict(base.data.get("settings", {}))
    grafts = dict(base.grafts)
    for name, own in source.data["settings"].items():
        if name not in settings:
            mark = source.key_mark("settings", name)
            diagnostic = faults.no_such_setting(mark, source.key, name, sorted(settings))
            gathered.diagnostics.append(diagnostic)
            continue
        settings[name] = {**settings[name], **own}
        for part in own:
            at = ("settings", name, part)
            grafts[at] = (source, at)
    data = {**base.data, "settings": settings}
    gathered.sources[address] = replace(base, data=data, grafts=grafts, before=base.before or base)
