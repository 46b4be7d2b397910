"""KPI: faults found while a KPI is read, or its tests are played."""

from __future__ import annotations

from collections.abc import Sequence

from server.domain.expression.spelling import did_you_mean
from server.loading.diagnostics import Diagnostic, Mark


def unfit_of(mark: Mark, sentence: str, hint: str) -> Diagnostic:
    """KPI003 nothing-measured: what `of` says does not go with the measure.

    A share is of a condition; mean, median and p90 are of a duration or a whole number; a count
    counts records and has no `of`.

        kpi: swift-cases
        measure: mean
        of: weight

    Right:

        kpi: swift-cases
        measure: share
        of: pages is not null and pages < 10
    """
    return Diagnostic("KPI003", mark, sentence, hint)


def not_in_database(mark: Mark, sentence: str, hint: str) -> Diagnostic:
    """KPI004 not-in-a-database: a formula would have to fetch every record to be worked out.

    There may be a million. A database by itself compares fields, goes over references, counts
    records that refer here, and adds and subtracts whole numbers, durations, dates and moments.

        kpi: swift-cases
        where: contains(subject, "tree")

    Right:

        kpi: swift-cases
        where: weight = light
    """
    return Diagnostic("KPI004", mark, sentence, hint)


def no_time(mark: Mark, field: str, kind: str | None, known: Sequence[str]) -> Diagnostic:
    """KPI005 no-time: what stands in `when` is no field that says a date or a moment.

    It says into which week or month a record falls. `created_at` is when the record was entered.

        kpi: swift-cases
        when: weight

    Right:

        kpi: swift-cases
        when: created_at
    """
    sentence = f"'{field}' is {kind}, and no date or moment."
    if kind is None:
        sentence = f"There is no date or moment '{field}' here."
    return Diagnostic("KPI005", mark, sentence, did_you_mean(field, known))


def no_split(mark: Mark, field: str, kind: str) -> Diagnostic:
    """KPI006 no-split: the figure cannot be split by such a field.

    There is a part for each value of a choice, for yes and no, and for each record referred to.

        kpi: swift-cases
        by: [pages]

    Right:

        kpi: swift-cases
        by: [weight]
    """
    return Diagnostic(
        "KPI006",
        mark,
        f"'{field}' is {kind}: there would be a part for nearly each record.",
        "Split by choices, by yes or no, or by references.",
    )


def no_part(mark: Mark, part: str, known: Sequence[str]) -> Diagnostic:
    """KPI008 no-part: a test expects a figure of a part that there cannot be.

    Parts are called as the values of the first field in `by`.

        kpi: swift-cases
        by: [weight]
        tests:
          - { given: [{ weight: light, pages: 3 }], expect: 100, parts: { lihgt: 100 } }

    Right:

        kpi: swift-cases
        by: [weight]
        tests:
          - { given: [{ weight: light, pages: 3 }], expect: 100, parts: { light: 100 } }
    """
    hint = did_you_mean(part, known) if known else "Name in `by` what it is split by first."
    return Diagnostic("KPI008", mark, f"There is no part '{part}' here.", hint)


def test_fails(mark: Mark, kpi: str, expected: str, said: str) -> Diagnostic:
    """KPI902 figure-fails: a KPI's own test expects another figure than comes out.

    The test gives records. Those without a value in `when`, and those outside of its `month`, do
    not count, nor do those for which `where` does not hold.

        kpi: swift-cases
        tests:
          - { given: [{ subject: Tree }, { subject: Bench }], expect: 100 }

    Right:

        kpi: swift-cases
        tests:
          - { given: [{ subject: Tree }, { subject: Bench }], expect: 50 }
    """
    return Diagnostic(
        "KPI902",
        mark,
        f"KPI '{kpi}' should come to {expected} here, and comes to {said}.",
        "Mend the formula, or the test if that is right.",
    )
