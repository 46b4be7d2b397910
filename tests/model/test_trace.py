"""Everything the ledger asks for has its place in the definitions, and leads where it should."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from server.domain.ballot import Tally, Thresholds
from server.domain.definitions import Definitions
from server.domain.expression import evaluate
from server.domain.procedure import Procedure
from server.domain.step import (
    Approve,
    Call,
    Choose,
    ContinueIn,
    Decide,
    Do,
    End,
    Start,
    Step,
)
from server.rules import Rules
from tests.model import ledger
from tests.model.facts import Facts, UnknownFactError

TRACE: Mapping[str, Mapping[str, Mapping[str, Any]]] = yaml.safe_load(
    Path(__file__).with_name("trace.yaml").read_text(encoding="utf-8")
)
KNOWN_KEYS = {
    "step",
    "steps",
    "outcome",
    "decision",
    "rule",
    "start",
    "link",
    "facts",
    "reason",
    "answered",
    "votes",
    "data",
    "before",
    "through",
}
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SPOKEN = {True: "yes", False: "no"}

procedures = pytest.mark.parametrize("name", TRACE)
outcomes = pytest.mark.parametrize(
    ("name", "label"),
    [
        (name, label)
        for name, found in TRACE.items()
        for label in found
        if label.startswith("D") and "answered" not in found[label]
    ],
)


@procedures
def test_every_item_of_the_ledger_has_its_place(name: str) -> None:
    asked = ledger.items(ledger.procedures()[name])

    assert [label for label in asked if label not in TRACE[name]] == []


@procedures
def test_nothing_is_traced_that_the_ledger_does_not_ask_for(name: str) -> None:
    asked = ledger.items(ledger.procedures()[name])

    assert [label for label in TRACE[name] if label not in asked] == []


@procedures
def test_only_what_the_ledger_infers_is_answered_otherwise(name: str) -> None:
    asked = ledger.items(ledger.procedures()[name])

    answered = [label for label, place in TRACE[name].items() if "answered" in place]

    assert [label for label in answered if not asked[label].is_inferred] == []
    assert [label for label in answered if not TRACE[name][label]["answered"].strip()] == []


@procedures
def test_every_procedure_of_the_slice_is_traced(name: str, shipped: Definitions) -> None:
    process, key = name.split("/")

    assert shipped.procedures[key].process == process
    assert not shipped.procedures[key].outside


def test_whatever_is_not_outside_is_traced(shipped: Definitions) -> None:
    own = {key for key, procedure in shipped.procedures.items() if not procedure.outside}

    assert own == {name.split("/")[1] for name in TRACE}


@procedures
def test_every_place_exists(name: str, shipped: Definitions) -> None:
    procedure = _procedure(shipped, name)

    unknown = {label: set(place) - KNOWN_KEYS for label, place in TRACE[name].items()}
    missing = {
        label: list(_missing(shipped, procedure, place)) for label, place in TRACE[name].items()
    }

    assert {label: keys for label, keys in unknown.items() if keys} == {}
    assert {label: told for label, told in missing.items() if told} == {}


@procedures
def test_an_item_stands_where_its_kind_belongs(name: str, shipped: Definitions) -> None:
    procedure, asked = _procedure(shipped, name), ledger.items(ledger.procedures()[name])

    assert [
        label
        for label, place in TRACE[name].items()
        if "answered" not in place and not _belongs(procedure, asked[label], place)
    ] == []


@procedures
def test_an_act_is_a_step_of_its_own_or_a_reason_is_given(name: str, shipped: Definitions) -> None:
    procedure = _procedure(shipped, name)
    acts = {label: place for label, place in TRACE[name].items() if label.startswith("A")}
    by_application = {
        item.label
        for item in ledger.items(ledger.procedures()[name]).values()
        if item.by_application
    }

    shared, unmanned = [], []
    for label, place in acts.items():
        alike = [other for other in acts if acts[other].get("step") == place.get("step")]
        if len(alike) > 1 and not place.get("reason"):
            shared.append(label)
        works = "step" in place and isinstance(procedure.step(place["step"]).action, Do | Approve)
        if not works and label not in by_application and not place.get("reason"):
            unmanned.append(label)

    assert shared == []
    # A person's act that only notifies or starts something is the application's to carry out.
    assert unmanned == []


@procedures
def test_facts_name_what_the_procedure_knows(name: str, shipped: Definitions) -> None:
    procedure, told = _procedure(shipped, name), {}

    for label, place in TRACE[name].items():
        if label.startswith("D") and "answered" not in place:
            try:
                Facts(shipped, procedure, place["facts"])
            except UnknownFactError as error:
                told[label] = str(error)

    assert told == {}


@outcomes
def test_the_facts_lead_to_the_outcome(name: str, label: str, shipped: Definitions) -> None:
    # given
    procedure, place = _procedure(shipped, name), TRACE[name][label]
    facts = Facts(shipped, procedure, place["facts"])
    step = procedure.step(place["step"])
    outcome = place.get("outcome")
    outcome = SPOKEN.get(outcome, outcome)

    # when
    match step.action:
        case Decide(decision=key, given=given):
            verdict = verdict_of(shipped, shipped.decisions[key], given, facts)
            # then
            assert key == place["decision"]
            assert place["rule"] in verdict.hits
            assert SPOKEN.get(verdict.value, verdict.value) == outcome
        case Choose(gateway=gateway, given=given):
            verdict = verdict_of(shipped, gateway, given, facts)
            assert verdict.hits == (outcome,)
        case Do() if step.outcomes:
            assert _chosen(procedure, step, facts) == outcome
        case Approve(passes=passes, fails=fails, ballot=ballot):
            thresholds = Thresholds(passes, fails, three_way="abstain" in ballot)
            assert thresholds.result(Tally(**place["votes"])) == outcome
        case _:
            assert place.get("reason")


def _procedure(definitions: Definitions, name: str) -> Procedure:
    return definitions.procedures[name.split("/")[1]]


def _belongs(procedure: Procedure, item: ledger.Item, place: Mapping[str, Any]) -> bool:
    match item.kind:
        case "start":
            return "start" in place or bool(place.get("reason"))
        case "end":
            action = procedure.step(place["step"]).action
            return isinstance(action, End) and f"end: {action.name}" == item.label
        case "link":
            return bool(place["link"] == item.label.rpartition("/")[2])
        case "outcome":
            return "facts" in place
    return True


def _missing(
    definitions: Definitions, procedure: Procedure, place: Mapping[str, Any]
) -> Iterator[str]:
    keys = {step.key for step in procedure.walk()}
    named = [place["step"]] if "step" in place else place.get("steps", [])
    yield from (f"step {key}" for key in named if key not in keys)
    if "start" in place and procedure.beginning(place["start"]) is None:
        yield f"start {place['start']}"
    steps = [procedure.step(key) for key in named if key in keys]
    for beside in ("before", "through"):
        other, _, key = place.get(beside, f"{procedure.key}/{procedure.steps[0].key}").partition(
            "/"
        )
        if key not in {step.key for step in definitions.procedures[other].walk()}:
            yield f"step {place[beside]}"
    if "link" in place:
        for step in steps:
            if "data" not in place and not _leads(definitions, procedure, step, place["link"]):
                yield f"link {place['link']} at {step.key}"
        return
    if "decision" in place:
        decision = definitions.decisions.get(place["decision"])
        rules = {rule.key for rule in decision.rules} if decision else set()
        if place["rule"] not in rules:
            yield f"rule {place['rule']} of {place['decision']}"
    if "outcome" in place:
        outcome = SPOKEN.get(place["outcome"], place["outcome"])
        possible = {key for step in steps for key in _outcomes(step)}
        if outcome not in possible:
            yield f"outcome {outcome} of {named}"


def _leads(definitions: Definitions, procedure: Procedure, step: Step, to: str) -> bool:
    """Whether the step hands over to the other procedure, or goes back to it as its caller."""
    match step.action:
        case Start(procedure=other) | ContinueIn(procedure=other) | Call(procedure=other):
            return other == to
        case End(name=end):
            return any(
                isinstance(caller.action, Call)
                and caller.action.procedure == procedure.key
                and end in caller.outcomes
                for caller in definitions.procedures[to].walk()
            )
    return False


def _outcomes(step: Step) -> Iterator[str]:
    yield from step.outcomes
    if isinstance(step.action, Choose):
        yield from (rule.key for rule in step.action.gateway.rules)


def verdict_of(
    definitions: Definitions, decision: Any, given: Mapping[str, Any], facts: Facts
) -> Any:
    """What the decision, or the table of a gateway, says of the facts."""
    inputs = {key: evaluate(item, facts.names, facts, NOW) for key, item in given.items()}
    return Rules(definitions.decisions, "python").decide(decision, inputs)


def _chosen(procedure: Procedure, step: Step, facts: Facts) -> Any:
    """The button that the facts press, once everything that it needs is there."""
    assert step.name is not None
    answers = facts.names[step.name]
    assert isinstance(answers, Mapping)
    outcome = step.outcomes[str(answers["outcome"])]
    for need in outcome.needs:
        filled = answers.get(need) or facts.field(_filled(procedure, step, facts), need)
        assert filled is not None
    return outcome.key


def _filled(procedure: Procedure, step: Step, facts: Facts) -> Any:
    """The record that the form of the step fills."""
    assert isinstance(step.action, Do)
    if step.action.creates is not None:
        return facts.names[step.action.creates.name]
    if step.about is not None:
        return evaluate(step.about, facts.names, facts, NOW)
    return facts.names[procedure.about]
