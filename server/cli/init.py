"""`procedura init`: a folder for an organisation's own definitions."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from server import loading
from server.cli.schema import SUFFIX, write_schemas
from server.loading.desk import spelled
from server.loading.marked import SourceFile
from server.loading.sources import FOLDERS, MODEL
from server.settings import Settings

SCHEMAS = "schemas"
EXAMPLE = ".yaml.example"
"""The end of a file's name that is not read yet; without its last part, it is."""
README = """\
# Our own definitions

This folder is laid over the definitions that come with Procedura. It holds only what your
organisation does differently, so that upgrades bring everything else.

| type this | to |
|---|---|
| `procedura check {folder}` | be told all that is wrong, with file, line and hint |
| `PROCEDURA_DEFINITIONS={folder} procedura serve` | serve the definitions with this folder over them |
| `procedura reload` | check, try, and have all servers take what is here now |
| `procedura show decision KEY` | see what is served, and which values are yours |
| `procedura explain CODE` | read more about a code that `check` has told |

A file here does one of three things:

1. **It brings your own values for settings of a decision.** The file is called as the decision, and
   says `overrides: KEY`. Start with `decisions/{example}`:
   take `.example` off its name.
2. **It is new**: a procedure, role, form ... with a key of its own. The file's name is its key.
3. **It takes the place of a shipped one**, and says so: `replaces: KEY`. You then look after all of
   it yourself, so prefer settings where they do.

What may stand in a file is described in `schemas/`. Visual Studio Code with its YAML extension takes
them from `.vscode/settings.json`; any other editor that knows the YAML language server takes them
from a first line such as

    # yaml-language-server: $schema=../schemas/role.schema.json

After an upgrade, `procedura schema schemas` brings the schemas up to date.
"""


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "init",
        help="make a folder for your organisation's own definitions",
        description="Makes a site folder: a folder for each kind of definition, the schemas and "
        "settings that let an editor help, and an example of a setting of your own.",
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="a folder that is new or empty")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Make the folder; 1 when there is something in it, or it cannot be written."""
    del settings
    folder: Path = arguments.folder
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            print(
                f"{folder} is not empty. Name a new folder, so that nothing of yours is written "
                "over.",
                file=sys.stderr,
            )
            return 1
        make_site(folder)
    except OSError as error:
        print(f"{folder} cannot be made: {error}", file=sys.stderr)
        return 1
    print(f"{folder} is ready; {folder / 'README.md'} says how to go on.")
    print(f"Check it with: procedura check {folder}")
    print(f"Serve it with: PROCEDURA_DEFINITIONS={folder.resolve()}")
    return 0


def make_site(folder: Path) -> None:
    """A site folder that changes nothing yet."""
    for name in FOLDERS.values():
        (folder / name).mkdir(parents=True)
    write_schemas(folder / SCHEMAS)
    editor = folder / ".vscode"
    editor.mkdir()
    (editor / "settings.json").write_text(json.dumps(_editor_settings(), indent=2) + "\n")
    sources = loading.load([loading.shipped()]).sources.values()
    example = _example(sources)
    name = f"{example.key}{EXAMPLE}" if example is not None else ""
    (folder / "README.md").write_text(README.format(folder=folder.resolve(), example=name))
    if example is not None:
        (folder / FOLDERS["decision"] / f"{example.key}{EXAMPLE}").write_text(_override(example))


def _editor_settings() -> dict[str, Any]:
    patterns = {kind: [f"{folder}/**/*.yaml"] for kind, folder in FOLDERS.items()}
    patterns[MODEL] = [f"/{MODEL}.yaml"]
    return {
        "yaml.schemas": {
            f"./{SCHEMAS}/{kind}{SUFFIX}": files for kind, files in sorted(patterns.items())
        },
        "yaml.customTags": [],
        "files.insertFinalNewline": True,
        "[yaml]": {"editor.insertSpaces": True, "editor.tabSize": 2},
    }


def _example(sources: Iterable[SourceFile]) -> SourceFile | None:
    """The shipped decision with the most settings: the one that most want to change."""
    decisions = [
        source for source in sources if source.kind == "decision" and "settings" in source.data
    ]
    return max(
        decisions, key=lambda source: (len(source.data["settings"]), source.key), default=None
    )


def _override(decision: SourceFile) -> str:
    """A file that gives a setting of this decision another value, with what it all means."""
    name, setting = next(iter(decision.data["settings"].items()))
    return f"""\
# yaml-language-server: $schema=../{SCHEMAS}/decision{SUFFIX}
#
# Your own value for a setting of the decision '{decision.key}':
# {decision.data["title"]}
#
# Take '.example' off the name of this file, and it counts. Its other settings:
# procedura show decision {decision.key}
overrides: {decision.key}
settings:
  {name}:
    # As shipped, {spelled(setting["value"])}: {setting["why"]}
    value: {spelled(setting["value"])}
    why: Say here why your organisation differs.
"""
