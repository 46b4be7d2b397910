"""The use case behind `procedura test`: stories, the tests of definitions, and what they pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from server import loading
from server.domain.correlation import Correlation
from server.domain.decision import Decision, NoVerdict
from server.domain.definitions import Definitions
from server.domain.expression.spelling import did_you_mean
from server.domain.kpi import Kpi
from server.domain.refusals import NotFound
from server.domain.scenario import Scenario
from server.domain.target import Target
from server.loading import Diagnostic, Mark
from server.rules import Rules
from server.usecases.examples import (
    failing_histories,
    failing_readings,
    failing_tests,
    is_overtaken,
)
from server.usecases.figures import failing_figures
from server.usecases.rehearsal import play_all
from server.usecases.rehearsal.coverage import Coverage, coverage
from server.usecases.rehearsal.player import Played


@dataclass(frozen=True, slots=True)
class Unexpected:
    """Where a story went otherwise than told."""

    mark: Mark
    story: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What came of it. `definitions` is None where they have errors: `diagnostics` tells them.

    `tests` counts the tests of decisions, `readings` those of correlations, `figures` those of KPIs,
    `histories` those of targets; those that do not come out are told among `diagnostics`.
    """

    definitions: Definitions | None
    diagnostics: tuple[Diagnostic, ...]
    played: tuple[Played, ...] = ()
    unexpected: tuple[Unexpected, ...] = ()
    tests: int = 0
    readings: int = 0
    figures: int = 0
    histories: int = 0
    coverage: Coverage | None = None

    @property
    def is_right(self) -> bool:
        wrong = any(item.is_error for item in self.diagnostics)
        return self.definitions is not None and not wrong and not self.unexpected


def rehearse(
    folders: Sequence[Path], names: Sequence[str] = (), evaluator: str | None = None
) -> Rehearsed:
    """Play the stories and tests of these names, or all, without a database.

    A name is that of a scenario, of a procedure that scenarios are about, of a decision, of a
    correlation, of a KPI or of a target.

    Raises:
        NotFound: nothing is called so.
    """
    loaded = loading.load(loading.folders(folders))
    definitions = loaded.definitions
    if definitions is None:
        return Rehearsed(None, loaded.diagnostics)
    scenarios, decisions, correlations, kpis, targets = _meant(definitions, names)
    rules = Rules(definitions.decisions, evaluator)
    played = tuple(play_all(definitions, rules.decide, scenarios))
    tested = [loaded.tested[item.key] for item in decisions]
    failing = [found for item in tested for found in failing_tests(item, loaded, rules)]
    failing += [
        found
        for item in correlations
        for found in failing_readings(item, definitions.entities, loaded)
    ]
    failing += [
        found for item in kpis for found in failing_figures(item, definitions.entities, loaded)
    ]
    failing += [
        found for item in targets for found in failing_histories(item, definitions, loaded, rules)
    ]
    unexpected = tuple(
        Unexpected(
            loaded.mark("scenario", one.scenario, *found.path), one.story.title, found.sentence
        )
        for one in played
        for found in one.differences
    )
    procedures = dict.fromkeys(item.procedure for item in scenarios)
    if not names:
        procedures |= dict.fromkeys(
            key for key, item in definitions.procedures.items() if not item.outside
        )
    return Rehearsed(
        definitions,
        (*loaded.diagnostics, *failing),
        played,
        unexpected,
        sum(len(item.tests) for item in tested),
        sum(len(item.tests) for item in correlations),
        sum(len(item.tests) for item in kpis),
        sum(len(item.tests) for item in targets if not is_overtaken(item, definitions, loaded)),
        coverage(
            definitions,
            played,
            _shown(tested, rules),
            procedures,
            [item.key for item in decisions],
            kpis,
        ),
    )


def _meant(
    definitions: Definitions, names: Sequence[str]
) -> tuple[
    tuple[Scenario, ...],
    tuple[Decision, ...],
    tuple[Correlation, ...],
    tuple[Kpi, ...],
    tuple[Target, ...],
]:
    scenarios, decisions, targets = (
        definitions.scenarios,
        definitions.decisions,
        definitions.targets,
    )
    correlations, kpis = definitions.correlations, definitions.kpis
    told = {item.procedure for item in scenarios.values()}
    known = {*scenarios, *decisions, *correlations, *kpis, *targets, *told}
    for name in names:
        if name not in known:
            raise NotFound(
                "No scenario, procedure with scenarios, decision, correlation, KPI or target is called "
                f"'{name}'.",
                hint=did_you_mean(name, known),
            )
    wanted = set(names) or known
    return (
        tuple(item for item in scenarios.values() if {item.key, item.procedure} & wanted),
        tuple(item for key, item in decisions.items() if key in wanted),
        tuple(item for key, item in correlations.items() if key in wanted),
        tuple(item for key, item in kpis.items() if key in wanted),
        tuple(item for key, item in targets.items() if key in wanted),
    )


def _shown(decisions: Iterable[Decision], rules: Rules) -> Iterator[tuple[str, str]]:
    """The rules that the tests of decisions show."""
    for decision in decisions:
        for example in decision.tests:
            given = {name: example.given.get(name) for name in decision.inputs}
            try:
                verdict = rules.decide(decision, given)
            except NoVerdict:
                continue
            for rule in verdict.hits:
                yield decision.key, rule
