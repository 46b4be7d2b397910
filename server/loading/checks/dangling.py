"""What the checks of references share: a sentence for a name that nothing answers to."""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.expression.spelling import did_you_mean
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript


def unknown(
    manuscript: Manuscript, kind: str, code: str, called: str = ""
) -> Iterator[Diagnostic]:
    """A diagnostic for each place that names a definition of this kind which is nowhere.

    `called` is how people say the kind, where it is not the word itself.
    """
    known = manuscript.known(kind)
    for reference in manuscript.dangling(kind):
        yield Diagnostic(
            code,
            reference.mark,
            f"There is no {called or kind} '{reference.key}'.",
            did_you_mean(reference.key, known),
        )
