"""KPI007 always-the-same: a share is of what all records that count have anyway.

Each condition in `of` stands in `where` already, so that the share is 100 or there is nothing to
divide by, whatever happens.

    kpi: swift-cases
    where: weight = light
    of: weight = light

Right:

    kpi: swift-cases
    where: weight = light
    of: pages is not null and pages < 10
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.expression.tree import Constant
from server.domain.expression.walking import conjuncts, identity
from server.domain.kpi import Kpi, Measure
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "KPI007"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, kpi in manuscript.kpis.items():
        source = manuscript.source("kpi", key)
        if _is_never(kpi):
            yield Diagnostic(
                CODE,
                source.mark("where"),
                "No record ever counts: there is nothing to divide by.",
                "Say in where which records count.",
            )
        elif kpi.measure is Measure.SHARE and _is_sure(kpi):
            yield Diagnostic(
                CODE,
                source.mark("of"),
                "All records that count meet this condition: the share is always 100.",
                "Take it out of where, or ask for something else in of.",
            )


def _is_never(kpi: Kpi) -> bool:
    parts = () if kpi.where is None else conjuncts(kpi.where.tree)
    return any(isinstance(part, Constant) and part.value is False for part in parts)


def _is_sure(kpi: Kpi) -> bool:
    if kpi.of is None:
        return False
    if isinstance(kpi.of.tree, Constant):
        return kpi.of.tree.value is True
    known = set() if kpi.where is None else {identity(item) for item in conjuncts(kpi.where.tree)}
    return all(identity(item) in known for item in conjuncts(kpi.of.tree))
