"""TGT: faults found while a service target is read, or its tests are played."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from server.domain.expression.spelling import did_you_mean
from server.loading.diagnostics import Diagnostic, Mark


def unknown_output(mark: Mark, decision: str, name: str, known: Sequence[str]) -> Diagnostic:
    """TGT002 unknown-output: the decision that a goal is taken from has no such output.

    Of a decision with one output, that is the goal; of one with several, the target says which.

        target: case-decided
        goal: { decide: case-verdict, given: { sound: urgent = true }, output: hours }

    Right:

        decision: case-time
        title: How soon is a case decided?
        inputs: { weight: { choice_of: case.weight, optional: yes } }
        output: { hours: { type: duration } }
        hits: first
        rules:
          - { rule: heavy, if: { weight: heavy }, then: { hours: PT16H } }
          - { otherwise: { hours: PT8H } }
        # targets/case-decided.yaml
        target: case-decided
        goal: { decide: case-time, given: { weight: weight }, output: hours }
    """
    told = f"has no output '{name}'" if name else "has several outputs"
    hint = did_you_mean(name, known) or f"Write output: {' or '.join(known)}."
    return Diagnostic("TGT002", mark, f"Decision '{decision}' {told}.", hint)


def no_duration(mark: Mark, decision: str, output: str, written: str) -> Diagnostic:
    """TGT003 no-duration: the output that a goal is taken from is no duration.

        target: case-decided
        goal: { decide: case-verdict, given: { sound: urgent = true } }

    Right:

        decision: case-time
        title: How soon is a case decided?
        inputs: { weight: { choice_of: case.weight, optional: yes } }
        output: { hours: { type: duration } }
        hits: first
        rules:
          - { rule: heavy, if: { weight: heavy }, then: { hours: PT16H } }
          - { otherwise: { hours: PT8H } }
        # targets/case-decided.yaml
        target: case-decided
        goal: { decide: case-time, given: { weight: weight } }
    """
    return Diagnostic(
        "TGT003",
        mark,
        f"'{output}' of decision '{decision}' is no duration, but {written}.",
        "Write the output with type: duration, and its values as PT4H or P2DT30M.",
    )


def no_time(mark: Mark) -> Diagnostic:
    """TGT005 no-time: a goal that leaves no time at all.

        target: case-decided
        goal: 0 hours

    Right:

        target: case-decided
        goal: 8 hours
    """
    return Diagnostic("TGT005", mark, "Nobody can keep this: it leaves no time.")


def no_share(mark: Mark, share: Fraction) -> Diagnostic:
    """TGT006 no-share: a clock would be in danger only once the goal is missed.

        target: case-decided
        endangered_at: 4/3

    Right:

        target: case-decided
        endangered_at: 3/4
    """
    return Diagnostic(
        "TGT006",
        mark,
        f"At {share} of the goal it is missed already.",
        "Write a share below 1, such as 3/4.",
    )


def out_of_order(mark: Mark) -> Diagnostic:
    """TGT007 out-of-order: in a test, a change stands after one that happens later.

        target: case-decided
        tests:
          - test: A case is decided in time
            changes:
              - { at: 2026-03-02 09:00 }
              - { at: 2026-03-02 08:00, set: { status: decided } }
            expect: [{ at: 2026-03-02 12:00, state: met }]

    Right:

        target: case-decided
        tests:
          - test: A case is decided in time
            changes:
              - { at: 2026-03-02 08:00 }
              - { at: 2026-03-02 09:00, set: { status: decided } }
            expect: [{ at: 2026-03-02 12:00, state: met }]
    """
    return Diagnostic(
        "TGT007",
        mark,
        "This is not later than the change before it.",
        "Write changes in the order in which they happen; what happens at once is one change.",
    )


def not_read(mark: Mark, name: str, known: Sequence[str]) -> Diagnostic:
    """TGT008 not-read: a test changes a field on which the clock does not depend.

        target: case-decided
        tests:
          - test: A case is decided in time
            changes: [{ at: 2026-03-02 08:00, set: { statsu: decided } }]
            expect: [{ at: 2026-03-02 12:00, state: met }]

    Right:

        target: case-decided
        tests:
          - test: A case is decided in time
            changes: [{ at: 2026-03-02 08:00, set: { status: decided } }]
            expect: [{ at: 2026-03-02 12:00, state: met }]
    """
    hint = did_you_mean(name, known) or f"It depends on {', '.join(known)}."
    return Diagnostic("TGT008", mark, f"The clock does not depend on '{name}'.", hint)


def test_fails(mark: Mark, target: str, expected: str, said: str) -> Diagnostic:
    """TGT902 clock-differs: in a target's own test, the clock stands elsewhere than is expected.

        target: case-decided
        tests:
          - test: A case is decided in time
            changes:
              - { at: 2026-03-02 08:00, set: { owner: 1 } }
              - { at: 2026-03-02 09:00, set: { status: decided } }
            expect: [{ at: 2026-03-02 12:00, state: met, elapsed: 2 hours }]

    Right:

        target: case-decided
        tests:
          - test: A case is decided in time
            changes:
              - { at: 2026-03-02 08:00, set: { owner: 1 } }
              - { at: 2026-03-02 09:00, set: { status: decided } }
            expect: [{ at: 2026-03-02 12:00, state: met, elapsed: 1 hour }]
    """
    return Diagnostic(
        "TGT902",
        mark,
        f"The clock of '{target}' should be {expected} here, and is {said}.",
        "Mend the target, or the test if that is right.",
    )
