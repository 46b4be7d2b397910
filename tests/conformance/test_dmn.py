"""All that level 2 of the DMN Technology Compatibility Kit asks for is said, by durable-rules."""

import pytest

from server.rules import DURABLE
from tests.conformance import kit


@pytest.mark.slow
def test_all_cases_of_level_2_come_out(tmp_path):
    # given the kit
    models = kit.models(kit.folder())

    # when each of its models is imported, loaded, and asked
    played = [item for model in models for item in kit.played(model, tmp_path)]

    # then every case comes out, and no table was left to the second evaluator
    wrong = [sentence for item in played for sentence in item.wrong]
    assert wrong == []
    assert (len(models), len(played)) == (28, 116)
    assert frozenset().union(*(item.evaluators for item in played)) == {DURABLE}
