"""Circles in a net of ways, found at once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.loading.checks.graph import circles, reachable

nets = st.integers(1, 7).flatmap(
    lambda size: st.lists(
        st.lists(st.integers(0, size - 1), max_size=3), min_size=size, max_size=size
    ).map(lambda ways: dict(enumerate(ways)))
)


@given(nets)
def test_a_circle_is_what_comes_back_to_itself(ways):
    found = circles(ways)

    come_to = {node: reachable(ways, ways[node]) for node in ways}
    back = [node for node in ways if node in come_to[node]]
    assert sorted(node for circle in found for node in circle) == back
    for circle in found:
        meant = [o for o in back if o in come_to[circle[0]] and circle[0] in come_to[o]]
        assert circle == meant


def test_circles_come_in_the_order_in_which_they_are_written():
    ways = {"a": ["b"], "b": ["c"], "c": ["b"], "d": ["d", "a"], "e": []}

    assert circles(ways) == [["b", "c"], ["d"]]
