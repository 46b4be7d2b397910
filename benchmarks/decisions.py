"""Decisions a second: the whole path with its refusals, beside other engines, in one process.

    python -m benchmarks.decisions

Medians of five interleaved rounds, so that a busy machine slows all of them alike. Every engine's
answers are compared with the plainest reading of the table first; a wrong one ends the benchmark.
"""

from __future__ import annotations

import json
import math
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks import decision_tables as tables
from server.rules import DURABLE, PYTHON, Rules

SIZES = (5, 50, 500)
ROUNDS = 5
TURNS = 20
OURS, BARE, ZEN, SPIFF, CLOSURES = (
    "Procedura",
    "bare C calls",
    "zen-engine",
    "SpiffWorkflow DMN",
    "Procedura in Python",
)

Ask = Callable[[Any], str | None]


@dataclass(frozen=True, slots=True)
class Contender:
    """An engine with a table loaded, and the questions it is asked in each round."""

    name: str
    ask: Ask
    questions: list[Any]


def rows() -> list[dict[str, Any]]:
    """One row a bar: the ratio measured, the bar, and whether it is met."""
    found: list[dict[str, Any]] = []
    speedups = []
    for size in SIZES:
        seconds = _measured(_contenders(size))
        ours = seconds[OURS]
        speedups.append(seconds[ZEN] / ours)
        found += [
            _row(f"times zen-engine, {size} rules", seconds[ZEN] / ours, 5, ours, seconds[ZEN]),
            _row(f"times SpiffWorkflow, {size} rules", seconds[SPIFF] / ours, 8, ours, seconds[SPIFF]),
            _row(f"time of bare C, {size} rules", ours / seconds[BARE], 2, ours, seconds[BARE], most=True),
            _row(f"times our own Python, {size} rules", seconds[CLOSURES] / ours, None, ours, seconds[CLOSURES]),
        ]  # fmt: skip
    mean = math.prod(speedups) ** (1 / len(speedups))
    found.append(_row("times zen-engine, geometric mean", mean, 8, None, None))
    return found


def _row(
    name: str,
    ratio: float,
    bar: float | None,
    ours: float | None,
    theirs: float | None,
    *,
    most: bool = False,
) -> dict[str, Any]:
    met = None if bar is None else ratio <= bar if most else ratio >= bar
    return {
        "name": f"decisions: {name}",
        "ratio": round(ratio, 2),
        "bar": bar,
        "better": "lower" if most else "higher",
        "met": met,
        "microseconds": None if ours is None else round(ours * 1e6, 2),
        "other_microseconds": None if theirs is None else round(theirs * 1e6, 2),
    }


def _contenders(size: int) -> list[Contender]:
    rows = tables.a_table(size)
    plain = tables.questions(rows, 1_000)
    typed = [tables.typed(item) for item in plain]
    few = max(TURNS, 500 // size)
    contenders = [
        Contender(OURS, _ours(rows, DURABLE), typed),
        Contender(BARE, _bare(rows), plain),
        Contender(CLOSURES, _ours(rows, PYTHON), typed),
        Contender(ZEN, _zen(rows), plain),
        Contender(SPIFF, _spiff(rows), plain[:few]),
    ]
    for contender in contenders:
        for facts, asked in zip(plain, contender.questions, strict=False):
            answer, right = contender.ask(asked), tables.expected(rows, facts)
            if answer != right:
                sys.exit(f"{contender.name} says {answer} and not {right} to {facts}")
    return contenders


def _measured(contenders: list[Contender]) -> dict[str, float]:
    """Seconds a question: the median of the rounds.

    Within a round the contenders take turns every few questions, so that whatever else the machine
    does meanwhile hits all of them.
    """
    rounds: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for _ in range(ROUNDS):
        times = dict.fromkeys(rounds, 0.0)
        for turn in range(TURNS):
            for contender in contenders:
                share = len(contender.questions) // TURNS
                asked = contender.questions[turn * share : (turn + 1) * share]
                times[contender.name] += _seconds(contender.ask, asked)
        for contender in contenders:
            count = len(contender.questions) // TURNS * TURNS
            rounds[contender.name].append(times[contender.name] / count)
    return {name: statistics.median(found) for name, found in rounds.items()}


def _seconds(ask: Ask, questions: list[Any]) -> float:
    begun = time.perf_counter()
    for facts in questions:
        ask(facts)
    return time.perf_counter() - begun


def _ours(rows: list[tables.Row], evaluator: str) -> Ask:
    decision = tables.ours(rows)
    rules = Rules({"bench": decision}, evaluator)

    def ask(facts: tables.Facts) -> str | None:
        said = rules.decide(decision, facts).output["rule"]
        return None if said == "none" else str(said)

    return ask


def _bare(rows: list[tables.Row]) -> Ask:
    """The C module alone: no check, no lock, no verdict; a wrong fact would crash it."""
    import durable_rules_engine as engine

    handle = engine.create_ruleset("bench", tables.plain_ruleset(rows))

    def ask(facts: tables.Facts) -> str | None:
        text = json.dumps({**facts, "_k": 1}, ensure_ascii=False)
        result, state = engine.assert_event(handle, text)
        if result == 1:
            return None
        action = engine.start_action_for_state(handle, state)[1]
        engine.complete_and_start_action(handle, state)
        return str(action[2 : action.index('"', 2)])

    return ask


def _zen(rows: list[tables.Row]) -> Ask:
    import zen

    decision = zen.ZenEngine().create_decision(tables.zen_content(rows))

    def ask(facts: tables.Facts) -> str | None:
        result = decision.evaluate(facts)["result"]
        return result.get("rule") if result else None

    return ask


def _spiff(rows: list[tables.Row]) -> Ask:
    from types import SimpleNamespace

    from lxml import etree
    from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
    from SpiffWorkflow.dmn.engine.DMNEngine import DMNEngine
    from SpiffWorkflow.dmn.parser.DMNParser import DMNParser

    root = etree.fromstring(tables.spiff_dmn(rows).encode())
    parser = DMNParser(None, root, {"dmn": "https://www.omg.org/spec/DMN/20191111/MODEL/"})
    parser.parse()
    engine = DMNEngine(parser.decision.decisionTables[0])
    task = SimpleNamespace(workflow=SimpleNamespace(script_engine=PythonScriptEngine()), data={})

    def ask(facts: tables.Facts) -> str | None:
        task.data = dict(facts)
        return engine.result(task).get("rule")

    return ask


def main() -> None:
    found = rows()
    print(f"{'':44} {'ratio':>8} {'bar':>5}  {'us':>9} {'other us':>9}")
    for row in found:
        bar = "" if row["bar"] is None else row["bar"]
        sign = {True: "met", False: "NOT MET", None: ""}[row["met"]]
        ours, theirs = row["microseconds"] or "", row["other_microseconds"] or ""
        print(f"{row['name']:44} {row['ratio']:8} {bar!s:>5}  {ours!s:>9} {theirs!s:>9}  {sign}")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
