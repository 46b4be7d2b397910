"""Use cases about the tests that definitions bring along: of decisions, of correlations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from server import loading
from server.domain.correlation import Correlation, Sample
from server.domain.decision import Decision, NoVerdict
from server.domain.entity import Entity
from server.domain.refusals import Refusal
from server.domain.values import Value, to_json
from server.loading import Diagnostic
from server.loading.faults import correlation as readings
from server.loading.faults import decision as decisions
from server.rules import Rules
from server.usecases import messages


def failing_tests(
    decision: Decision, loaded: loading.Loaded, rules: Rules
) -> Sequence[Diagnostic]:
    """The tests of a decision, with the settings they were written for, that do not come out."""
    found = []
    for index, example in enumerate(decision.tests):
        mark = loaded.mark("decision", decision.key, "tests", index)
        given = {name: example.given.get(name) for name in decision.inputs}
        expected = "no verdict" if example.expect is None else _words(example.expect)
        try:
            output = rules.decide(decision, given).output
        except NoVerdict as error:
            if example.expect is not None:
                said = f"nothing: {error}"
                found.append(decisions.test_fails(mark, decision.key, expected, said))
            continue
        if example.expect is None:
            found.append(decisions.test_fails(mark, decision.key, expected, _words(output)))
            continue
        said_instead = {key: output.get(key) for key in example.expect}
        if said_instead != dict(example.expect):
            words = _words(said_instead)
            found.append(decisions.test_fails(mark, decision.key, expected, words))
    return found


def failing_readings(
    correlation: Correlation, entities: Mapping[str, Entity], loaded: loading.Loaded
) -> Sequence[Diagnostic]:
    """The tests of a correlation in whose messages something else is read."""
    found = []
    for index, sample in enumerate(correlation.tests):
        mark = loaded.mark("correlation", correlation.key, "tests", index)
        for expected, said in misread(correlation, entities[correlation.creates], sample):
            found.append(readings.test_fails(mark, correlation.key, expected, said))
    return found


def misread(correlation: Correlation, entity: Entity, sample: Sample) -> Sequence[tuple[str, str]]:
    """What is expected of a message and what is read instead, in words."""
    try:
        delivered = messages.messages(correlation, sample.given)
        if len(delivered) != 1:
            return [("one message", f"{len(delivered)} messages")]
        [(_, item)] = delivered
        said = messages.all_read(correlation, entity, item)
    except Refusal as refusal:
        return [(_words(sample.expect), f"nothing. {refusal}")]
    found = []
    instead = {key: said.get(key) for key in sample.expect}
    if instead != dict(sample.expect):
        found.append((_words(sample.expect), _words(instead)))
    marks = tuple(mark or "" for mark in messages.marks(correlation, item))
    if sample.known_by and marks != sample.known_by:
        found.append((f"it by {', '.join(sample.known_by)}", f"it by {', '.join(marks)}"))
    if messages.says_end(correlation, item) != sample.ends:
        ends, goes_on = "that the trouble is gone", "that it lasts"
        found.append((ends, goes_on) if sample.ends else (goes_on, ends))
    return found


def _words(values: Mapping[str, Value]) -> str:
    return ", ".join(
        f"{key} {'null' if value is None else to_json(value)}" for key, value in values.items()
    )
