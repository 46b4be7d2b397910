"""Every text that people read is there, says something, and is our own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from server.domain.definitions import Definitions
from server.domain.step import Approve, Do
from tests.model import ledger

BORROWED = 8
"""So many words in a row, found in the paper too, are no coincidence."""
FEWEST_IN_INSTRUCTION = 30
"""Words; with fewer nobody has said how, until when and whom to ask."""


def test_every_instruction_says_how_when_it_is_done_and_whom_to_ask(shipped: Definitions) -> None:
    wanting = [
        where
        for where, text in _instructions(shipped)
        if "**Done when**" not in text
        or "**Ask**" not in text
        or len(_words(text)) < FEWEST_IN_INSTRUCTION
    ]

    assert wanting == []


def test_no_two_steps_have_the_same_instruction(shipped: Definitions) -> None:
    paragraphs = Counter(
        " ".join(_words(paragraph))
        for _, text in _instructions(shipped)
        for paragraph in text.split("\n\n")
    )

    assert [text for text, times in paragraphs.items() if times > 1] == []


def test_every_field_has_a_guideline_that_says_more_than_its_label(shipped: Definitions) -> None:
    wanting = [where for where, label, text in _guidelines(shipped) if not _says_more(label, text)]

    assert wanting == []


def test_no_two_fields_have_the_same_guideline(shipped: Definitions) -> None:
    texts = Counter(" ".join(_words(text)) for _, _, text in _guidelines(shipped))

    assert [text for text, times in texts.items() if times > 1] == []


def test_every_role_says_what_it_is_for(shipped: Definitions) -> None:
    for role in shipped.roles.values():
        assert role.purpose, role.key
        assert role.responsibilities, role.key
        assert all(len(_words(item)) > 3 for item in role.responsibilities), role.key


def test_every_rule_says_why(shipped: Definitions) -> None:
    silent = [
        f"{decision.key} {rule.key}"
        for decision in shipped.decisions.values()
        for rule in decision.rules
        if len(_words(rule.because)) < 3
    ]

    assert silent == []


def test_no_sentence_is_copied_from_the_paper(shipped: Definitions) -> None:
    paper = set(_runs_of_words(ledger.text_of(ledger.PAPER)))

    copied = [
        (where, run)
        for where, text in _texts(shipped)
        for run in _runs_of_words(text)
        if run in paper
    ]

    assert copied == []


@pytest.mark.parametrize("name", ledger.LEDGERS)
def test_no_sentence_is_copied_from_the_ledger(name: str, shipped: Definitions) -> None:
    seen = set(_runs_of_words(ledger.text_of(name)))

    copied = [
        (where, run)
        for where, text in _texts(shipped)
        for run in _runs_of_words(text)
        if run in seen
    ]

    assert copied == []


def _instructions(definitions: Definitions) -> Iterator[tuple[str, str]]:
    for procedure in definitions.procedures.values():
        for step in procedure.walk():
            if isinstance(step.action, Do | Approve):
                yield f"{procedure.key} {step.key}", step.action.instruction


def _guidelines(definitions: Definitions) -> Iterator[tuple[str, str, str]]:
    for entity in definitions.entities.values():
        for field in entity.fields.values():
            if field.key != "status":
                yield f"{entity.key}.{field.key}", field.title, field.guideline
    for form in definitions.forms.values():
        titles = definitions.entities[form.entity].fields
        for item in form.fields:
            if item.guideline is not None:
                yield f"form {form.key} {item.field}", titles[item.field].title, item.guideline


def _texts(definitions: Definitions) -> Iterator[tuple[str, str]]:
    yield from _instructions(definitions)
    yield from ((where, text) for where, _, text in _guidelines(definitions))
    for process in definitions.processes.values():
        yield f"process {process.key}", process.purpose
    for entity in definitions.entities.values():
        yield f"entity {entity.key}", entity.purpose
    for role in definitions.roles.values():
        yield f"role {role.key}", role.purpose
        yield from ((f"role {role.key}", item) for item in role.responsibilities)
    for decision in definitions.decisions.values():
        yield from ((f"decision {decision.key}", rule.because) for rule in decision.rules)
    for notification in definitions.notifications.values():
        yield f"notification {notification.key}", notification.text
    for procedure in definitions.procedures.values():
        yield f"procedure {procedure.key}", procedure.purpose
        for step in procedure.walk():
            if isinstance(step.action, Do | Approve):
                where = f"{procedure.key} {step.key}"
                yield where, step.action.text
                for question in step.action.asks.values():
                    yield where, question.text
                    yield where, question.guideline


def _says_more(label: str, text: str) -> bool:
    said = _words(text)
    own = [word for word in said if word not in _words(label)]
    begins_alike = said[: len(_words(label))] == _words(label)
    return len(own) >= 6 and not begins_alike


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


def _runs_of_words(text: str) -> Iterator[str]:
    words = _words(text)
    for start in range(len(words) - BORROWED + 1):
        yield " ".join(words[start : start + BORROWED])
