"""COR: faults found while the tests of a correlation are read, or played."""

from __future__ import annotations

from collections.abc import Sequence

from server.domain.expression.spelling import did_you_mean
from server.loading.diagnostics import Diagnostic, Mark


def not_read(mark: Mark, name: str, known: Sequence[str]) -> Diagnostic:
    """COR003 not-read: a test expects something in a field that the correlation never fills.

    Tests speak of the fields and links of the correlation. What coming in itself fills, such as
    how often it was reported, is in no message.

        correlation: sensors
        tests:
          - { given: { id: a1, message: A letter }, expect: { txt: A letter } }

    Right:

        correlation: sensors
        tests:
          - { given: { id: a1, message: A letter }, expect: { text: A letter } }
    """
    return Diagnostic(
        "COR003", mark, f"Nothing is read for '{name}' here.", did_you_mean(name, known)
    )


def test_fails(mark: Mark, correlation: str, expected: str, said: str) -> Diagnostic:
    """COR902 reading-fails: a correlation's own test expects something else than is read.

    The test gives what the tool posts, with one message in it, and all that it is known by. What it
    expects of a link is the text that its record is found by.

        correlation: sensors
        tests:
          - { given: { id: a1, message: A letter }, expect: { text: A parcel } }

    Right:

        correlation: sensors
        tests:
          - { given: { id: a1, message: A parcel }, expect: { text: A parcel } }
    """
    return Diagnostic(
        "COR902",
        mark,
        f"Correlation '{correlation}' should read {expected} here, and reads {said.rstrip('.')}.",
        "Mend what is read, or the test if that is right.",
    )
