"""Keys as people read them, where definitions give no title."""

from __future__ import annotations

ABBREVIATIONS = {
    word.lower(): word
    for word in ("CAB", "CI", "CIs", "CMDB", "ID", "KPI", "KPIs", "RFC", "SLA", "SLAs")
}
"""How the words are written that people spell, by how keys write them."""


def words(key: str) -> str:
    """`on_list_for_next_cab_meeting` and `on-list-for-next-cab-meeting` read "on list for next CAB meeting"."""
    parts = key.replace("_", " ").replace("-", " ").split()
    return " ".join(ABBREVIATIONS.get(part, part) for part in parts)


def in_words(key: str) -> str:
    """As a label: `in_order` and `in-order` read "In order", `cmdb` reads "CMDB"."""
    said = words(key)
    return said[:1].upper() + said[1:]
