"""What is translated has the value that FEEL gives it, whatever is null."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from server.domain.expression import Problem, evaluate, parse, resolve
from server.domain.expression.nowhere import NOWHERE
from server.domain.values import NUMBER, YES_NO, Kind
from server.notation.dmn import feel
from server.notation.dmn.terms import Term
from server.notation.dmn.translating import Translator
from tests.notation.dmn import oracle

NUMBERS, TRUTHS = ("a", "b c", "sure"), ("p", "q", "certain")
CERTAIN = {"sure", "certain"}
TYPES = {
    **dict.fromkeys(("a", "b_c", "sure"), NUMBER),
    **dict.fromkeys(("p", "q", "certain"), YES_NO),
}
NAMES = {
    (name,): Term(
        name.replace(" ", "_"),
        Kind.NUMBER if name in NUMBERS else Kind.YES_NO,
        () if name in CERTAIN else (f"{name.replace(' ', '_')} is null",),
    )
    for name in (*NUMBERS, *TRUTHS)
}
NOW = datetime(2026, 3, 2, tzinfo=UTC)

numbers = st.deferred(
    lambda: (
        st.sampled_from([*NUMBERS, "0", "1", "2.5", "-3", "null"])
        | st.builds("({} {} {})".format, numbers, st.sampled_from("+-*/"), numbers)
        | st.builds("(if {} then {} else {})".format, truths, numbers, numbers)
        | st.builds("(-{})".format, numbers)
    )
)
truths = st.deferred(
    lambda: (
        st.sampled_from([*TRUTHS, "true", "false"])
        | st.builds(
            "({} {} {})".format,
            numbers,
            st.sampled_from(["<", "<=", ">", ">=", "=", "!="]),
            numbers,
        )
        | st.builds("({} {} {})".format, truths, st.sampled_from(["and", "or"]), truths)
        | st.builds("(not({}))".format, truths)
        | st.builds("({} in [1..{}))".format, st.sampled_from(NUMBERS), st.sampled_from("234"))
        | st.builds("({} in (1, > 2))".format, st.sampled_from(NUMBERS))
        | st.builds("({} between 0 and 2)".format, st.sampled_from(NUMBERS))
    )
)
amounts = st.sampled_from([None, Decimal(0), Decimal(1), Decimal("2.5"), Decimal(-3)])
answers = st.sampled_from([None, True, False])


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(
    st.one_of(numbers, truths).filter(lambda text: len(text) < 120),
    st.lists(amounts, min_size=3, max_size=3),
    st.lists(answers, min_size=3, max_size=3),
)
@example("(a + (if p then null else null))", [Decimal(1)] * 3, [True] * 3)
def test_a_translation_has_the_value_of_what_it_translates(text, amounts, answers):
    # given an expression of FEEL, and values for its names, some of them null
    written = feel.expression(text, [*NUMBERS, *TRUTHS], 1)
    given_ = dict(zip((*NUMBERS, *TRUTHS), [*amounts, *answers], strict=True))
    given_ |= {
        name: value if value is not None else default
        for name, value, default in (
            ("sure", given_["sure"], Decimal(1)),
            ("certain", given_["certain"], True),
        )
    }

    # when it is translated, and our expression is read and checked
    term = Translator(NAMES, {}, 1).value(written)
    tree = parse(term.whole)
    if isinstance(tree, Problem):  # it has become too long, and would be refused
        assert "characters" in tree.message or "deeper" in tree.message
        return
    optional = TYPES.keys() - CERTAIN
    sound = resolve(tree, TYPES, {}, None, optional=optional, timeless=True)
    assert not isinstance(sound, tuple), (text, term.whole, sound)

    # then it has the same value
    names = {name.replace(" ", "_"): value for name, value in given_.items()}
    said = evaluate(sound, names, NOWHERE, NOW)
    exact = {
        name: Fraction(value) if isinstance(value, Decimal) else value
        for name, value in given_.items()
    }
    assert said == oracle.value(written, exact), (text, term.whole)
