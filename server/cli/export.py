"""`procedura export`: definitions in the notations of others, for their tools."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server import loading
from server.domain.definitions import Definitions
from server.domain.expression.spelling import did_you_mean
from server.notation import Titles, as_bpmn
from server.notation.dmn import exported
from server.settings import Settings


@dataclass(frozen=True, slots=True)
class Notation:
    """What it is called, what it shows, and how one of these is written in it."""

    name: str
    kind: str
    known: Callable[[Definitions], Mapping[str, Any]]
    written: Callable[[Definitions, str], str]


NOTATIONS = (
    Notation(
        "bpmn",
        "procedure",
        lambda definitions: definitions.procedures,
        lambda definitions, key: as_bpmn(definitions.procedures[key], Titles.of(definitions)),
    ),
    Notation(
        "dmn",
        "decision",
        lambda definitions: definitions.decisions,
        lambda definitions, key: exported(definitions.decisions[key]),
    ),
)


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "export",
        help="write procedures as BPMN 2.0, decisions as DMN 1.3",
        description="Writes definitions in a standard notation: 'procedura export bpmn --to DIR' "
        "makes a file of each procedure, 'procedura export dmn' of each decision. One that is named is written to standard output.",
    )
    notations = parser.add_subparsers(title="notations", metavar="NOTATION", required=True)
    for notation in NOTATIONS:
        one = notations.add_parser(
            notation.name, help=f"each {notation.kind} as {notation.name.upper()}"
        )
        one.add_argument(
            "keys",
            metavar=notation.kind.upper(),
            nargs="*",
            help=f"the key of a {notation.kind}; without one, all of them",
        )
        one.add_argument("--to", metavar="DIR", type=Path, help="the folder to write files into")
        one.set_defaults(run=run, notation=notation)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Write the files; 1 when something that is named does not exist, or nothing can be read."""
    notation: Notation = arguments.notation
    definitions = loading.load(loading.folders(settings.definitions)).definitions
    if definitions is None:
        return _refuse("The definitions have errors.", "'procedura check' tells them.")
    known = notation.known(definitions)
    for key in arguments.keys:
        if key not in known:
            return _refuse(f"There is no {notation.kind} '{key}'.", did_you_mean(key, known))
    keys = arguments.keys or list(known)
    folder: Path | None = arguments.to
    if folder is None and len(keys) > 1:
        return _refuse(
            f"Each {notation.kind} becomes a file.", "Say where with '--to DIR', or name just one."
        )
    texts = {key: notation.written(definitions, key) for key in keys}
    if folder is None:
        print(*texts.values(), sep="", end="")
        return 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for key, text in texts.items():
            (folder / f"{key}.{notation.name}").write_text(text, encoding="utf-8")
    except OSError as error:
        return _refuse(f"'{folder}' cannot be written into: {error.strerror}.", "")
    plural = "" if len(texts) == 1 else "s"
    print(f"{len(texts)} {notation.kind}{plural} written to {folder}.")
    return 0


def _refuse(sentence: str, hint: str) -> int:
    print(f"{sentence} {hint}".strip(), file=sys.stderr)
    return 1
