"""ENT009 says-nothing: a guideline or an instruction only repeats what it should explain.

A guideline says what to put in and what it is used for; an instruction how the step is done, when it
is done, and whom to ask.

    entity: note
    fields:
      text: { title: Text, type: text, required: yes, guideline: Enter the text here. }

Right:

    entity: note
    fields:
      text: { title: Text, type: text, required: yes, guideline: What was said and by whom. }
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript, written_steps
from server.loading.marked import Path, SourceFile

CODE = "ENT009"
FILLING = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "for",
        "to",
        "in",
        "on",
        "at",
        "here",
        "this",
        "that",
        "is",
        "are",
        "your",
        "please",
        "enter",
        "type",
        "fill",
        "select",
        "choose",
        "give",
        "state",
        "specify",
        "field",
        "value",
        "box",
    ]
)
"""Words that say nothing about what is to be filled in."""


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for source, path, text, labels in _texts(manuscript):
        said = _words(text) - FILLING
        if text and said <= frozenset().union(*map(_words, labels)):
            yield Diagnostic(
                CODE,
                source.mark(*path),
                "This only repeats what it should explain.",
                "Say what belongs here and what it is used for; how it is done, and when.",
            )


_Text = tuple[SourceFile, Path, str, tuple[str, ...]]


def _texts(manuscript: Manuscript) -> Iterator[_Text]:
    for source in manuscript.of_kind("entity"):
        for name, raw in source.data["fields"].items():
            text, label = _text(raw, "guideline"), _text(raw, "title")
            yield source, ("fields", name, "guideline"), text, (name, label)
    for source in manuscript.of_kind("form"):
        form = manuscript.forms.get(source.key)
        for number, section in enumerate(source.data["sections"]):
            rows = form.sections[number].rows if form else None
            entity = manuscript.entities.get(rows.entity if rows else source.data["entity"])
            for index, raw in enumerate(section["fields"]):
                if isinstance(raw, dict) and entity and raw["field"] in entity.fields:
                    label = entity.fields[raw["field"]].title
                    at = ("sections", number, "fields", index, "guideline")
                    yield source, at, _text(raw, "guideline"), (raw["field"], label)
    for source in manuscript.of_kind("procedure"):
        for path, raw in written_steps(source.data):
            labels = (_text(raw, "title"), _text(raw, "do"))
            yield source, (*path, "instruction"), _text(raw, "instruction"), labels
            for name, asked in raw.get("asks", {}).items():
                if isinstance(asked, dict):
                    at = (*path, "asks", name, "guideline")
                    text, label = _text(asked, "guideline"), _text(asked, "question")
                    yield source, at, text, (name, label)


def _text(raw: Mapping[str, Any], key: str) -> str:
    return str(raw.get(key) or "")


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W_]+", text.lower()))
