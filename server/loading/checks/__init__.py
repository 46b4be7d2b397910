"""Do the definitions make sense together? One file, one check, and its docstring explains it.

A check looks at what has been made of the manuscript, yields diagnostics and never raises.
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CHECKS = ()


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    """Everything that all checks find."""
    for module in CHECKS:
        yield from module.check(manuscript)
