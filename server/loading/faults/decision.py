"""DEC: faults found while the rows of a decision are read, or its table is tried."""

from __future__ import annotations

from collections.abc import Sequence

from server.domain.expression.spelling import did_you_mean
from server.loading.diagnostics import Diagnostic, Mark


def unknown_input(mark: Mark, name: str, known: Sequence[str]) -> Diagnostic:
    """DEC003 unknown-input: a cell, or a test, is about something that is no input.

    Cells and tests name the inputs of the table, each by the name it has there.

        decision: case-verdict
        rules:
          - { rule: sound, if: { sond: yes }, then: { verdict: accept } }
          - { otherwise: { verdict: reject } }

    Right:

        decision: case-verdict
        rules:
          - { rule: sound, if: { sound: yes }, then: { verdict: accept } }
          - { otherwise: { verdict: reject } }
    """
    return Diagnostic("DEC003", mark, f"There is no input '{name}'.", did_you_mean(name, known))


def unknown_output(mark: Mark, name: str, known: Sequence[str]) -> Diagnostic:
    """DEC004 unknown-output: a rule, or a test, speaks of something that is no output.

    Rules and tests give values to the outputs of the table, and to nothing else.

        decision: case-verdict
        rules:
          - { rule: sound, if: { sound: yes }, then: { verdict: accept, reason: none } }
          - { otherwise: { verdict: reject } }

    Right:

        decision: case-verdict
        rules:
          - { rule: sound, if: { sound: yes }, then: { verdict: accept } }
          - { otherwise: { verdict: reject } }
    """
    return Diagnostic("DEC004", mark, f"There is no output '{name}'.", did_you_mean(name, known))


def output_missing(mark: Mark, missing: Sequence[str]) -> Diagnostic:
    """DEC005 output-missing: a rule does not say every output.

    Whatever the rules decide, the verdict is whole.

        decision: case-fee
        title: What does the case cost?
        inputs: { pages: { type: whole_number } }
        output: { fee: { type: money }, waived: { type: yes_no } }
        hits: first
        rules:
          - { rule: thin, if: { pages: "< 5" }, then: { fee: 10 } }
          - { otherwise: { fee: 20, waived: no } }

    Right:

        decision: case-fee
        title: What does the case cost?
        inputs: { pages: { type: whole_number } }
        output: { fee: { type: money }, waived: { type: yes_no } }
        hits: first
        rules:
          - { rule: thin, if: { pages: "< 5" }, then: { fee: 10, waived: yes } }
          - { otherwise: { fee: 20, waived: no } }
    """
    names = ", ".join(f"'{name}'" for name in missing)
    return Diagnostic(
        "DEC005", mark, f"This rule does not say {names}.", "Every rule gives every output."
    )


def two_meanings(mark: Mark, name: str, where: str) -> Diagnostic:
    """DEC006 two-meanings: an input, a setting and a computed value cannot share a name.

    Rules name all three alike, so one name has to mean one thing.

        decision: case-verdict
        settings:
          strict: { type: yes_no, value: no, why: The office trusts its citizens. }
          sound: { type: yes_no, value: yes, why: To be on the safe side. }

    Right:

        decision: case-verdict
        settings:
          strict: { type: yes_no, value: no, why: The office trusts its citizens. }
          certain: { type: yes_no, value: yes, why: To be on the safe side. }
    """
    return Diagnostic(
        "DEC006",
        mark,
        f"'{name}' stands under '{where}' already.",
        "Give one of them another name.",
    )


def nothing_to_say(mark: Mark, what: str) -> Diagnostic:
    """DEC013 nothing-to-say: rules speak of an output that is computed, or there is nothing else.

    An output with `is` comes out of its expression, whatever rules hold. Where all outputs do, the
    decision has no rules and no hit policy.

        decision: case-fee
        title: What does the case cost?
        inputs: { pages: { type: whole_number } }
        output: { fee: { type: whole_number, is: 2 * pages } }
        hits: first

    Right:

        decision: case-fee
        title: What does the case cost?
        inputs: { pages: { type: whole_number } }
        output: { fee: { type: whole_number, is: 2 * pages } }
    """
    return Diagnostic(
        "DEC013",
        mark,
        f"'{what}' has no place here: what the decision says is computed.",
        "Leave it out, or leave 'is' out of the output.",
    )


def table_refused(mark: Mark, sentence: str) -> Diagnostic:
    """DEC901 table-refused: the rules engine does not take a table, or does not come back from it.

    Tables are tried in a process of their own before any server uses them, all of them in one time
    that is set. No table that is refused is known; a trial without any time would refuse all, as this:

        decision: case-verdict
        rules:
          - { rule: sound, if: { sound: yes }, then: { verdict: accept } }
          - { otherwise: { verdict: reject } }

    Right:

        decision: case-verdict
        rules:
          - { rule: sound, if: { sound: yes }, then: { verdict: accept } }
          - { otherwise: { verdict: reject } }
    """
    return Diagnostic("DEC901", mark, sentence, "Say less in one table; divide it in two.")


def test_fails(mark: Mark, decision: str, expected: str, said: str) -> Diagnostic:
    """DEC902 test-fails: a decision's own test expects another answer than the rules give.

    Tests are played with the settings they were written for, not with those of a site folder.

        decision: case-verdict
        tests:
          - { given: { sound: no }, expect: { verdict: accept } }

    Right:

        decision: case-verdict
        tests:
          - { given: { sound: yes }, expect: { verdict: accept } }
    """
    return Diagnostic(
        "DEC902",
        mark,
        f"Decision '{decision}' should say {expected} here, and says {said}.",
        "Mend the rules, or the test if the rules are right.",
    )
