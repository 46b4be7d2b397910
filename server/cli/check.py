"""`procedura check`: is there anything wrong with the definitions?"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from server.loading import Diagnostic
from server.settings import Settings

FORMATS = ("text", "json", "sarif", "github")
SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "check",
        help="tell everything that is wrong with the definitions",
        description="Checks the shipped definitions with site folders laid over them, plays the "
        "tests of decisions, and tries their tables. Exits with 1 when something is wrong.",
    )
    parser.add_argument(
        "folders",
        nargs="*",
        type=Path,
        metavar="FOLDER",
        help="site folders, the later over the earlier; without any, those of PROCEDURA_DEFINITIONS",
    )
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="text",
        help="text for people, json for programs, sarif for code scanning and editors, github for "
        "annotations of a pull request",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Check; 1 when there is an error."""
    from server.usecases import publish

    folders = tuple(arguments.folders) or settings.definitions
    checked = publish.check(folders, settings.rules)
    tell = {"text": _as_text, "json": _as_json, "sarif": _as_sarif, "github": _for_github}[
        arguments.format
    ]
    print(tell(checked.diagnostics))
    return 0 if checked.definitions is not None else 1


def summary(diagnostics: Sequence[Diagnostic]) -> str:
    """How many of each, in a sentence."""
    errors = sum(item.is_error for item in diagnostics)
    warnings = len(diagnostics) - errors
    if not diagnostics:
        return "Nothing is wrong with the definitions."
    explained = " 'procedura explain CODE' says more about each."
    return f"{_count(errors, 'error')}, {_count(warnings, 'warning')}.{explained}"


def _count(number: int, word: str) -> str:
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"


def _as_text(diagnostics: Sequence[Diagnostic]) -> str:
    return "\n".join([*map(str, diagnostics), summary(diagnostics)])


def _as_json(diagnostics: Sequence[Diagnostic]) -> str:
    errors = sum(item.is_error for item in diagnostics)
    told = [
        {
            "code": item.code,
            "severity": item.severity.value,
            "file": item.mark.file,
            "line": item.mark.line,
            "column": item.mark.column,
            "message": item.message,
            "hint": item.hint,
        }
        for item in diagnostics
    ]
    counts = {"errors": errors, "warnings": len(told) - errors}
    return json.dumps({**counts, "diagnostics": told}, indent=2, ensure_ascii=False)


def _as_sarif(diagnostics: Sequence[Diagnostic]) -> str:
    """The Static Analysis Results Interchange Format 2.1.0, as code scanning takes it."""
    from server.loading.explaining import explanations

    codes = sorted({item.code for item in diagnostics})
    known = explanations()
    rules = [
        {
            "id": code,
            "name": known[code].partition(":")[0].partition(" ")[2],
            "shortDescription": {"text": _first_sentence(known[code])},
            "fullDescription": {"text": known[code]},
        }
        for code in codes
    ]
    results = [
        {
            "ruleId": item.code,
            "ruleIndex": codes.index(item.code),
            "level": item.severity.value,
            "message": {"text": f"{item.message} {item.hint}".strip()},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": quote(item.mark.file)},
                        "region": {"startLine": item.mark.line, "startColumn": item.mark.column},
                    }
                }
            ],
        }
        for item in diagnostics
    ]
    driver = {"name": "procedura", "semanticVersion": version("procedura"), "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    told = {"$schema": SARIF, "version": "2.1.0", "runs": [run]}
    return json.dumps(told, indent=2, ensure_ascii=False)


def _first_sentence(documentation: str) -> str:
    """What a code means, in the words after its name."""
    first = documentation.partition("\n")[0].partition(": ")[2]
    return f"{first[:1].upper()}{first[1:]}"


def _for_github(diagnostics: Sequence[Diagnostic]) -> str:
    lines = [
        f"::{item.severity.value} file={_property(item.mark.file)},line={item.mark.line},"
        f"col={item.mark.column},title={item.code}::"
        + _escaped(item.message + (f"\n{item.hint}" if item.hint else ""))
        for item in diagnostics
    ]
    return "\n".join([*lines, summary(diagnostics)])


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
