"""Use cases about the tests that definitions bring along: of decisions, correlations and targets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from server import loading
from server.domain.calendar import Calendar
from server.domain.clock import clock
from server.domain.correlation import Correlation, Sample
from server.domain.decision import Decision, NoVerdict
from server.domain.definitions import Definitions
from server.domain.entity import STATUS, Entity
from server.domain.refusals import Refusal
from server.domain.target import Agreed, Ask, Fields, History, Target, ledger
from server.domain.values import Value, to_json
from server.loading import Diagnostic
from server.loading.faults import correlation as readings
from server.loading.faults import decision as decisions
from server.loading.faults import target as targets
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


def failing_histories(
    target: Target, definitions: Definitions, loaded: loading.Loaded, rules: Rules
) -> Sequence[Diagnostic]:
    """The tests of a target in which its clock stands elsewhere.

    Where a later folder has put a calendar or a decision of its own in place, the target's tests
    are about other hours than those that count, and are not played.
    """
    if is_overtaken(target, definitions, loaded):
        return ()
    found = []
    entity, calendar = definitions.entities[target.entity], definitions.calendar_of(target)
    for index, history in enumerate(target.tests):
        told = differing(target, entity, calendar, history, asking(loaded, rules))
        for number, expected, said in told:
            mark = loaded.mark("target", target.key, "tests", index, "expect", number)
            found.append(targets.test_fails(mark, target.key, expected, said))
    return found


def is_overtaken(target: Target, definitions: Definitions, loaded: loading.Loaded) -> bool:
    """Whether what the time is counted by, or what says it, comes from a later folder."""
    calendar = definitions.calendar_of(target)
    rests_on = {("calendar", calendar.key)}
    if target.calendar is None:
        rests_on |= {address for address in loaded.sources if address[0] == "model"}
    if isinstance(target.goal, Agreed):
        rests_on.add(("decision", target.goal.decision))
    own = ("target", target.key)
    return any(loaded.is_later(item, own) for item in rests_on & loaded.sources.keys())


def asking(loaded: loading.Loaded, rules: Rules) -> Ask:
    """Asks decisions with the settings that tests were written for."""
    return lambda key, given: rules.decide(loaded.tested[key], given)


def differing(
    target: Target, entity: Entity, calendar: Calendar, history: History, ask: Ask
) -> Iterator[tuple[int, str, str]]:
    """Of each expectation that is otherwise its number, what is expected, and what is instead."""
    happened = ledger(target, _versions(entity, history), ask)
    for number, seen in enumerate(history.expect):
        found = clock(happened, calendar, seen.at, target.endangered_at)
        said: dict[str, Value] = {"state": None if found is None else found.state.value}
        expected: dict[str, Value] = {"state": seen.state and seen.state.value}
        for name in ("elapsed", "remaining", "due"):
            value = getattr(seen, name)
            if value is not None:
                expected[name] = value
                said[name] = None if found is None else getattr(found, name)
        if said != expected:
            yield number, _clock_words(expected, calendar), _clock_words(said, calendar)


def _versions(entity: Entity, history: History) -> Iterator[tuple[datetime, Fields]]:
    """The fields of the record of a test after each change; a new one has its defaults."""
    fields: dict[str, Value] = {field.key: field.default for field in entity.columns}
    if entity.first_status is not None:
        fields[STATUS] = entity.first_status
    for change in history.changes:
        fields |= change.fields
        yield change.at, dict(fields)


def _clock_words(values: Mapping[str, Value], calendar: Calendar) -> str:
    """Such as counting, elapsed 2 hours + 5 minutes, due 2026-03-02 14:00, as a test is written."""
    found = [str(values["state"] or "none")]
    for name in ("elapsed", "remaining", "due"):
        if name not in values:
            continue
        match values[name]:
            case datetime() as at:
                written = f"{at.astimezone(calendar.zone):%Y-%m-%d %H:%M}"
            case timedelta() as amount:
                written = _amount(amount)
            case _:
                written = "nothing"
        found.append(f"{name} {written}")
    return ", ".join(found)


def _amount(amount: timedelta) -> str:
    minutes, rest = divmod(abs(amount), timedelta(minutes=1))
    hours, minutes = divmod(minutes, 60)
    counted = ((hours, "hour"), (minutes, "minute"), (rest.seconds, "second"))
    parts = [f"{number} {unit}{'s'[number == 1 :]}" for number, unit in counted if number]
    whole = " + ".join(parts) or "0 hours"
    if amount >= timedelta():
        return whole
    return f"-({whole})" if len(parts) > 1 else f"-{whole}"


def _words(values: Mapping[str, Value]) -> str:
    return ", ".join(
        f"{key} {'null' if value is None else to_json(value)}" for key, value in values.items()
    )
