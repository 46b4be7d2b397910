"""`procedura test`: do the procedures go as the scenarios tell, and do the tests come out?"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from server.domain.refusals import NotFound
from server.settings import Settings

FORMATS = ("text", "json")


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "test",
        help="play scenarios and the tests of decisions, correlations, targets and KPIs, without a database",
        description="Plays every story of the scenarios and every test of decisions, "
        "correlations, targets and KPIs, and says where something went otherwise. Exits with 1 when something did, or when less was passed "
        "than --bar asks.",
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="scenarios, procedures with scenarios, decisions, correlations, targets or KPIs; without any, all",
    )
    parser.add_argument(
        "--folder",
        action="append",
        type=Path,
        default=[],
        dest="folders",
        help="a site folder, the later over the earlier; without any, those of PROCEDURA_DEFINITIONS",
    )
    parser.add_argument(
        "--coverage",
        action="store_true",
        help="tell which steps, edges, outcomes and rules nothing has passed, and print the "
        "stories that are missing, to be filled in",
    )
    parser.add_argument(
        "--bar",
        type=float,
        metavar="PERCENT",
        help="fail when of any procedure or decision less than this is passed",
    )
    parser.add_argument("--format", choices=FORMATS, default="text", help="text or json")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Test; 1 when something is otherwise than told."""
    from server.usecases.rehearsal.testing import rehearse

    folders = tuple(arguments.folders) or settings.definitions
    try:
        tested = rehearse(folders, arguments.names, settings.rules)
    except NotFound as refusal:
        print(f"{refusal} {refusal.hint}", file=sys.stderr)
        return 1
    below = _is_below(tested, arguments.bar)
    if arguments.format == "json":
        print(json.dumps(_as_json(tested), indent=2, ensure_ascii=False))
    else:
        print("\n".join(_as_text(tested, coverage=arguments.coverage, below=below)))
    return 0 if tested.is_right and not below else 1


def _is_below(tested: Any, bar: float | None) -> bool:
    return bar is not None and tested.coverage is not None and tested.coverage.share * 100 < bar


def _as_text(tested: Any, *, coverage: bool, below: bool) -> Iterator[str]:
    for item in tested.diagnostics:
        yield str(item)
    if tested.definitions is None:
        yield "The definitions have errors; nothing was played."
        return
    for item in tested.unexpected:
        yield f"{item.mark}: story '{item.story}'\n    {item.sentence}"
    if coverage or below:
        yield from _covered(tested)
    stories, wrong = len(tested.played), sum(not item.is_right for item in tested.played)
    yield f"{_count(stories, 'story', 'stories')}, {wrong or 'none'} went otherwise than told."
    yield _tests(tested, tested.tests, "decisions", "DEC902")
    if tested.readings:
        yield _tests(tested, tested.readings, "correlations", "COR902")
    if tested.histories:
        yield _tests(tested, tested.histories, "targets", "TGT902")
    if tested.figures:
        yield _tests(tested, tested.figures, "KPIs", "KPI902")
    if below:
        share = tested.coverage.share * 100
        yield f"The least that is passed of anything is {share:.0f} %; more is asked."


def _tests(tested: Any, number: int, kind: str, code: str) -> str:
    failing = sum(item.code == code for item in tested.diagnostics)
    return f"{_count(number, 'test', 'tests')} of {kind}, {failing or 'none'} failed."


def _covered(tested: Any) -> Iterator[str]:
    from server.usecases.rehearsal.missing import stories

    assert tested.coverage is not None
    width = max((len(item.procedure.key) for item in tested.coverage.procedures), default=0)
    for item in tested.coverage.procedures:
        yield (
            f"{item.procedure.key:{width}}  {_of(item.steps)} steps, {_of(item.edges)} edges, "
            f"{_of(item.outcomes)} outcomes"
        )
    for key, share in tested.coverage.rules.items():
        if share.missing:
            yield f"{key}: {_of(share)} rules; nothing shows {', '.join(share.missing)}"
    for key, share in tested.coverage.kpis.items():
        if share.missing:
            yield f"{key}: no test shows {', '.join(share.missing)}"
    for item in tested.coverage.procedures:
        if item.left:
            yield f"\n# Nothing passes these edges of {item.procedure.key}:"
            yield f"#   {'; '.join(item.edges.missing)}"
            yield "stories:"
            yield from stories(tested.definitions, item)
    yield ""


def _of(share: Any) -> str:
    return f"{share.passed} of {share.total}"


def _count(number: int, one: str, many: str) -> str:
    return f"{number or 'No'} {one if number == 1 else many}"


def _as_json(tested: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "right": tested.is_right,
        "diagnostics": [str(item) for item in tested.diagnostics],
        "stories": [
            {"scenario": item.scenario, "story": item.story.title, "right": item.is_right}
            for item in tested.played
        ],
        "unexpected": [
            {
                "file": item.mark.file,
                "line": item.mark.line,
                "column": item.mark.column,
                "story": item.story,
                "message": item.sentence,
            }
            for item in tested.unexpected
        ],
        "decision_tests": tested.tests,
        "correlation_tests": tested.readings,
        "target_tests": tested.histories,
        "kpi_tests": tested.figures,
    }
    if tested.coverage is not None:
        found["coverage"] = {
            "procedures": {
                item.procedure.key: {
                    "steps": _share(item.steps),
                    "edges": _share(item.edges),
                    "outcomes": _share(item.outcomes),
                }
                for item in tested.coverage.procedures
            },
            "rules": {key: _share(share) for key, share in tested.coverage.rules.items()},
            "kpis": {key: _share(share) for key, share in tested.coverage.kpis.items()},
        }
    return found


def _share(share: Any) -> dict[str, Any]:
    return {"passed": share.passed, "total": share.total, "missing": list(share.missing)}
