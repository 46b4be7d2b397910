"""`procedura show`: one definition as it is served, and where each part of it was written."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from server import loading
from server.domain.expression.spelling import did_you_mean
from server.loading import Loaded
from server.loading.rendering import Line, written_out
from server.loading.sources import FOLDERS, KINDS
from server.settings import Settings

DECISION = "decision"


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "show",
        help="show a definition as site folders have left it",
        description="Writes out one definition as it is served: 'procedura show decision "
        "incident-priority'. What a site folder has put in says so.",
    )
    parser.add_argument("kind", metavar="KIND", help=f"one of {', '.join(KINDS)}")
    parser.add_argument("key", metavar="KEY", help="the key, which is the file's name")
    parser.add_argument(
        "--origin",
        action="store_true",
        help="before each line, the file and line it was written in",
    )
    parser.add_argument(
        "--compiled", action="store_true", help="of a decision, what the rules engine is told"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Show a definition; 1 when there is none, or it cannot be read."""
    kind = {folder: kind for kind, folder in FOLDERS.items()}.get(arguments.kind, arguments.kind)
    if kind not in KINDS:
        return _refuse(f"There is no kind of definition '{kind}'.", did_you_mean(kind, KINDS))
    loaded = loading.load(loading.folders(settings.definitions))
    source = loaded.sources.get((kind, arguments.key))
    if source is None:
        known = [key for other, key in loaded.sources if other == kind]
        return _refuse(
            f"There is no {kind} '{arguments.key}'.", did_you_mean(arguments.key, known)
        )
    if arguments.compiled:
        return _show_compiled(loaded, kind, arguments.key)
    lines = written_out(source)
    if arguments.origin:
        _show_with_origin(lines)
    else:
        print(f"# {source.file}")
        for line in lines:
            print(f"{line.text}  # from {line.mark}" if line.is_grafted else line.text)
    return 0


def _show_with_origin(lines: tuple[Line, ...]) -> None:
    width = max(len(_origin(line)) for line in lines)
    for line in lines:
        print(f"{_origin(line):{width}} | {line.text}".rstrip())


def _origin(line: Line) -> str:
    return f"{line.mark.file}:{line.mark.line}"


def _show_compiled(loaded: Loaded, kind: str, key: str) -> int:
    from server.rules import compiled_text

    if kind != DECISION:
        return _refuse("Only decisions are compiled.", f"Try 'procedura show {DECISION} KEY'.")
    if loaded.definitions is None:
        return _refuse("The definitions have errors.", "'procedura check' tells them.")
    print(compiled_text(loaded.definitions.decisions[key]))
    return 0


def _refuse(sentence: str, hint: str) -> int:
    print(f"{sentence} {hint}".strip(), file=sys.stderr)
    return 1
