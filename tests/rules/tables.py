"""Decisions made from texts, for tests."""

from decimal import Decimal
from fractions import Fraction

from server.domain.decision import Decision, Hits, NoVerdict, Rule, Setting
from server.domain.expression import Problem, parse, resolve
from server.domain.values import TEXT, YES_NO, Kind, Type

MEMBERS = Type(Kind.WHOLE_NUMBER, at_least=Decimal(1))
VOTES = Type(Kind.WHOLE_NUMBER, at_least=Decimal(0))
SHARE = Setting("share", Type(Kind.FRACTION), Fraction(2, 3))


def a_decision(inputs, *rules, hits="first", settings=(), computed=None, optional=(), **over):
    """Rules are `"condition -> value"` of the one output `says`; without condition, `otherwise`."""
    settings = {item.key: item for item in settings}
    names = {**inputs, **{key: item.type for key, item in settings.items()}}
    values = {}
    for key, text in (computed or {}).items():
        values[key] = sound(text, names, optional, None)
        names[key] = values[key].type
    made = []
    for number, text in enumerate(rules):
        condition, _, says = (part.strip() for part in text.rpartition("->"))
        tree = sound(condition, names, optional, YES_NO) if condition else None
        made.append(Rule(f"r{number}", {"says": says}, tree, over.get("because", "")))
    return Decision(
        over.get("key", "sample"),
        "Sample",
        inputs,
        {"says": TEXT},
        tuple(made),
        Hits(hits),
        over.get("assuming", ()),
        settings=settings,
        computed=values,
        tests=over.get("tests", ()),
        optional=frozenset(optional),
    )


def sound(text, names, optional=(), expected=YES_NO):
    tree = parse(text)
    assert not isinstance(tree, Problem), (text, tree)
    found = resolve(tree, names, {}, expected, optional=optional, timeless=True)
    assert not isinstance(found, tuple), (text, found)
    return found


CAB = a_decision(
    {"members": MEMBERS, "rejects": VOTES, "includes": VOTES},
    "rejects >= share * members -> rejected",
    "includes >= share * members -> included",
    "-> carried over",
    hits="exactly-one",
    settings=[SHARE],
    key="cab-verdict",
)


def answer(rules, decision, inputs):
    """What comes of it, to compare two evaluators by: a verdict's content, or why there is none."""
    try:
        verdict = rules.decide(decision, inputs)
    except NoVerdict as error:
        return str(error)
    return (verdict.hits, verdict.output, verdict.because, verdict.inputs, verdict.definition)
