"""A workshop in which one file is broken at a time, and it is seen who notices.

What does not differ from what was meant is an equivalent: the same steps follow, the same is said
for everything that can be given.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from server import loading
from server.domain.decision import Decision
from server.domain.expression import Expression
from server.domain.expression.walking import identity
from server.domain.procedure import Procedure
from server.domain.role import EVERY_ENTITY, Role
from server.domain.step import Choose, Step
from server.domain.target import Ask, Target
from server.loading import assembling, checks, marked
from server.loading.building import calendar_of
from server.loading.bundles import canonical
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript
from server.loading.shape import shape
from server.loading.sources import gather
from server.rules import Rules
from server.rules.tables import PYTHON, Table
from server.rules.trial import failed_tests
from server.usecases.examples import differing, misread
from server.usecases.figures import misfigured
from server.usecases.rehearsal import play
from tests.mutation.breaks import Break
from tests.mutation.equivalence import (
    WHY_THE_SAME,
    has_one_rule_for_all,
    is_alike,
    offers_alike,
    reads_alike,
    says_the_same,
)
from tests.mutation.reading import MADE, Builders, Noticed, Read, Reads, WatchedProcedures, watched

CHECK, WARNING, TESTS, SCENARIOS = "check", "warning", "tests", "scenarios"
EQUIVALENT, SURVIVED = "equivalent", "survived"
KINDS = (
    "procedure",
    "decision",
    "entity",
    "form",
    "role",
    "notification",
    "process",
    "correlation",
    "kpi",
    "target",
)
SILENT = {"origin", "text", "why", "because", "tests"}
"""What does not change what happens. (The words of an expression; its tree does.)"""


@dataclass(frozen=True)
class Caught:
    """Who noticed a break, and what was said."""

    broken: Break
    by: str
    said: str = ""


class Workshop:
    """The shipped definitions, read once; each break costs what has to be done anew for it."""

    def __init__(self) -> None:
        self._gathered = gather([loading.shipped()])
        self._reads = Reads()
        self._builders = Builders(self._reads, self._is_new)
        self._known: set[tuple[str, str]] = set()
        whole = watched(Manuscript(dict(self._gathered.sources), set()), self._reads)
        with self._builders.at_work(remembering=True):
            assembling.assemble(whole)
        whole.diagnostics.extend(checks.check(whole))
        assert not any(item.is_error for item in whole.diagnostics), "what is shipped has no error"
        self._known |= {(item.code, item.message) for item in whole.diagnostics}
        self._whole = whole
        self._shelf = self._told()

    def data(self) -> Mapping[tuple[str, str], Any]:
        """What may be broken: the data of each file by its address."""
        return {
            address: source.data
            for address, source in sorted(self._gathered.sources.items(), key=lambda item: item[0])
            if address[0] in KINDS
        }

    def judge(self, broken: Break) -> Caught:
        """Who notices this break first: the checks, a file's own tests, stories, or nobody."""
        try:
            made, warning = self._checked(broken)
        except Noticed as noticed:
            return Caught(broken, CHECK, str(noticed))
        if warning:
            return Caught(broken, WARNING, warning)
        if self._is_same(broken, made):
            return Caught(broken, EQUIVALENT, WHY_THE_SAME.get(broken.kind, "the same happens"))
        otherwise = self._otherwise(made)
        failed = _failed_test(made, otherwise)
        if failed:
            return Caught(broken, TESTS, failed)
        told = self._other_story(broken, made, otherwise)
        if told:
            return Caught(broken, SCENARIOS, told)
        if broken.kind == "drop as of a step":
            return Caught(broken, EQUIVALENT, "nothing reads the name, or it would not be known")
        return Caught(broken, SURVIVED)

    # -- what the checks say --------------------------------------------------------------------------

    def _is_new(self, item: Diagnostic) -> bool:
        return (item.code, item.message) not in self._known

    def _checked(self, broken: Break) -> tuple[Manuscript, str]:
        """What is made of the definitions now, and the first new warning.

        Raises:
            Noticed: there is an error that was not there before.
        """
        before = self._gathered.sources[broken.address]
        source, told = marked.parse(canonical(broken.data).encode(), before.file)
        source = replace(
            source,
            folder=before.folder,
            path=before.path,
            kind=before.kind,
            key=before.key,
            grafts=before.grafts,
        )
        shaped = shape(source)
        warnings = self._warnings([*told, *shaped.diagnostics])
        assert shaped.source is not None, "what is no definition any more has an error"
        sources = {**self._gathered.sources, broken.address: shaped.source}
        made = Manuscript(sources, set())
        with self._builders.at_work(remembering=False):
            assembling.assemble(made)
        warnings += self._warnings(made.diagnostics)
        self._keep_surveys(made)
        warnings += self._warnings(checks.check(made))
        return made, next(iter(warnings), "")

    def _warnings(self, said: Iterable[Diagnostic]) -> list[str]:
        found = []
        for item in said:
            if self._is_new(item):
                if item.is_error:
                    raise Noticed(item)
                found.append(f"{item.code}: {item.message}")
        return found

    def _keep_surveys(self, made: Manuscript) -> None:
        """What is proved of tables that are as they were stays proved."""
        before = _tables(self._whole)
        made.surveys.update(
            {
                key: self._whole.surveys[key]
                for key, table in _tables(made).items()
                if key in self._whole.surveys and table == before.get(key)
            }
        )

    # -- what is the same -----------------------------------------------------------------------------

    def _is_same(self, broken: Break, made: Manuscript) -> bool:
        kind, key = broken.address
        before, after = (getattr(item, _PLURALS[kind])[key] for item in (self._whole, made))
        if kind == "decision" and self._decides_alike(before, after):
            return True
        if kind == "process":
            return False
        if kind == "procedure" and is_alike(broken.kind, before, after, self._whole.procedures):
            return True
        if kind == "correlation" and reads_alike(before, after):
            return True
        if kind == "form" and offers_alike(before, after, self._whole.entities):
            return True
        return bool(_plain(before) == _plain(after))

    def _decides_alike(self, before: Decision, after: Decision) -> bool:
        if says_the_same(before, after):
            return True
        is_proved = self._whole.surveys.get(before.key) == ()
        return (
            is_proved
            and has_one_rule_for_all(before, after)
            and _plain(_in_order(before)) == _plain(_in_order(replace(after, hits=before.hits)))
        )

    def _otherwise(self, made: Manuscript) -> dict[Read, tuple[Any, Any]]:
        """All that is made of the definitions and is not what it was: before, and now."""
        found = {}
        for name in MADE:
            before = getattr(self._whole, name).unseen()
            for key, value in getattr(made, name).items():
                if value is not before[key] and value != before[key]:
                    found[name, key] = (before[key], value)
        return found

    # -- what the stories tell ------------------------------------------------------------------------

    def _told(self) -> Mapping[tuple[str, int], frozenset[Read]]:
        """What each story reads when nothing is broken."""
        made = assembling.definitions(self._whole)
        procedures = WatchedProcedures("procedures", self._reads, self._whole.procedures)
        definitions = replace(made, procedures=procedures)
        rules = Rules(dict(definitions.decisions), PYTHON)
        found = {}
        for scenario in self._whole.scenarios.values():
            for number, story in enumerate(scenario.stories):
                with self._reads.noted() as reads:
                    played = play(definitions, rules.decide, scenario, story)
                assert played.is_right, f"{story.title}: {played.differences}"
                found[scenario.key, number] = frozenset(reads)
        return found

    def stories(self, otherwise: Mapping[Read, tuple[Any, Any]]) -> Iterator[tuple[str, int]]:
        """The stories that may go otherwise now, as their scenario and their number there.

        All look through all procedures, to see whether one starts; what else a procedure says is
        read by those alone that run it.
        """
        begins = any(
            name == "procedures" and _outside_of_runs(before) != _outside_of_runs(after)
            for (name, _), (before, after) in otherwise.items()
        )
        for (scenario, number), reads in self._shelf.items():
            if begins or ("scenarios", scenario) in otherwise or reads & otherwise.keys():
                yield scenario, number

    def _other_story(
        self, broken: Break, made: Manuscript, otherwise: Mapping[Read, tuple[Any, Any]]
    ) -> str:
        """Where a story goes otherwise than told; those about the broken file are played first."""
        definitions = assembling.definitions(made)
        rules = Rules(definitions.decisions, PYTHON)
        chosen = sorted(
            self.stories(otherwise),
            key=lambda item: definitions.scenarios[item[0]].procedure != broken.address[1],
        )
        for key, number in chosen:
            scenario = definitions.scenarios[key]
            story = scenario.stories[number]
            try:
                found = play(definitions, rules.decide, scenario, story).differences
            except Exception as error:  # noqa: BLE001  it ends `procedura test`: nobody overlooks it
                return f"{story.title}: {type(error).__name__}: {error}"
            if found:
                return f"{story.title}: {found[0].sentence}"
        return ""


def _in_order(decision: Decision) -> Decision:
    """The same with its rules in the order of their names."""
    return replace(decision, rules=tuple(sorted(decision.rules, key=lambda rule: rule.key)))


def _outside_of_runs(procedure: Procedure) -> Procedure:
    """What a procedure says to whoever does not run it."""
    return replace(procedure, steps=(), as_needed=())


def _tables(made: Manuscript) -> dict[str, Decision]:
    """All that is surveyed, by the keys of the surveys."""
    gateways = {
        step.action.gateway.key: step.action.gateway
        for procedure in made.procedures.values()
        for step in procedure.walk()
        if isinstance(step.action, Choose)
    }
    return {**made.decisions, **gateways}


def _failed_test(made: Manuscript, otherwise: Mapping[Read, tuple[Any, Any]]) -> str:
    """What the tests of decisions and correlations that are otherwise say."""
    for name, key in otherwise:
        if name == "decisions":
            decision = made.decisions[key]
            said = next(iter(failed_tests(decision, Table(decision, key).decide)), None)
            if said is not None:
                return str(said)
        if name == "correlations":
            correlation = made.correlations[key]
            entity = made.entities[correlation.creates]
            for sample in correlation.tests:
                for expected, said in misread(correlation, entity, sample):
                    return f"{expected} is expected, and {said} is read"
        if name == "kpis":
            kpi = made.kpis[key]
            for example in kpi.tests:
                for expected, said in misfigured(kpi, made.entities, example):
                    return f"{expected} is expected, and it comes to {said}"
        if name == "targets":
            said = next(_other_clocks(made, made.targets[key]), None)
            if said is not None:
                return said
    return ""


def _other_clocks(made: Manuscript, target: Target) -> Iterator[str]:
    """Where the clock of a target stands elsewhere than its own tests expect."""
    entity = made.entities[target.entity]
    calendar = calendar_of(made, target.calendar)
    for history in target.tests:
        for _, expected, said in differing(target, entity, calendar, history, _asking(made)):
            yield f"{expected} is expected, and the clock is {said}"


def _asking(made: Manuscript) -> Ask:
    return lambda key, given: Table(made.decisions[key], key).decide(given)


_PLURALS = {
    "procedure": "procedures",
    "decision": "decisions",
    "entity": "entities",
    "form": "forms",
    "role": "roles",
    "notification": "notifications",
    "process": "processes",
    "correlation": "correlations",
    "kpi": "kpis",
    "target": "targets",
}


def _plain(value: Any) -> Any:
    """A value of the domain as plain data that is equal where the same happens."""
    match value:
        case Expression():
            return identity(value.tree)
        case Role():
            return [_fields(value, "may"), _rights(value)]
        case Procedure():
            return [_fields(value, "steps"), _steps(value.steps)]
        case tuple() if value and all(isinstance(item, Step) for item in value):
            return _steps(value)
        case Mapping():
            return [[key, _plain(item)] for key, item in value.items()]
        case tuple() | list() | frozenset():
            return [_plain(item) for item in value]
        case _ if dataclasses.is_dataclass(value):
            return _fields(value)
        case _:
            return str(value)


def _rights(role: Role) -> Any:
    """What holders may do, entity by entity: what `*` gives just so is not said again."""
    everywhere = role.may.get(EVERY_ENTITY)
    return [
        _plain(everywhere),
        {key: _plain(found) for key, found in role.may.items() if found != everywhere},
    ]


def _fields(value: Any, *left_out: str) -> Any:
    return [
        [field.name, _plain(getattr(value, field.name))]
        for field in dataclasses.fields(value)
        if field.name not in {*SILENT, *left_out}
    ]


def _steps(steps: tuple[Step, ...]) -> Any:
    """The first of a list, and all with where each leads said out: so their order says no more."""
    found = {}
    for index, step in enumerate(steps):
        following = steps[index + 1].key if index + 1 < len(steps) else "done"
        default = step.then or following
        outcomes = {
            key: replace(outcome, then=outcome.then or default)
            for key, outcome in step.outcomes.items()
        }
        then = None if outcomes or step.is_last else default
        found[step.key] = _fields(replace(step, then=then, outcomes=outcomes))
    return [steps[0].key if steps else None, sorted(found.items())]
