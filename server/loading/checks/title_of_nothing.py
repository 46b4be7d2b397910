"""ENT006 title-of-nothing: `titles` gives words to a value that the choice does not have.

The values are listed in `choice`; `titles` says how some of them read.

    entity: note
    fields:
      text: { title: Text, type: text, required: yes, guideline: What was said and by whom. }
      tone: { title: Tone, choice: [calm], titles: { cross: Cross }, guideline: As you heard it. }

Right:

    entity: note
    fields:
      text: { title: Text, type: text, required: yes, guideline: What was said and by whom. }
      tone: { title: Tone, choice: [calm], titles: { calm: Friendly and calm }, guideline: As you heard it. }
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from server.domain.expression.spelling import did_you_mean
from server.domain.step import Do
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript
from server.loading.marked import Path, SourceFile

CODE = "ENT006"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, entity in manuscript.entities.items():
        source = manuscript.source("entity", key)
        for name in source.data["fields"]:
            field = entity.fields[name]
            yield from _of(source, ("fields", name), field.titles, field.type.choices)
    for _, source, step, path in manuscript.walked():
        if isinstance(step.action, Do):
            for name, question in step.action.asks.items():
                at = (*path, "asks", name)
                yield from _of(source, at, question.titles, question.type.choices)


def _of(
    source: SourceFile, path: Path, titles: Mapping[str, str], choices: Iterable[str]
) -> Iterator[Diagnostic]:
    known = list(choices)
    for value in titles:
        if value not in known:
            yield Diagnostic(
                CODE,
                source.key_mark(*path, "titles", value),
                f"'{value}' is no value of this choice.",
                did_you_mean(value, known),
            )
