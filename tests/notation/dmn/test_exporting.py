"""Every decision is written as DMN 1.3 that others read, and that says the same when read again."""

import json
import random
import shutil
import subprocess
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from server.domain.decision import Hits, NoVerdict
from server.domain.values import WHOLE_NUMBER
from server.notation.dmn import UnreadableError, exported, imported, read
from server.rules import DURABLE, PYTHON, Rules
from server.rules.witnesses import witnesses
from tests import shipped
from tests.conftest import missing
from tests.notation.bpmn.exports import TOOLS
from tests.notation.dmn.asking import brought
from tests.rules.tables import CAB, a_decision, sound
from tests.strategies import COMPUTED, INPUTS, a_table, some_inputs

SHIPPED = shipped.definitions().decisions
EXPORTS = {key: exported(decision) for key, decision in SHIPPED.items()}
SAID_AGAIN = tuple(name for name in INPUTS if name not in {"group", "levels", "share"})
"""Inputs that DMN has too: neither records, nor fractions; what is told of lists is not read."""
RULES = Rules({}, PYTHON)


def answer(decision, inputs, rules=RULES):
    """The verdict's output and hits. DMN says null, or nothing, where there is no verdict."""
    try:
        verdict = rules.decide(decision, inputs)
    except NoVerdict:
        return None
    output = {name: value for name, value in verdict.output.items() if value not in (None, ())}
    ruled = {rule.key for rule in decision.rules if rule.condition is not None}
    return (output, ruled.intersection(verdict.hits)) if output else None


class TestReadAgain:
    @pytest.mark.parametrize("key", SHIPPED)
    def test_a_shipped_decision_says_the_same(self, tmp_path, key):
        # given a shipped decision
        decision = SHIPPED[key]

        # when it is written as DMN and read again
        found = brought(tmp_path, EXPORTS[key])[key]

        # then it says the same to everything that its table tells apart
        asked = list(witnesses(decision))
        rules = Rules({}, DURABLE)
        assert asked
        for inputs in asked:
            known = {name: inputs[name] for name in found.inputs}
            ours = answer(decision, inputs, rules)
            # DMN has no word for what is assumed, and answers where ours does not.
            assert answer(found, known, rules) == ours or (decision.assuming and ours is None)

    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.integers(0, 2**64), st.sampled_from(list(Hits)))
    def test_any_decision_says_the_same(self, tmp_path_factory, seed, hits):
        draw = random.Random(seed)
        decision = a_table(draw, hits, draw.choice((1, 3, 8)), names=SAID_AGAIN)
        decision = a_copy_without(decision)

        with suppress(UnreadableError):  # what has become too long is refused
            found = brought(tmp_path_factory.mktemp("dmn"), exported(decision))["random"]
            for _ in range(20):
                inputs = some_inputs(draw)
                known = {name: inputs[name] for name in found.inputs}
                assert answer(found, known) == answer(decision, inputs), inputs

    def test_settings_and_what_is_computed_go_along(self, tmp_path):
        found = brought(tmp_path, exported(CAB))["cab-verdict"]

        for inputs in witnesses(CAB):
            assert answer(found, inputs) == answer(CAB, inputs)

    def test_a_decision_that_only_computes_is_an_expression_or_a_context(self, tmp_path):
        names = {"age": WHOLE_NUMBER}
        bare = a_decision(names)
        one = a_copy(bare, fee="2 * age")
        two = a_copy(bare, fee="2 * age", tax="age + 1")

        [expression] = imported(read(exported(one)))
        [context] = imported(read(exported(two)))

        assert "literalExpression" in exported(one)
        assert [item["is"] for item in expression.data["output"].values()] == ["2 * age"]
        assert [item["is"] for item in context.data["output"].values()] == ["2 * age", "age + 1"]


def a_copy(decision, **derived):
    return replace(
        decision,
        rules=(),
        outputs=dict.fromkeys(derived, WHOLE_NUMBER),
        derived={
            name: sound(text, decision.inputs, expected=WHOLE_NUMBER)
            for name, text in derived.items()
        },
    )


def a_copy_without(decision):
    """The decision without what DMN cannot say: assumptions, outputs beside a table, a count's rest."""
    outputs = {name: typ for name, typ in decision.outputs.items() if name not in decision.derived}
    rules = decision.rules
    if decision.hits is Hits.COLLECT_COUNT:
        rules = tuple(rule for rule in rules if rule.condition is not None)
    return replace(decision, assuming=(), derived={}, outputs=outputs, rules=rules)


@pytest.fixture(scope="module")
def schema():
    path = TOOLS / "dmn-moddle" / "resources" / "dmn" / "xsd" / "DMN13.xsd"
    if not path.exists():
        missing("no XSD of DMN: run 'npm ci' in tests/notation/bpmn")
    return etree.XMLSchema(etree.parse(path))


class TestReadByOthers:
    @pytest.mark.parametrize("text", EXPORTS.values(), ids=EXPORTS)
    def test_a_shipped_decision_is_valid_by_the_schema_of_omg(self, schema, text):
        schema.validate(etree.fromstring(text.encode()))
        assert [error.message for error in schema.error_log] == []

    @pytest.mark.parametrize("hits", Hits)
    def test_every_hit_policy_is_valid_by_it(self, schema, hits):
        for seed in range(5):
            text = exported(a_table(random.Random(seed), hits, 5))
            schema.validate(etree.fromstring(text.encode()))
            assert [error.message for error in schema.error_log] == []

    def test_it_is_read_without_a_warning(self):
        if shutil.which("node") is None or not (TOOLS / "dmn-moddle").exists():
            missing("no dmn-moddle: install Node, then 'npm ci' in tests/notation/bpmn")
        given_ = "".join(f"{json.dumps(text)}\n" for text in EXPORTS.values())
        done = subprocess.run(
            ["node", "check-dmn.mjs"], cwd=TOOLS.parent, input=given_, capture_output=True,
            text=True, check=True, encoding="utf-8",
        )  # fmt: skip
        assert [json.loads(line) for line in done.stdout.splitlines()] == [[]] * len(EXPORTS)


def test_computed_names_are_known_to_the_strategies():
    assert set(COMPUTED) == {"total", "per_head"}
