"""A board as the trace has it: how many sit on it, and what they want of each request on its list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from tests.journeys.trace import Node, Trace

COUNT: Node = ("release-definition", "count")
LIST, PAPERS, BALLOTS = "release.meeting.agenda", "release.meeting.papers", "item.ballots"


@dataclass(frozen=True)
class Board:
    """`verdicts` are what becomes of the requests, in the order of the list.

    `wishes` are those of the members in turn, by the verdict that they come to.
    """

    members: int
    verdicts: tuple[str, ...]
    wishes: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, trace: Trace, facts: Mapping[str, Any], counted: str) -> Self:
        """`facts` tell the verdicts of a whole list; else it is one request, counted like this."""
        told = {key[2]: facts for key, facts in trace.facts.items() if key[:2] == COUNT}
        (members,) = {len(facts[PAPERS]) for facts in told.values()}
        wishes = {
            verdict: tuple(ballot.get("wish", "no_wish") for ballot in facts[BALLOTS])
            for verdict, facts in told.items()
        }
        verdicts = tuple(item["verdict"] for item in facts.get(LIST, ())) or (counted,)
        return cls(members, verdicts, wishes)

    def paper(self, member: int) -> tuple[str, ...]:
        """What the member marks, request by request; members are counted from 0."""
        return tuple(self.wishes[verdict][member] for verdict in self.verdicts)
