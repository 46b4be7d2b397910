"""What the checks of tables share: what is proved of each, found once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from server.domain.decision import Decision
from server.domain.step import Choose
from server.loading.desk import is_sound
from server.loading.diagnostics import Mark
from server.loading.manuscript import Manuscript
from server.loading.marked import Path, SourceFile
from server.loading.proving import Fault, Finding, survey
from server.loading.proving.wording import spoken


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A finding about a decision, with where the rules are written."""

    decision: Decision
    finding: Finding
    source: SourceFile

    def mark(self, number: int) -> Mark:
        """Where the rule of this number is written."""
        return self.source.mark("rules", self.finding.rules[number])

    def rule(self, number: int) -> str:
        """What the rule of this number is called in sentences."""
        return f"'{self.decision.rules[self.finding.rules[number]].key}'"

    @property
    def example(self) -> str:
        """The inputs that show it, as a clause."""
        assert self.finding.example is not None
        return spoken(self.finding.example, unsaid=self.decision.settings)


def of_decisions(manuscript: Manuscript, *faults: Fault) -> Iterator[Surveyed]:
    """What is found of these faults in all decisions that can be read."""
    for key, decision in manuscript.decisions.items():
        if not is_read(manuscript, manuscript.source("decision", key)):
            continue
        for finding in _survey(manuscript, decision):
            if finding.fault in faults:
                yield Surveyed(decision, finding, manuscript.source("decision", key))


def of_gateways(
    manuscript: Manuscript, *faults: Fault
) -> Iterator[tuple[Choose, Finding, SourceFile, Path]]:
    """The same of the rows of `choose`, with where the step is written."""
    for _, source, step, path in manuscript.walked():
        if isinstance(step.action, Choose) and is_read(manuscript, source):
            for finding in _survey(manuscript, step.action.gateway):
                if finding.fault in faults:
                    yield step.action, finding, source, path


def is_read(manuscript: Manuscript, source: SourceFile) -> bool:
    """Whether all of a file, and of the tables that it takes in, could be read."""
    files = {source.file, *(inner.file for inner, _ in source.grafts.values())}
    return not any(item.is_error and item.mark.file in files for item in manuscript.diagnostics)


def _survey(manuscript: Manuscript, decision: Decision) -> tuple[Finding, ...]:
    known = manuscript.surveys.get(decision.key)
    if known is None:
        known = tuple(survey(decision)) if is_readable(decision) else ()
        manuscript.surveys[decision.key] = known
    return known


def is_readable(decision: Decision) -> bool:
    """Whether every expression is sound; of others there is nothing to prove."""
    conditions = [rule.condition for rule in decision.rules if rule.condition is not None]
    return all(
        is_sound(item) and item.type is not None
        for item in (*conditions, *decision.assuming, *decision.computed.values())
    )
