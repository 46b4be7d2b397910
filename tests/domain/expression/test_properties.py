"""Whatever is written, an answer comes back; whatever is sound, has a value."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.expression import Problem, evaluate, parse, resolve
from server.domain.expression.nowhere import EPOCH, NOWHERE
from server.domain.expression.walking import depth, moved, nodes
from server.domain.values import YES_NO
from tests.domain.expression.world import ENTITIES, NAMES, NOW, OPTIONAL, VALUES, World
from tests.strategies import COMPUTED, a_condition, resolved, some_inputs

TEXT = """
and or not in between is null true false if then else where some every satisfies contains now
incident incident.lines incident.cost incident.estimate incident.status incident.summary
incident.reported ability.skills share x x.kind kind work minor closed count sum min distinct
holders date "2026-03-01" "a" 1 0 2.5 3 days ( ) [ ] , .. . + - * / = != < <= > >=
"""
WORDS = st.sampled_from(TEXT.split())
SOUP = st.lists(WORDS, max_size=25).map(" ".join)


@settings(deadline=None)
@given(st.text(max_size=200) | SOUP)
def test_any_text_is_read_or_refused_with_a_place_in_it(text):
    found = parse(text)

    if isinstance(found, Problem):
        assert 0 <= found.start <= found.end <= len(text)
        assert found.message.endswith(".")
    else:
        assert depth(found.tree) <= 40
        assert all(0 <= node.span[0] <= node.span[1] <= len(text) for node in nodes(found.tree))


@settings(deadline=None)
@given(SOUP, st.sampled_from([None, YES_NO]))
def test_what_is_sound_has_a_value_and_what_is_not_has_problems(text, expected):
    found = parse(text)
    if isinstance(found, Problem):
        return

    sound = resolve(found, NAMES, ENTITIES, expected, optional=OPTIONAL)

    if isinstance(sound, tuple):
        assert sound
        assert all(0 <= problem.start <= problem.end <= len(text) for problem in sound)
    else:
        evaluate(sound, VALUES, World(), NOW)
        evaluate(sound, {}, World(), NOW)


def value(text, names):
    computed = {name: resolved(item, None).type for name, item in COMPUTED.items()}
    return evaluate(resolved(text, names=computed), names, NOWHERE, EPOCH)


@pytest.mark.slow
@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_a_condition_is_true_or_false_and_its_opposite_is_the_other(seed):
    draw = random.Random(seed)
    text, other = a_condition(draw), a_condition(draw, 1)
    names = {**some_inputs(draw), "limit": 3, "part": 0, "wanted": "minor"}
    names |= {key: evaluate(resolved(item, None), names, NOWHERE, EPOCH) for key, item in COMPUTED.items()}  # fmt: skip

    holds, also = value(text, names), value(other, names)

    assert type(holds) is bool
    assert value(f"not ({text})", names) is not holds
    assert value(f"({text}) and ({other})", names) is (holds and also)
    assert value(f"({text}) or ({other})", names) is (holds or also)
    assert value(f"if {text} then {other} else not ({other})", names) is (also if holds else not also)  # fmt: skip


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 50))
def test_moving_an_expression_changes_nothing_but_where_it_stands(seed, by):
    tree = resolved(a_condition(random.Random(seed), 1), names=NAMES_OF_COMPUTED).tree
    assert moved(moved(tree, by), -by) == tree


NAMES_OF_COMPUTED = {name: resolved(item, None).type for name, item in COMPUTED.items()}
