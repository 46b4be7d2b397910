"""KPI002 wrong-target: the target cannot be reached, or the warning lies on its wrong side.

A share lies between 0 and 100, and nothing is fewer than none. Where higher values are better,
what is still near the target is below it; where lower ones are, above.

    kpi: swift-cases
    direction: higher
    target: 80
    warning: 90

Right:

    kpi: swift-cases
    direction: higher
    target: 90
    warning: 80
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from server.domain.kpi import Direction, Kpi, Measure
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "KPI002"
WHOLE = Fraction(100)


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, kpi in manuscript.kpis.items():
        source = manuscript.source("kpi", key)
        for name in ("target", "warning"):
            sentence = _beyond(kpi, getattr(kpi, name))
            if sentence:
                hint = "Write it in the unit of the KPI."
                yield Diagnostic(CODE, source.mark(name), sentence, hint)
        if kpi.warning is not None and _is_wrong_side(kpi, kpi.warning):
            side, worse = ("below", "lower") if _is_up(kpi) else ("above", "higher")
            yield Diagnostic(
                CODE,
                source.mark("warning"),
                f"The warning is not {side} the target, though {kpi.direction} values are better.",
                f"Make the warning {worse} than the target, or turn the direction round.",
            )


def _is_up(kpi: Kpi) -> bool:
    return kpi.direction is Direction.HIGHER


def _is_wrong_side(kpi: Kpi, warning: Fraction) -> bool:
    return warning >= kpi.target if _is_up(kpi) else warning <= kpi.target


def _beyond(kpi: Kpi, aim: Fraction | None) -> str:
    if aim is None:
        return ""
    if kpi.measure is Measure.SHARE and not 0 <= aim <= WHOLE:
        return "A share lies between 0 and 100 percent."
    if kpi.measure is Measure.COUNT and aim < 0:
        return "There cannot be fewer than none."
    return ""
