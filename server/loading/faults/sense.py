"""EXP and PRC: faults found while expressions and values are read, where they stand."""

from __future__ import annotations

from server.loading.diagnostics import Diagnostic, Mark, Severity


def misread(mark: Mark, sentence: str, hint: str) -> Diagnostic:
    """EXP001 misread: the text is no expression.

    Expressions compare (`=`, `!=`, `<`), compute, and join with `and`, `or` and `not`. Text stands
    in double quotes, names have underscores.

        procedure: case-review
        stops_when: case.status == closed

    Right:

        procedure: case-review
        stops_when: case.status = closed
    """
    return Diagnostic("EXP001", mark, sentence, hint)


def senseless(mark: Mark, sentence: str, hint: str) -> Diagnostic:
    """EXP002 senseless: an expression names what is not there, or mixes what does not go together.

    The types come from the entities. What may be null (a field that is not required) is tested
    before it is compared with `<` or computed with: `x is not null and x > 3`.

        procedure: case-review
        stops_when: case.statsu = closed

    Right:

        procedure: case-review
        stops_when: case.status = closed
    """
    return Diagnostic("EXP002", mark, sentence, hint)


def unfit(mark: Mark, sentence: str, hint: str = "") -> Diagnostic:
    """EXP003 unfit: a value does not fit the type of its place.

    A default, a setting, a cell or an example has to be a value of its type.

        entity: note
        fields:
          text: { title: Text, type: text, required: yes, guideline: What was said and by whom. }
          pages: { title: Pages, type: whole_number, default: many, guideline: Count the sheets. }

    Right:

        entity: note
        fields:
          text: { title: Text, type: text, required: yes, guideline: What was said and by whom. }
          pages: { title: Pages, type: whole_number, default: 1, guideline: Count the sheets. }
    """
    return Diagnostic("EXP003", mark, sentence, hint)


def no_template(mark: Mark, sentence: str, hint: str = "") -> Diagnostic:
    """EXP004 no-template: the subject or text of a notification cannot be filled in.

    Between `{{` and `}}` stands a field of the record that the notification is about, or `number`.

        notification: case-decided
        subject: "Case {{ case.numer }} is decided"

    Right:

        notification: case-decided
        subject: "Case {{ case.subject }} is decided"
    """
    written = "Write {{ entity.field }}, with braces and dots just so."
    return Diagnostic("EXP004", mark, sentence, hint or written)


def may_stay_empty(mark: Mark) -> Diagnostic:
    """EXP005 may-stay-empty: what is set in a required field may be null.

    If it is null when the step is done, the step fails. A test, or a value for that case, makes
    sure: `if case.reason is not null then case.reason else "none"`.

        procedure: case-review
        steps:
          - { step: copy, set: { case.subject: case.reason } }

    Right:

        procedure: case-review
        steps:
          - { step: copy, set: { case.subject: 'if case.reason is null then "No reason" else case.reason' } }
    """
    return Diagnostic(
        "EXP005",
        mark,
        "This may be null, and the field needs a value.",
        "Say what is to stand there then: if x is not null then x else y.",
        Severity.WARNING,
    )


def not_known(mark: Mark, name: str, way: str) -> Diagnostic:
    """PRC014 not-known: a name is used where some way has not passed what it stands for.

    Records that a step creates, answers and verdicts have their names from that step on. Where a
    run can come by another way, the expression has to test for null first, or the step has to
    stand elsewhere.

        procedure: case-review
        steps:
          - step: sort
            choose:
              - { rule: urgent, if: case.urgent = true, then: finish }
              - { otherwise: judge }
          - step: judge
            title: Judge the case
            role: clerk
            do: Say whether the case is sound
            instruction: Read all of it, twice where money is concerned.
            asks: { sound: Is the case sound? }
            as: judgement
          - step: finish
            decide: case-verdict
            given: judgement
            outcomes: { accept: done, reject: done }

    Right:

        procedure: case-review
        steps:
          - step: sort
            choose:
              - { rule: urgent, if: case.urgent = true, then: judge }
              - { otherwise: judge }
          - step: judge
            title: Judge the case
            role: clerk
            do: Say whether the case is sound
            instruction: Read all of it, twice where money is concerned.
            asks: { sound: Is the case sound? }
            as: judgement
          - step: finish
            decide: case-verdict
            given: judgement
            outcomes: { accept: done, reject: done }
    """
    return Diagnostic(
        "PRC014",
        mark,
        f"Nothing is called '{name}' yet {way}.",
        f"Let every way pass the step that makes it, or test '{name} is not null' first.",
    )


def input_may_be_null(mark: Mark, decision: str, name: str, given: str) -> Diagnostic:
    """PRC030 input-may-be-null: a decision is given something that may be null for an input.

    Without all its inputs a table has no verdict, and the run would fail. Only inputs that say
    `optional: yes` may be null.

        procedure: case-review
        steps:
          - step: verdict
            decide: case-verdict
            given: { sound: case.urgent }
            outcomes: { accept: done, reject: done }

    Right:

        procedure: case-review
        steps:
          - step: verdict
            decide: case-verdict
            given: { sound: case.urgent = true }
            outcomes: { accept: done, reject: done }
    """
    return Diagnostic(
        "PRC030",
        mark,
        f"Decision '{decision}' needs '{name}', and {given} may be null.",
        "Require it where it is filled in, give an expression that is never null, or make the "
        "input optional.",
    )


def two_meanings(mark: Mark, name: str, first: str) -> Diagnostic:
    """PRC013 two-meanings: one name stands for two things in one procedure.

    The name of a record, of answers or of a verdict means the same wherever it stands. Giving it
    again is fine where it is of the same kind: the latest counts.

        procedure: case-review
        steps:
          - step: judge
            title: Judge the case
            role: clerk
            do: Say whether the case is sound
            instruction: Read all of it, twice where money is concerned.
            asks: { sound: Is the case sound? }
            as: case

    Right:

        procedure: case-review
        steps:
          - step: judge
            title: Judge the case
            role: clerk
            do: Say whether the case is sound
            instruction: Read all of it, twice where money is concerned.
            asks: { sound: Is the case sound? }
            as: judgement
    """
    return Diagnostic(
        "PRC013",
        mark,
        f"The name '{name}' means something else already: {first}.",
        "Choose another name.",
    )


def nobody_looks(mark: Mark) -> Diagnostic:
    """PRC040 nobody-looks: a condition reads the time, and is looked at only when records change.

    What waits for a time to come is written as the moment itself: `wait_until: case.due_at`.

        procedure: case-review
        steps:
          - { step: wait, wait_until: now > date_time("2030-01-01T08:00:00Z") }

    Right:

        procedure: case-review
        steps:
          - { step: wait, wait_until: date_time("2030-01-01T08:00:00Z") }
    """
    return Diagnostic(
        "PRC040",
        mark,
        "Nobody looks at this when time passes: conditions are looked at when records change.",
        "Wait for the moment itself, such as 'wait_until: case.due_at', or give 'at_latest'.",
    )
