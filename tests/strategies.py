"""Random expressions and decision tables, typed and sound, with inputs to try them on.

Texts are written and then read by the product, so what is tried is the whole way from text to
verdict. Everything is drawn from a `random.Random`, which hypothesis or a loop over seeds provides.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st

from server.domain.decision import COLLECTING, RANKING, Decision, Hits, Rule, Setting
from server.domain.expression import Problem, cell, conjunction, kinds, parse, resolve
from server.domain.expression.kinds import DATE, DURATION, FRACTION, MONEY
from server.domain.values import (
    DATE_TIME,
    NUMBER,
    TEXT,
    WHOLE_NUMBER,
    YES_NO,
    Kind,
    RecordRef,
    Type,
)

IMPACTS = Type(Kind.CHOICE, choices=("extensive", "significant", "moderate", "minor"))
GROUP = Type(Kind.REF, entity="group")
LADDER = Type(Kind.CHOICE, choices=("top", "middle", "bottom"))
LEVELS = Type(Kind.LIST, item=WHOLE_NUMBER)

INPUTS = {
    "age": WHOLE_NUMBER,
    "count_of": WHOLE_NUMBER,
    "cost": MONEY,
    "rate": NUMBER,
    "share": FRACTION,
    "word": TEXT,
    "note": TEXT,
    "impact": IMPACTS,
    "reach": IMPACTS,
    "vip": YES_NO,
    "known": YES_NO,
    "day": DATE,
    "moment": DATE_TIME,
    "span": DURATION,
    "group": GROUP,
    "levels": LEVELS,
}
OPTIONAL = frozenset(
    {"count_of", "rate", "share", "note", "reach", "known", "day", "moment", "group"}
)
SETTINGS = {
    "limit": Setting("limit", WHOLE_NUMBER, 3),
    "part": Setting("part", FRACTION, Fraction(2, 3)),
    "wanted": Setting("wanted", IMPACTS, "minor"),
}
COMPUTED = {"total": "age + limit", "per_head": "if age > 0 then cost / age else cost"}

_NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CONSTANTS = {
    Kind.WHOLE_NUMBER: ("-1", "0", "3", "limit", "7", "4503599627370497"),
    Kind.NUMBER: ("0.1", "-2.5", "3", "0.000000000001", "9007199254740991"),
    Kind.MONEY: ("0", "10.50", "99.99", "limit"),
    Kind.FRACTION: ("2/3", "part", "1/7", "0.5"),
    Kind.TEXT: ('""', '"a"', '"a b"', '"\\"x\\\\"', '"漢"', '"true"', '"5"'),
    Kind.CHOICE: ("extensive", "moderate", "minor", "wanted"),
    Kind.YES_NO: ("true", "false"),
    Kind.DATE: ('date("2026-03-01")', 'date("9999-12-31")', 'date("1970-01-01")'),
    Kind.DATE_TIME: (
        'date_time("2026-03-01T12:00:00Z")',
        'date_time("2026-03-01T12:00:00.000001Z")',
    ),
    Kind.DURATION: ("3 days", "0 hours", "90 minutes", 'duration("-P1D")'),
}
VALUES = {
    Kind.WHOLE_NUMBER: (-1, 0, 1, 2, 3, 4, 6, 7, 8, 2**52 + 1, -(2**53) + 1),
    Kind.NUMBER: tuple(
        Decimal(text)
        for text in ("0.1", "0.10", "-2.5", "3", "1E-12", "0", "0.11", "9007199254740990.5")
    ),
    Kind.MONEY: tuple(map(Decimal, ("0", "10.50", "10.5", "10.49", "99.99", "100", "3"))),
    Kind.FRACTION: (
        Fraction(2, 3),
        Fraction(1, 7),
        Fraction(1, 2),
        Fraction(0),
        Decimal("0.5"),
        1,
    ),
    Kind.TEXT: ("", "a", "a b", '"x\\', "漢", "true", "5", "\n", "A", "x" * 5000),
    Kind.CHOICE: IMPACTS.choices,
    Kind.YES_NO: (True, False),
    Kind.DATE: (date(2026, 3, 1), date(2026, 2, 28), date.max, date.min, date(1970, 1, 1)),
    Kind.DATE_TIME: (
        _NOON,
        _NOON + timedelta(microseconds=1),
        _NOON - timedelta(days=9),
        datetime.max.replace(tzinfo=UTC),
    ),
    Kind.DURATION: (
        timedelta(3),
        timedelta(),
        timedelta(minutes=90),
        timedelta(-1),
        timedelta(3, 0, 1),
    ),
}
ORDERED = kinds.ORDERED
PARTNERS = {"age": "count_of", "cost": "rate", "impact": "reach", "word": "note", "vip": "known"}


def a_condition(draw, depth=3, names=tuple(INPUTS)):
    """The text of a sound condition over `INPUTS`, `SETTINGS` and `COMPUTED`."""
    kind = draw.random()
    if depth == 0 or kind < 0.4:
        return a_test(draw, draw.choice(names))
    if kind < 0.7:
        word = draw.choice((" and ", " or "))
        parts = [a_condition(draw, depth - 1, names) for _ in range(draw.randint(2, 3))]
        return f"({word.join(parts)})"
    if kind < 0.85:
        return f"not ({a_condition(draw, depth - 1, names)})"
    return "(if {} then {} else {})".format(
        *(a_condition(draw, depth - 1, names) for _ in range(3))
    )


def a_test(draw, name):
    """The text of a test of one input, behind a test for null where it needs one."""
    typ = INPUTS[name]
    optional = name in OPTIONAL
    if typ is GROUP:
        return f"{name} is {draw.choice(('', 'not '))}null"
    if typ is LEVELS:
        return draw.choice(
            (f"count({name}) > 1", f"3 in {name}", f"(some x in {name} satisfies x > limit)")
        )
    constants = CONSTANTS[typ.kind]
    choices = [
        f"{name} {draw.choice(('=', '!='))} {draw.choice(constants)}",
        f"{draw.choice(constants)} = {name}",
        f"{name} {draw.choice(('', 'not '))}in [{', '.join(draw.sample(constants, 2))}]",
    ]
    if optional:
        choices.append(f"{name} is {draw.choice(('', 'not '))}null")
        choices.append(f"{name} in [{draw.choice(constants)}, null]")
    if typ is YES_NO and not optional:
        choices.append(name)
    if typ.kind in ORDERED:
        operator = draw.choice(("<", "<=", ">", ">="))
        guard = f"{name} is not null and " if optional else ""
        choices.append(f"({guard}{name} {operator} {draw.choice(constants)})")
        choices.append(f"({guard}{draw.choice(constants)} {operator} {name})")
        choices.append(f"{name} in [{operator} {draw.choice(constants)}]")
    if name in PARTNERS:
        partner = PARTNERS[name]
        choices.append(f"{name} = {partner}")
        if typ.kind in ORDERED:
            choices.append(f"({partner} is not null and {partner} * 2 > {name})")
    if name == "age":
        choices += [
            "total >= 5",
            "total not in [0..6]",
            "per_head > 20",
            "not (per_head in [0..3.5])",
        ]
    return draw.choice(choices)


def a_cell(draw, name):
    """A cell as YAML gives it."""
    typ = INPUTS[name]
    if typ is GROUP:
        return draw.choice(("null", "not(null)"))
    plain = [text for text in CONSTANTS[typ.kind] if text not in SETTINGS]
    if typ is YES_NO:
        return draw.choice((True, "no", "not(true)", "-"))
    one, other = draw.sample(plain, 2)
    choices = [f"not({one}, {other})", f"{one}, {other}", "not(null)"]
    if typ is IMPACTS:
        choices += [one, [one, other], "null"]
    if typ is TEXT:
        choices += ["a", ["a", "漢"]]
    if typ.kind in ORDERED:
        choices += [f"> {one}", f"<= {one}", f"not(>= {one})", [f"< {one}", f">= {other}"]]
    if typ is WHOLE_NUMBER:
        choices += ["[1..5)", "(0..3]", 3, [1, 2, "[5..7]"], "not([1..3], 7)"]
    return draw.choice(choices)


def resolved(text, expected=YES_NO, names=None):
    """The text, read; a problem would be a fault of this module."""
    known = {**INPUTS, **{key: item.type for key, item in SETTINGS.items()}, **(names or {})}
    tree = parse(text)
    assert not isinstance(tree, Problem), (text, tree)
    sound = resolve(tree, known, {}, expected, optional=OPTIONAL)
    assert not isinstance(sound, tuple), (text, sound)
    return sound


def a_row(draw, names=tuple(INPUTS)):
    """A row of cells, as one condition."""
    chosen = draw.sample([name for name in names if name != "levels"], draw.randint(1, 4))
    cells = [cell(a_cell(draw, name), name, INPUTS[name]) for name in chosen]
    wrong = [item for item in cells if isinstance(item, Problem)]
    assert not wrong, wrong
    return conjunction(cells)


ASSUMED = ("age >= 0 or vip", "count(levels) < 3", "not (impact = minor and vip)")
SAID = {
    None: (TEXT, lambda number: f"s{number % 3}"),
    **dict.fromkeys(RANKING, (LADDER, lambda number: LADDER.choices[number % 3])),
    **dict.fromkeys(COLLECTING, (MONEY, lambda number: Decimal(number % 7) / 4)),
}
"""For each policy the type of what rules say, and what a rule of this number does."""


def a_table(draw, hits=None, count=None, names=tuple(INPUTS)):
    """A decision over `INPUTS`: rows of cells and free conditions on those of these `names`."""
    policy = hits or draw.choice(list(Hits))
    typ, said = SAID.get(policy, SAID[None])
    computed = {name: resolved(text, None) for name, text in COMPUTED.items()}
    types = {name: item.type for name, item in computed.items()}
    count = count or draw.choice((1, 3, 8, 20, 70))
    rules = []
    for number in range(count):
        if draw.random() < 0.4:
            condition = a_row(draw, names)
        else:
            condition = resolved(a_condition(draw, names=names), names=types)
        rules.append(Rule(f"rule-{number}", {"says": said(number)}, condition, f"{number}"))
    if draw.random() < 0.7:
        rules.append(Rule("otherwise", {"says": said(2)}))
    assumed = [resolved(text) for text in ASSUMED if draw.random() < 0.1]
    derived = {"also": resolved("age * 2", WHOLE_NUMBER)} if draw.random() < 0.2 else {}
    return Decision(
        "random", "Random", INPUTS, {"says": typ, **dict.fromkeys(derived, WHOLE_NUMBER)},
        tuple(rules), policy, tuple(assumed), settings=SETTINGS, computed=computed,
        optional=OPTIONAL, derived=derived,
    )  # fmt: skip


def some_inputs(draw):
    """Fit inputs for any such table."""
    given = {}
    for name, typ in INPUTS.items():
        if name in OPTIONAL and draw.random() < 0.3:
            given[name] = None
        elif typ is GROUP:
            given[name] = RecordRef("group", draw.randint(1, 3))
        elif typ is LEVELS:
            given[name] = tuple(draw.choices((1, 3, 9), k=draw.randint(0, 3)))
        else:
            given[name] = draw.choice(VALUES[typ.kind])
    return given


tables = st.builds(a_table, st.randoms(use_true_random=True))
inputs = st.builds(some_inputs, st.randoms(use_true_random=True))
conditions = st.builds(a_condition, st.randoms(use_true_random=True))
