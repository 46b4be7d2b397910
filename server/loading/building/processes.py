"""A process of its file."""

from __future__ import annotations

from server.domain.definitions import Process
from server.loading.desk import Desk, words


def build_process(desk: Desk) -> Process:
    data = desk.data
    for index, procedure in enumerate(data["procedures"]):
        desk.refer("procedure", procedure, "procedures", index)
    for index, kpi in enumerate(data.get("kpis", ())):
        desk.refer("kpi", kpi, "kpis", index)
    owner = data.get("owner")
    if owner is not None:
        desk.refer("role", owner, "owner")
    return Process(
        data["process"],
        words(data, "title") or data["process"],
        words(data, "purpose"),
        data.get("chapter"),
        tuple(data["procedures"]),
        owner,
        tuple(data.get("kpis", ())),
    )
