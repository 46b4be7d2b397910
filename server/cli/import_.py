"""`procedura import`: definitions of ours out of the notations of others."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from server.loading.rendering import written
from server.loading.sources import FOLDERS
from server.notation.dmn import Imported, UnreadableError, imported, read
from server.settings import Settings

HEAD = "# yaml-language-server: $schema=../schemas/decision.schema.json\n"


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "import",
        help="make decisions of a DMN file",
        description="Reads a file in a standard notation: 'procedura import dmn FILE --to DIR' makes "
        "a YAML file of each decision in DIR/decisions. Without '--to' a single one is written to "
        "standard output. What our decisions cannot say is refused, and nothing is written.",
    )
    notations = parser.add_subparsers(title="notations", metavar="NOTATION", required=True)
    dmn = notations.add_parser("dmn", help="each decision of a file of DMN 1.2 to 1.5")
    dmn.add_argument("file", type=Path, metavar="FILE")
    dmn.add_argument("--to", metavar="DIR", type=Path, help="the site folder to write into")
    dmn.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Read the file and write its decisions; 1 when it cannot be read, carried or written."""
    del settings
    file: Path = arguments.file
    try:
        decisions = imported(read(file.read_text("utf-8-sig")))
    except OSError as error:
        return _refuse(f"'{file}' cannot be read: {error.strerror}.")
    except UnicodeDecodeError:
        return _refuse(f"'{file}' cannot be read: it is not written in UTF-8.")
    except UnreadableError as error:
        return _refuse(f"{file}:{error.line}: {error} Nothing is written.")
    if arguments.to is None and len(decisions) > 1:
        keys = ", ".join(item.key for item in decisions)
        return _refuse(
            f"The file has {len(decisions)} decisions ({keys}). Say where with '--to DIR'."
        )
    if arguments.to is None:
        print(as_yaml(decisions[0]), end="")
        return 0
    return _write(decisions, arguments.to / FOLDERS["decision"])


def as_yaml(decision: Imported) -> str:
    """The file of a decision."""
    return HEAD + written(decision.data)


def _write(decisions: tuple[Imported, ...], folder: Path) -> int:
    files = {folder / f"{item.key}.yaml": as_yaml(item) for item in decisions}
    there = [file for file in files if file.exists()]
    if there:
        return _refuse(f"'{there[0]}' is there already. Nothing is written.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in files.items():
            file.write_text(text, encoding="utf-8")
    except OSError as error:
        return _refuse(f"'{folder}' cannot be written into: {error.strerror}.")
    plural = "" if len(files) == 1 else "s"
    print(f"{len(files)} decision{plural} written to {folder}. 'procedura check' looks them over.")
    return 0


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1
