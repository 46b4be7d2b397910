"""DEC: faults of a CSV file that holds the rules of a decision."""

from __future__ import annotations

from collections.abc import Sequence

from server.domain.expression.spelling import did_you_mean
from server.loading.diagnostics import Diagnostic, Mark


def no_table(mark: Mark, name: str, known: Sequence[str]) -> Diagnostic:
    """DEC014 no-table: the CSV file that `rules` names does not lie beside the decision.

    A large table may stand in a CSV file, in the folder of the decision that names it.

        decision: case-verdict
        rules: case-verdicts.csv

    Right:

        decision: case-verdict
        rules: case-verdicts.csv
        # decisions/case-verdicts.csv
        rule,sound,verdict
        sound,yes,accept
        otherwise,,reject
    """
    return Diagnostic(
        "DEC014",
        mark,
        f"There is no file '{name}' beside this decision that could be read.",
        did_you_mean(name, known) or "Put the CSV file into the same folder.",
    )


def wrong_column(mark: Mark, name: str, known: Sequence[str]) -> Diagnostic:
    """DEC015 wrong-column: a column of a CSV table is of nothing, or is there twice, or is missing.

    The first line of the file names the columns: `rule`, `because`, and the inputs, computed values
    and outputs of the decision.

        decision: case-verdict
        rules: case-verdicts.csv
        # decisions/case-verdicts.csv
        rule,solid,verdict
        sound,yes,accept
        otherwise,,reject

    Right:

        decision: case-verdict
        rules: case-verdicts.csv
        # decisions/case-verdicts.csv
        rule,sound,verdict
        sound,yes,accept
        otherwise,,reject
    """
    if name in known:
        return Diagnostic("DEC015", mark, f"The column '{name}' is there already.")
    return Diagnostic(
        "DEC015", mark, f"The decision has nothing called '{name}'.", did_you_mean(name, known)
    )


def no_rule_column(mark: Mark) -> Diagnostic:
    return Diagnostic(
        "DEC015",
        mark,
        "The column 'rule' is missing.",
        "It holds the id of each rule, which history and explanations point at.",
    )


def ragged_row(mark: Mark, found: int, expected: int) -> Diagnostic:
    """DEC016 wrong-row: a row of a CSV table cannot be read as the others.

    Every row has one cell for each column. A cell that holds the separator or a quote stands in
    quotes, with its own quotes doubled. The row `otherwise` has no conditions.

        decision: case-verdict
        rules: case-verdicts.csv
        # decisions/case-verdicts.csv
        rule,sound,verdict,because
        sound,yes,accept,It is whole, and nothing is missing.
        otherwise,,reject,

    Right:

        decision: case-verdict
        rules: case-verdicts.csv
        # decisions/case-verdicts.csv
        rule,sound,verdict,because
        sound,yes,accept,"It is whole, and nothing is missing."
        otherwise,,reject,
    """
    return Diagnostic(
        "DEC016",
        mark,
        f"This row has {found} cells, and the first line names {expected} columns.",
        "A cell with the separator in it stands in double quotes.",
    )


def unclosed_cell(mark: Mark) -> Diagnostic:
    return Diagnostic(
        "DEC016",
        mark,
        "The quotes that begin here do not close at the end of the cell.",
        'A quote within a quoted cell is written twice: "".',
    )


def conditional_otherwise(mark: Mark) -> Diagnostic:
    return Diagnostic(
        "DEC016",
        mark,
        "'otherwise' holds where no other rule does; it has no conditions.",
        "Leave the cell empty, or give the rule an id of its own.",
    )


def no_rows(mark: Mark) -> Diagnostic:
    return Diagnostic("DEC016", mark, "There is no rule in this file.", "One line is one rule.")
