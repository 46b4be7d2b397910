"""`procedura fmt`: definitions written in one way."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from server.settings import Settings


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "fmt",
        help="format definitions",
        description="Indents by two, puts blanks into braces and quotes around texts in braces "
        "that need them, and takes away what is superfluous. Comments, the order of keys and "
        "columns that you have aligned stay. Files that cannot be read are told and left alone.",
    )
    parser.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="YAML files, or folders of them; without any, the folders of PROCEDURA_DEFINITIONS",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="change nothing; name the files that would change, and exit with 1 if there are any",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Format; 1 when a file cannot be read, or with --check would change."""
    from server.loading.formatting import formatted

    status = 0
    changed = 0
    for path in _files(arguments.files or settings.definitions):
        try:
            text = path.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            print(f"{path}: cannot be read: {error}", file=sys.stderr)
            status = 1
            continue
        found = formatted(text, str(path))
        if found.diagnostics:
            print(*found.diagnostics, sep="\n", file=sys.stderr)
            status = 1
        elif found.text != text:
            changed += 1
            print(path)
            if arguments.check:
                status = 1
            else:
                path.write_bytes(found.text.encode())
    would = "would change" if arguments.check else "changed"
    print(f"{changed or 'No'} file{'' if changed == 1 else 's'} {would}.")
    return status


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob("*.yaml"))
        else:
            yield path
