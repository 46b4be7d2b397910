"""Which columns a list has, and in which order: what an address asks for, else what is usual.

An address names them by the keys of fields, `columns=id,status,summary`. What somebody may not see,
or what there is not, is left out; where nothing is left, the usual ones stand there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

ASKED = "columns"
SEPARATOR = ","


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column as it stands in the chooser."""

    key: str
    title: str
    is_shown: bool


def asked(address: MultiDict[str, str]) -> tuple[str, ...]:
    """The keys that an address names, each once, in its order."""
    keys = (key for text in address.getlist(ASKED) for key in text.split(SEPARATOR))
    return tuple(dict.fromkeys(key for key in keys if key))


def shown(
    wanted: Sequence[str], usual: Sequence[str], seen: Mapping[str, str]
) -> list[tuple[str, str]]:
    """The columns of a list with their titles; `seen` are those that its reader may see."""
    for keys in (wanted, usual):
        found = [(key, seen[key]) for key in keys if key in seen]
        if found:
            return found
    return []


def choices(now: Sequence[tuple[str, str]], seen: Mapping[str, str]) -> list[ColumnChoice]:
    """What may be chosen: the columns of now in their order, then the others."""
    here = [key for key, _ in now]
    others = [key for key in seen if key not in here]
    return [ColumnChoice(key, seen[key], key in here) for key in (*here, *others)]
