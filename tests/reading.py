"""Definitions that say the same, read once: commands and servers read anew each time, as they have to."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from importlib.resources.abc import Traversable
from pathlib import Path

from server import loading
from server.loading import Folder, Loaded

_load = loading.load
READ: dict[Hashable, Loaded] = {}


def read(sources: Iterable[Folder | Path]) -> Loaded:
    """What was loaded of the same files, where they say the same."""
    folders = tuple(sources)
    name = tuple(
        (item.name, item.shown, *written(item.root))
        if isinstance(item, Folder)
        else (item, *written(item))
        for item in folders
    )
    if name not in READ:
        READ[name] = _load(folders)
    return READ[name]


def written(place: Traversable) -> Iterator[Hashable]:
    """Everything in a folder, and what is written there."""
    if place.is_file():
        yield place.name, place.read_bytes()
    if place.is_dir():
        for inner in place.iterdir():
            yield place.name, inner.name
            yield from written(inner)
