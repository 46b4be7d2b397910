"""`procedura schema`: what may be written in each kind of definition, for editors and for people."""

from __future__ import annotations

import argparse
import importlib.resources
import json
import sys
from pathlib import Path
from typing import Any

from server import loading
from server.domain.definitions import Definitions
from server.loading.project_schema import decision_schema, form_schema
from server.loading.reference import reference
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
    parser.add_argument(
        "--reference",
        action="store_true",
        help="write pages to read instead, a Markdown file for each kind",
    )
    parser.add_argument(
        "--project",
        action="store_true",
        help="write also a schema of each decision and form, which knows its columns, values and "
        "fields; its file names it: # yaml-language-server: $schema=../DIR/decisions/KEY.schema.json",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Write the schemas; 1 when the folder cannot be written, or definitions have errors."""
    write = write_reference if arguments.reference else write_schemas
    try:
        written = write(arguments.folder)
        if arguments.project:
            definitions = loading.load(loading.folders(settings.definitions)).definitions
            if definitions is None:
                print(
                    "The definitions have errors. 'procedura check' tells them.", file=sys.stderr
                )
                return 1
            written += write_project(arguments.folder, definitions)
    except OSError as error:
        print(f"The schemas cannot be written: {error}", file=sys.stderr)
        return 1
    what = "pages" if arguments.reference else "schemas"
    print(f"{written} {what} are in {arguments.folder}.")
    return 0


def write_schemas(folder: Path) -> int:
    """Write every schema to the folder; how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in _schemas().items():
        (folder / f"{name}{SUFFIX}").write_text(text, encoding="utf-8")
    return len(_schemas())


def write_project(folder: Path, definitions: Definitions) -> int:
    """Write a schema of each decision and form; how many there are."""
    schemas = {
        **{
            f"decisions/{key}": decision_schema(item)
            for key, item in definitions.decisions.items()
        },
        **{
            f"forms/{key}": form_schema(key, definitions.entities[item.entity], definitions)
            for key, item in definitions.forms.items()
        },
    }
    for name, content in schemas.items():
        file = folder / f"{name}{SUFFIX}"
        file.parent.mkdir(exist_ok=True)
        text = json.dumps(content, indent=2, ensure_ascii=False)
        file.write_text(f"{text}\n", encoding="utf-8")
    return len(schemas)


def write_reference(folder: Path) -> int:
    """Write every schema to the folder as a page to read; how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in _schemas().items():
        (folder / f"{name}.md").write_text(reference(json.loads(text)), encoding="utf-8")
    return len(_schemas())


def _schemas() -> dict[str, str]:
    """The text of each schema, by the kind of definition."""
    return {
        item.name.removesuffix(SUFFIX): item.read_text("utf-8")
        for item in importlib.resources.files("schemas").iterdir()
        if item.name.endswith(SUFFIX)
    }
