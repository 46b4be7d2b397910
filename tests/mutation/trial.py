"""A workshop in which one file is broken at a time, and it is seen who notices.

What does not differ from what was meant is an equivalent: the same steps follow, the same is said
for everything that can be given.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from server import loading
from server.domain.decision import Decision, NoVerdict
from server.domain.expression import Expression
from server.domain.expression.walking import identity
from server.domain.procedure import Procedure, Step
from server.domain.role import Role
from server.loading import assembling, checks, marked
from server.loading.bundles import canonical
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript
from server.loading.proving.reading import Reading
from server.loading.proving.searching import piece_values
from server.loading.proving.space import Space
from server.loading.shape import shape
from server.loading.sources import gather
from server.rules import Rules
from server.rules.tables import PYTHON, Table
from server.rules.trial import failed_tests
from server.usecases.rehearsal import play
from tests.mutation.breaks import Break

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
)
MOST = 20_000
"""Combinations of inputs that two tables are compared on."""
SILENT = {"origin", "text", "why", "because", "tests"}
"""What does not change what happens. (The words of an expression; its tree does.)"""


@dataclass(frozen=True)
class Caught:
    """Who noticed a break, and what was said."""

    broken: Break
    by: str
    said: str = ""


class Workshop:
    """The shipped definitions, read once."""

    def __init__(self) -> None:
        self._gathered = gather([loading.shipped()])
        whole = self._made(dict(self._gathered.sources), [])
        assert not any(item.is_error for item in whole.diagnostics), "what is shipped has no error"
        self._whole = whole
        self._known = {(item.code, item.message) for item in whole.diagnostics}

    def data(self) -> Mapping[tuple[str, str], Any]:
        """What may be broken: the data of each file by its address."""
        return {
            address: source.data
            for address, source in sorted(self._gathered.sources.items(), key=lambda item: item[0])
            if address[0] in KINDS
        }

    def judge(self, broken: Break) -> Caught:
        """Who notices this break first: the checks, tests of decisions, stories, or nobody."""
        made, diagnostics = self._broken(broken)
        if made is not None:
            diagnostics = [*diagnostics, *made.diagnostics]
        diagnostics = [
            item for item in diagnostics if (item.code, item.message) not in self._known
        ]
        for severity, by in ((True, CHECK), (False, WARNING)):
            said = next((item for item in diagnostics if item.is_error is severity), None)
            if said is not None:
                return Caught(broken, by, f"{said.code}: {said.message}")
        assert made is not None
        if self._is_same(broken, made):
            return Caught(broken, EQUIVALENT)
        failed = self._failed_test(broken, made)
        if failed:
            return Caught(broken, TESTS, failed)
        otherwise = self._other_story(broken, made)
        if otherwise:
            return Caught(broken, SCENARIOS, otherwise)
        if broken.kind == "drop as of a step":
            return Caught(broken, EQUIVALENT)  # nothing reads the name, or it would not be known
        return Caught(broken, SURVIVED)

    def _broken(self, broken: Break) -> tuple[Manuscript | None, list[Diagnostic]]:
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
        diagnostics = [*told, *shaped.diagnostics]
        if shaped.source is None or any(item.is_error for item in diagnostics):
            return None, diagnostics
        sources = {**self._gathered.sources, broken.address: shaped.source}
        return self._made(sources, diagnostics, broken.address), diagnostics

    def _made(
        self,
        sources: dict[Any, Any],
        diagnostics: list[Diagnostic],
        changed: tuple[str, str] | None = None,
    ) -> Manuscript:
        made = Manuscript(sources, set(), list(diagnostics))
        if changed is not None and changed[0] not in {"entity", "decision"}:
            # what is proved of tables that nobody touched stays proved
            made.surveys.update(
                {
                    key: found
                    for key, found in self._whole.surveys.items()
                    if not key.startswith(f"{changed[1]}.")
                }
            )
        assembling.assemble(made)
        made.diagnostics.extend(checks.check(made))
        return made

    # -- what is the same -----------------------------------------------------------------------------

    def _is_same(self, broken: Break, made: Manuscript) -> bool:
        kind, key = broken.address
        before, after = (getattr(item, _PLURALS[kind])[key] for item in (self._whole, made))
        if kind == "decision" and _says_the_same(before, after):
            return True
        if kind == "process":
            return False
        return _plain(before) == _plain(after)

    def _other_story(self, broken: Break, made: Manuscript) -> str:
        """Where a story goes otherwise than told; those about the broken file are played first."""
        definitions = assembling.definitions(made)
        rules = Rules(definitions.decisions, PYTHON)
        scenarios = sorted(
            definitions.scenarios.values(), key=lambda item: item.procedure != broken.address[1]
        )
        for scenario in scenarios:
            for story in scenario.stories:
                found = play(definitions, rules.decide, scenario, story).differences
                if found:
                    return f"{story.title}: {found[0].sentence}"
        return ""

    def _failed_test(self, broken: Break, made: Manuscript) -> str:
        if broken.address[0] not in {"decision", "entity"}:
            return ""
        for key, decision in made.decisions.items():
            if broken.address in {("decision", key), ("entity", broken.address[1])}:
                said = next(iter(failed_tests(decision, Table(decision, key).decide)), None)
                if said is not None:
                    return said if isinstance(said, str) else str(said)
        return ""


_PLURALS = {
    "procedure": "procedures",
    "decision": "decisions",
    "entity": "entities",
    "form": "forms",
    "role": "roles",
    "notification": "notifications",
    "process": "processes",
    "correlation": "correlations",
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
    """What holders may do, entity by entity: what `*` gives too is said once."""
    everywhere = role.may.get("*", frozenset())
    return [
        sorted(everywhere),
        {key: sorted(found - everywhere) for key, found in role.may.items() if found - everywhere},
    ]


def _fields(value: Any, *left_out: str) -> Any:
    return [
        [field.name, _plain(getattr(value, field.name))]
        for field in dataclasses.fields(value)
        if field.name not in {*SILENT, *left_out}
    ]


def _steps(steps: tuple[Step, ...]) -> Any:
    """Steps with where each leads said out."""
    found = []
    for index, step in enumerate(steps):
        following = steps[index + 1].key if index + 1 < len(steps) else "done"
        default = step.then or following
        outcomes = {
            key: replace(outcome, then=outcome.then or default)
            for key, outcome in step.outcomes.items()
        }
        then = None if outcomes or step.is_last else default
        found.append(_fields(replace(step, then=then, outcomes=outcomes)))
    return found


def _says_the_same(before: Decision, after: Decision) -> bool:
    """Whether two tables give one verdict for everything that can be given."""
    if before.inputs != after.inputs or before.optional != after.optional:
        return False
    readings = [Reading(item) for item in (before, after)]
    formulas = [
        reading.condition(rule.condition.tree)
        for reading, item in zip(readings, (before, after), strict=True)
        for rule in item.rules
        if rule.condition is not None
    ]
    variables = {**readings[0].variables, **readings[1].variables}
    space = Space.over(variables, formulas)
    if space.wide or any(item.node is not None for item in space.variables):
        return False
    options = [
        [piece_values(variable, piece)[0][0] for piece in pieces]
        for variable, pieces in zip(space.variables, space.pieces, strict=True)
    ]
    count = 1
    for values in options:
        count *= len(values)
    if count > MOST:
        return False
    tables = [Table(item, "x") for item in (before, after)]
    names = [variable.name for variable in space.variables]
    for combination in itertools.product(*options):
        given = dict(zip(names, combination, strict=True))
        if _answer(tables[0], given) != _answer(tables[1], given):
            return False
    return True


def _answer(table: Table, given: Mapping[str, Any]) -> object:
    inputs = {name: given[name] for name in table.decision.inputs}
    try:
        return table.decide(inputs).output
    except NoVerdict:
        return None
