"""Random first-hit tables, and how each engine is told them: ours, zen-engine's, SpiffWorkflow's.

A rule has four to eight conditions: equalities, bounds, ranges and lists. Three questions of four
are made to fit some rule.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from server.domain.decision import Decision, Hits, Rule
from server.domain.expression import Problem, cell, conjunction
from server.domain.expression.kinds import MONEY
from server.domain.values import TEXT, WHOLE_NUMBER, YES_NO, Kind, Type

Condition = tuple[str, str, Any]
Row = tuple[str, list[Condition]]
Facts = dict[str, Any]

CATEGORIES = tuple(f"category_{n}" for n in range(20))
REGIONS = tuple(f"region_{n}" for n in range(10))
CHANNELS = ("email", "phone", "portal", "chat", "api", "event")
COLUMNS = {
    "category": Type(Kind.CHOICE, choices=CATEGORIES),
    "priority": WHOLE_NUMBER,
    "impact": WHOLE_NUMBER,
    "region": Type(Kind.CHOICE, choices=REGIONS),
    "amount": MONEY,
    "vip": YES_NO,
    "channel": Type(Kind.CHOICE, choices=CHANNELS),
    "hour": WHOLE_NUMBER,
}


def a_table(count: int) -> list[Row]:
    """Always the same table of so many rules."""
    draw = random.Random(1_000 + count)
    return [(f"r{number}", _conditions(draw)) for number in range(count)]


def _conditions(draw: random.Random) -> list[Condition]:
    pool: list[Condition] = [
        ("priority", "<=", draw.randint(2, 5)),
        ("impact", "=", draw.randint(1, 4)),
        ("region", "=", draw.choice(REGIONS)),
        ("amount", "..", (draw.randint(0, 4_000), draw.randint(5_000, 10_000))),
        ("vip", "=", draw.random() < 0.5),
        ("channel", "in", draw.sample(CHANNELS, draw.randint(2, 4))),
        ("hour", "..", (draw.randint(0, 8), draw.randint(12, 24))),
    ]
    chosen = [("category", "=", draw.choice(CATEGORIES)), *draw.sample(pool, draw.randint(3, 7))]
    order = list(COLUMNS)
    return sorted(chosen, key=lambda item: order.index(item[0]))


def questions(rows: list[Row], count: int) -> list[Facts]:
    """Plain Python values, as other engines take them; `typed` makes ours of them."""
    draw = random.Random(7)
    return [_question(draw, rows) for _ in range(count)]


def _question(draw: random.Random, rows: list[Row]) -> Facts:
    facts: Facts = {
        "category": draw.choice(CATEGORIES),
        "priority": draw.randint(1, 5),
        "impact": draw.randint(1, 4),
        "region": draw.choice(REGIONS),
        "amount": round(draw.uniform(0, 10_000), 2),
        "vip": draw.random() < 0.5,
        "channel": draw.choice(CHANNELS),
        "hour": draw.randint(0, 23),
    }
    if draw.random() < 0.75:
        for column, operator, value in draw.choice(rows)[1]:
            match operator:
                case "=":
                    facts[column] = value
                case "<=":
                    facts[column] = draw.randint(1, value)
                case "..":
                    facts[column] = draw.randint(value[0], value[1] - 1)
                case "in":
                    facts[column] = draw.choice(value)
    return facts


def typed(facts: Facts) -> Facts:
    return {**facts, "amount": Decimal(str(facts["amount"]))}


def expected(rows: list[Row], facts: Facts) -> str | None:
    """The first rule that holds, found the plainest way."""
    tests: dict[str, Callable[[Any, Any], bool]] = {
        "=": lambda found, value: bool(found == value),
        "<=": lambda found, value: bool(found <= value),
        "..": lambda found, value: bool(value[0] <= found < value[1]),
        "in": lambda found, value: found in value,
    }
    for key, conditions in rows:
        if all(tests[sign](facts[column], value) for column, sign, value in conditions):
            return key
    return None


def ours(rows: list[Row]) -> Decision:
    """As an author writes it: a row of cells a rule, and `otherwise`."""
    rules = []
    for key, conditions in rows:
        cells = [
            cell(_cell(sign, value), column, COLUMNS[column]) for column, sign, value in conditions
        ]
        sound = [item for item in cells if not isinstance(item, Problem)]
        assert len(sound) == len(cells), cells
        rules.append(Rule(key, {"rule": key}, conjunction(sound)))
    rules.append(Rule("none", {"rule": "none"}))
    return Decision("bench", "Bench", COLUMNS, {"rule": TEXT}, tuple(rules), Hits.FIRST)


def _cell(sign: str, value: Any) -> Any:
    return {"<=": f"<= {value}", "..": f"[{value[0]}..{value[1]})" if sign == ".." else ""}.get(
        sign, value
    )


def plain_ruleset(rows: list[Row]) -> str:
    """Told to durable-rules with no care at all: names and values as they are."""
    rules = {}
    for key, conditions in rows:
        terms: list[Any] = [{"_k": 1}]
        for column, sign, value in conditions:
            match sign:
                case "=":
                    terms.append({column: value})
                case "<=":
                    terms.append({"$lte": {column: value}})
                case "..":
                    terms += [{"$gte": {column: value[0]}}, {"$lt": {column: value[1]}}]
                case "in":
                    terms.append({"$or": [{column: item} for item in value]})
        rules[key] = {"all": [{"m": {"$and": terms}}]}
    return json.dumps(rules)


def zen_content(rows: list[Row]) -> str:
    """A decision graph of one table."""

    def test(sign: str, value: Any) -> str:
        match sign:
            case "=":
                return json.dumps(value)
            case "<=":
                return f"<= {value}"
            case "..":
                return f"[{value[0]}..{value[1]})"
            case _:
                return ", ".join(json.dumps(item) for item in value)

    rules = [
        {
            "_id": key,
            "o": json.dumps(key),
            **{f"i_{column}": "" for column in COLUMNS},
            **{f"i_{column}": test(sign, value) for column, sign, value in conditions},
        }
        for key, conditions in rows
    ]
    content = {
        "hitPolicy": "first",
        "inputs": [{"id": f"i_{name}", "field": name, "name": name} for name in COLUMNS],
        "outputs": [{"id": "o", "field": "rule", "name": "rule"}],
        "rules": rules,
    }
    node = {"position": {"x": 0, "y": 0}}
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", **node},
        {"id": "table", "type": "decisionTableNode", "name": "table", "content": content, **node},
        {"id": "out", "type": "outputNode", "name": "out", **node},
    ]
    edges = [
        {"id": "e1", "type": "edge", "sourceId": "in", "targetId": "table"},
        {"id": "e2", "type": "edge", "sourceId": "table", "targetId": "out"},
    ]
    return json.dumps({"nodes": nodes, "edges": edges})


def spiff_dmn(rows: list[Row]) -> str:
    """DMN with Python expressions, as SpiffWorkflow reads it; its `UNIQUE` takes the first."""

    def test(sign: str, value: Any) -> str:
        match sign:
            case "=":
                return repr(value)
            case "<=":
                return f"<= {value}"
            case "..":
                return f"{value[0]} <= ? < {value[1]}"
            case _:
                return f"? in {tuple(value)!r}"

    inputs = "".join(
        f'<input id="in_{name}" label="{name}"><inputExpression id="ie_{name}" typeRef="string">'
        f"<text>{name}</text></inputExpression></input>"
        for name in COLUMNS
    )
    rules = ""
    for key, conditions in rows:
        tests = {column: test(sign, value) for column, sign, value in conditions}
        entries = "".join(
            f'<inputEntry id="{key}_{name}"><text>{escape(tests.get(name, ""))}</text></inputEntry>'
            for name in COLUMNS
        )
        rules += (
            f'<rule id="{key}">{entries}'
            f'<outputEntry id="{key}_o"><text>"{key}"</text></outputEntry></rule>'
        )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" '
        'namespace="bench"><decision id="dec" name="dec">'
        f'<decisionTable id="table" hitPolicy="UNIQUE">{inputs}'
        f'<output id="out" label="rule" name="rule" typeRef="string"/>{rules}'
        "</decisionTable></decision></definitions>"
    )
