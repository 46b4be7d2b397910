"""KPI001 wrong-unit: the unit does not fit what is measured.

A share is given in percent; what is taken of durations, in minutes, hours or days. Of what is
counted the unit is the word for it, such as requests.

    kpi: swift-cases
    unit: cases

Right:

    kpi: swift-cases
    unit: percent
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.kpi import MICROSECONDS, PERCENT, Kpi, Measure
from server.domain.values import Kind
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "KPI001"
_TIMES = "minutes, hours or days"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, kpi in manuscript.kpis.items():
        sentence, hint = _wrong(kpi)
        if sentence:
            yield Diagnostic(CODE, manuscript.source("kpi", key).mark("unit"), sentence, hint)


def _wrong(kpi: Kpi) -> tuple[str, str]:
    if kpi.measure is Measure.SHARE:
        wrong = kpi.unit != PERCENT
        return (f"A share is no number of {kpi.unit}." * wrong, f"Write {PERCENT}.")
    kind = kpi.of.type.kind if kpi.of is not None and kpi.of.type is not None else None
    if kind is Kind.DURATION:
        wrong = kpi.unit not in MICROSECONDS
        return (f"A duration is no number of {kpi.unit}." * wrong, f"Write {_TIMES}.")
    wrong = kpi.unit in {PERCENT, *MICROSECONDS} and kind in {None, Kind.WHOLE_NUMBER}
    if kpi.measure is not Measure.COUNT and kind is None:
        return "", ""
    hint = "Write the word for what is counted, such as requests."
    return (f"What is counted here are no {kpi.unit}." * wrong, hint)
