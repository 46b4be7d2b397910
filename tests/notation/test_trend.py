"""The drawing of a figure over several periods."""

import xml.etree.ElementTree as ET

from server.notation.trend import Point, trend


def drawn(*points: Point) -> ET.Element:
    return ET.fromstring(trend("Trees & co", points, 90.0, "90 %"))


def test_whoever_does_not_see_it_is_told_all_of_it():
    found = drawn(Point("May", 80.0, "80 %"), Point("June", None, "—"))

    assert found.get("role") == "img"
    assert found.get("aria-label") == "Trees & co. May 80 %; June —. Target 90 %."


def test_the_line_breaks_where_nothing_was_measured():
    found = drawn(
        Point("1", 1.0, "1"), Point("2", 2.0, "2"), Point("3", None, "—"), Point("4", 4.0, "4")
    )

    assert len(found.findall("polyline")) == 1
    assert len(found.findall("circle")) == 3


def test_nothing_at_all_is_drawn_too():
    assert not drawn(Point("May", None, "—")).findall("circle")
    assert not drawn().findall("circle")
