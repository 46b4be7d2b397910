"""Draws a laid out diagram as inline SVG.

Colours come from CSS classes (the screens' `diagram.css`), so that dark mode and print work; the
attributes written here are what a viewer without a style sheet shows. There is no style attribute
and no script, as the screens' content security policy allows neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from server.notation.diagram import Glyph, Shape
from server.notation.layout import (
    EXIT_LEADING,
    EXIT_PADDING,
    EXIT_SIZE,
    GLYPH_ROOM,
    PADDING,
    START_GAP,
    TITLE_LEADING,
    TITLE_SIZE,
    Band,
    DrawnWay,
    Layout,
    Place,
    Point,
)
from server.notation.lettering import wrap

_CORNER = 6.0
_BOLD = 1.1
"""How much wider bold letters are, at most."""
_FONT = "Inter Variable, Inter, Helvetica Neue, Arial, sans-serif"
_INK, _MUTED, _LINE, _RULE = "#1f2937", "#475569", "#64748b", "#cbd5e1"
_LOOKS = {
    Shape.TASK: ("#ffffff", "#94a3b8", 8),
    Shape.AUTOMATIC: ("#f1f5f9", "#94a3b8", 8),
    Shape.GATEWAY: ("#fff8e6", "#d97706", 8),
    Shape.FORK: ("#f3f0ff", "#7048e8", 8),
    Shape.JOIN: ("#f3f0ff", "#7048e8", 8),
    Shape.WAIT: ("#fff8e6", "#d97706", 8),
    Shape.GROUP: ("#f3f0ff", "#7048e8", 8),
    Shape.CALL: ("#e7f5ff", "#1971c2", 8),
    Shape.HANDOVER: ("#e7f5ff", "#1971c2", 8),
    Shape.START: ("#e6fcf5", "#087f5b", 18),
    Shape.NEEDED: ("#e6fcf5", "#087f5b", 18),
    Shape.STOP: ("#f1f5f9", "#343a40", 18),
    Shape.END: ("#f1f5f9", "#343a40", 18),
}
"""Fill, line and radius of the corners."""
_THICK = frozenset({Shape.CALL, Shape.END})
_DASHED = frozenset({Shape.NEEDED, Shape.STOP})
_GLYPHS = {
    Glyph.CHOICE: "M8 1L15 8L8 15L1 8ZM5.5 5.5L10.5 10.5M10.5 5.5L5.5 10.5",
    Glyph.FORK: "M8 1L15 8L8 15L1 8ZM8 4.5V11.5M4.5 8H11.5",
    Glyph.WRITE: "M2 14L3 10.5L11 2.5L13.5 5L5.5 13ZM9.5 4L12 6.5",
    Glyph.CREATE: "M2 2H14V14H2ZM8 5V11M5 8H11",
    Glyph.NOTIFY: "M1.5 3.5H14.5V12.5H1.5ZM1.5 4L8 9L14.5 4",
    Glyph.SIGN: "M1.5 14H14.5M3 11L4 7.5L10.5 1L13 3.5L6.5 10ZM9 2.5L11.5 5",
    Glyph.LIST: "M3.5 2V14M8 2V14M12.5 2V14",
    Glyph.WAIT: "M8 1.5A6.5 6.5 0 1 0 8 14.5A6.5 6.5 0 1 0 8 1.5ZM8 4V8L11 10",
    Glyph.CALL: "M1.5 2H14.5V14H1.5ZM5 8H11M8 5V11",
    Glyph.NEEDED: "M8 1.5A6.5 6.5 0 1 0 8 14.5A6.5 6.5 0 1 0 8 1.5ZM8 5V11M5 8H11",
    Glyph.STOP: "M8 1.5A6.5 6.5 0 1 0 8 14.5A6.5 6.5 0 1 0 8 1.5ZM5.5 5.5L10.5 10.5M10.5 5.5L5.5 10.5",
    Glyph.GO: "M1.5 8H14M9.5 3.5L14 8L9.5 12.5",
    Glyph.OUTSIDE: "M12 9V14H2V4H7M10 2H14V6M14 2L7.5 8.5",
}
_DONE_SIGN = "M3 8.5L6.5 12L13 4.5"


def drawn(layout: Layout) -> str:
    """The SVG element, without a header, to stand in a page or alone in a file."""
    diagram = layout.diagram
    parts = [_tag("desc", escape(diagram.description))]
    if layout.head:
        parts += (_band(band, index, layout) for index, band in enumerate(layout.bands))
    ways = "".join(_way(way) for way in layout.ways)
    parts.append(_tag("g", ways, class_="ways", fill="none", stroke=_LINE, stroke_width=1.5))
    heads = "".join(_arrow(point) for point in sorted({way.points[-1] for way in layout.ways}))
    parts.append(_tag("g", heads, class_="arrows", fill=_LINE))
    parts += (
        _box(
            place,
            is_done=place.box.key in diagram.done,
            is_current=place.box.key in diagram.current,
        )
        for place in layout.places
    )
    return _tag(
        "svg",
        "".join(parts),
        xmlns="http://www.w3.org/2000/svg",
        class_="diagram",
        role="group",
        aria_label=diagram.title,
        viewBox=f"0 0 {_number(layout.width)} {_number(layout.height)}",
        width=layout.width,
        height=layout.height,
        font_family=_FONT,
        font_size=TITLE_SIZE,
        font_weight=500,
        fill=_INK,
    )


def _band(band: Band, index: int, layout: Layout) -> str:
    is_odd = index % 2 == 1
    ground = _tag(
        "rect",
        class_=f"lane {'odd' if is_odd else 'even'}",
        x=band.x,
        y=0,
        width=band.width,
        height=layout.height,
        fill="#eef2f7" if is_odd else "#f8fafc",
    )
    lines = wrap(band.title, band.width - 12, TITLE_SIZE * _BOLD, 2)
    first = layout.head / 2 + 4.5 - (len(lines) - 1) * TITLE_LEADING / 2
    words = "".join(
        _tag(
            "text",
            escape(line),
            class_="lane-title",
            x=band.x + band.width / 2,
            y=first + number * TITLE_LEADING,
            text_anchor="middle",
            font_weight=600,
            fill=_MUTED,
        )
        for number, line in enumerate(lines)
    )
    head = _linked(words, band.href, band.title, "lane-head")
    rule = _tag(
        "path",
        class_="lane-rule",
        d=f"M{_number(band.x)} {_number(layout.head)}h{_number(band.width)}",
        stroke=_RULE,
    )
    return ground + head + rule


def _way(way: DrawnWay) -> str:
    points = way.points
    path = f"M{_at(points[0])}"
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        path += f"L{_at(_toward(corner, before))}Q{_at(corner)} {_at(_toward(corner, after))}"
    x, y = points[-1]
    path += f"L{_at((x, y - 5))}"  # inside the arrow's head
    if way.is_back:
        return _tag("path", class_="back", d=path, stroke_dasharray="5 3")
    return _tag("path", d=path)


def _toward(corner: Point, other: Point) -> Point:
    length = abs(other[0] - corner[0]) + abs(other[1] - corner[1])
    share = min(_CORNER, length / 2) / length if length else 0.0
    return (
        corner[0] + (other[0] - corner[0]) * share,
        corner[1] + (other[1] - corner[1]) * share,
    )


def _arrow(point: Point) -> str:
    x, y = point
    return _tag("path", d=f"M{_at((x - 4.5, y - 8))}H{_number(x + 4.5)}L{_at((x, y))}Z")


def _box(place: Place, *, is_done: bool, is_current: bool) -> str:
    box = place.box
    fill, stroke, radius = _LOOKS[box.shape]
    is_start = box.shape is Shape.START
    parts = [
        _tag(
            "rect",
            class_="box",
            x=place.x,
            y=place.y,
            width=place.width,
            height=place.height,
            rx=radius,
            fill=fill,
            stroke=stroke,
            stroke_width=2.5 if is_current or box.shape in _THICK else 1.3,
            stroke_dasharray="5 3" if box.shape in _DASHED else None,
        )
    ]
    parts += _start_lines(place) if is_start else _title(place)
    parts += _exits(place)
    if is_done and not is_start:
        parts.append(_sign(_DONE_SIGN, place.x + place.width - 19, place.y + 4, "done-sign"))
    classes = f"node is-{box.shape}{' is-done' * is_done}{' is-current' * is_current}"
    said = box.spoken + ", done" * is_done + ", here now" * is_current
    return _linked("".join(parts), None if is_start else box.href, said, classes, box.key)


def _title(place: Place) -> Iterator[str]:
    x = place.x + PADDING
    if place.box.glyph:
        yield _sign(_GLYPHS[place.box.glyph], x, place.y + PADDING - 1, "glyph")
        x += GLYPH_ROOM
    elif place.box.shape is Shape.END:
        yield _circle(x + 7, place.y + PADDING + 7.5, 5, "#343a40", 3)
        x += GLYPH_ROOM
    for number, line in enumerate(place.title):
        y = place.y + PADDING + 12.5 + number * TITLE_LEADING
        yield _tag("text", escape(line), class_="title", x=x, y=y)
    foot = place.y + PADDING + len(place.title) * TITLE_LEADING
    for number, line in enumerate(place.notes):
        y = foot + 11.5 + number * EXIT_LEADING
        yield _tag("text", escape(line), class_="note", x=x, y=y, font_size=EXIT_SIZE, fill=_MUTED)


def _start_lines(place: Place) -> Iterator[str]:
    x = place.x + PADDING
    y = place.y + PADDING + 9
    for line, broken in zip(place.box.lines, place.starts, strict=True):
        words = _circle(x + 6, y - 4.2, 4.5, "#087f5b", 1.5)
        for text in broken:
            words += _tag(
                "text", escape(text), class_="title", x=x + GLYPH_ROOM, y=y, font_size=EXIT_SIZE
            )
            y += EXIT_LEADING
        y += START_GAP
        yield _linked(words, line.href, line.text, "start-line")


def _exits(place: Place) -> Iterator[str]:
    for exit_ in place.exits:
        rule = f"M{_at((place.x, exit_.top))}h{_number(place.width)}"
        yield _tag("path", class_="exit-rule", d=rule, stroke=_RULE)
        for number, line in enumerate(exit_.lines):
            yield _tag(
                "text",
                escape(line),
                class_="exit",
                x=place.x + PADDING,
                y=exit_.top + EXIT_PADDING + 11.5 + number * EXIT_LEADING,
                font_size=EXIT_SIZE,
                fill=_MUTED,
            )


def _circle(x: float, y: float, radius: float, stroke: str, weight: float) -> str:
    return _tag(
        "circle",
        class_="glyph",
        cx=x,
        cy=y,
        r=radius,
        fill="none",
        stroke=stroke,
        stroke_width=weight,
    )


def _sign(path: str, x: float, y: float, classes: str) -> str:
    return _tag(
        "path",
        class_=classes,
        transform=f"translate({_at((x, y))})",
        d=path,
        fill="none",
        stroke="currentColor",
        stroke_width=1.6,
        stroke_linejoin="round",
        stroke_linecap="round",
    )


def _linked(
    content: str, href: str | None, said: str, classes: str, key: str | None = None
) -> str:
    """A group that is a link where it has an address, and says what it is when pointed at."""
    content = _tag("title", escape(said)) + content
    if href is None:
        return _tag("g", content, class_=classes, data_key=key)
    return _tag("a", content, class_=classes, data_key=key, href=href, aria_label=said)


def _tag(name: str, content: str = "", **attributes: str | float | None) -> str:
    """An element. `content` is markup; attributes are escaped here, those that are None left out."""
    words = "".join(
        f' {_attribute(key)}="{escape(_number(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if not content:
        return f"<{name}{words}/>"
    # Words of two elements would be read as one.
    gap = " " if name == "text" else ""
    return f"<{name}{words}>{content}</{name}>{gap}"


def _attribute(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _number(value: str | float) -> str:
    """A number with at most one decimal, and no useless one."""
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")


def _at(point: Point) -> str:
    return f"{_number(point[0])} {_number(point[1])}"
