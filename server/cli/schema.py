"""`procedura schema`: the JSON Schemas of all kinds of definitions, for editors."""

from __future__ import annotations

import argparse
import importlib.resources
import sys
from pathlib import Path
from typing import Any

from server.settings import Settings

SUFFIX = ".schema.json"


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "schema",
        help="write the JSON Schemas of definitions to a folder",
        description="Writes a schema for each kind of definition, so that editors complete and "
        "underline while one types. Schemas of an earlier version are written over.",
    )
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Write the schemas; 1 when the folder cannot be written."""
    del settings
    try:
        written = write_schemas(arguments.folder)
    except OSError as error:
        print(f"The schemas cannot be written: {error}", file=sys.stderr)
        return 1
    print(f"{written} schemas are in {arguments.folder}.")
    return 0


def write_schemas(folder: Path) -> int:
    """Write every schema to the folder; how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    schemas = [
        item
        for item in importlib.resources.files("schemas").iterdir()
        if item.name.endswith(SUFFIX)
    ]
    for schema in schemas:
        (folder / schema.name).write_text(schema.read_text("utf-8"), encoding="utf-8")
    return len(schemas)
