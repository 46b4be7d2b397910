"""A figure over several periods as a small drawing: a line, its points, and what is aimed at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 640, 200
LEFT, RIGHT, TOP, BOTTOM = 16, 16, 20, 28
ROOM = 0.1
"""What is left free above and below, of the height that the values take."""


@dataclass(frozen=True, slots=True)
class Point:
    """A period; `value` None where there was nothing to measure. `text` is the value in words."""

    title: str
    value: float | None
    text: str


def trend(title: str, points: Sequence[Point], target: float, target_text: str) -> str:
    """The drawing as SVG, without colours of its own; whoever does not see it is told all of it."""
    values = [point.value for point in points if point.value is not None]
    low, high = min([*values, target], default=0.0), max([*values, target], default=1.0)
    room = (high - low) * ROOM or 1.0
    low, high = low - room, high + room

    def across(number: int) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (number + 0.5) / max(len(points), 1)

    def up(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low)

    parts = [
        f'<line class="aim" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{up(target):.1f}" y2="{up(target):.1f}"/>',
        f'<text class="quiet" x="{LEFT}" y="{up(target) - 5:.1f}">Target {escape(target_text)}</text>',
        *(f'<polyline class="way" points="{line}"/>' for line in _lines(points, across, up)),
    ]
    for number, point in enumerate(points):
        if point.value is not None:
            parts.append(
                f'<circle class="point" cx="{across(number):.1f}" cy="{up(point.value):.1f}" r="4">'
                f"<title>{escape(point.title)}: {escape(point.text)}</title></circle>"
            )
    for number in sorted({0, len(points) - 1} if points else ()):
        anchor = "start" if number == 0 and len(points) > 1 else "end"
        x = LEFT if anchor == "start" else WIDTH - RIGHT
        parts.append(
            f'<text class="quiet" x="{x}" y="{HEIGHT - 8}" text-anchor="{anchor}">'
            f"{escape(points[number].title)}</text>"
        )
    told = "; ".join(f"{point.title} {point.text}" for point in points)
    label = escape(f"{title}. {told}. Target {target_text}.", quote=True)
    return (
        f'<svg class="trend" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">'
        f"{''.join(parts)}</svg>"
    )


def _lines(
    points: Sequence[Point], across: Callable[[int], float], up: Callable[[float], float]
) -> list[str]:
    """The points of each stretch without a gap."""
    stretches: list[list[str]] = [[]]
    for number, point in enumerate(points):
        if point.value is None:
            stretches.append([])
        else:
            stretches[-1].append(f"{across(number):.1f},{up(point.value):.1f}")
    return [" ".join(line) for line in stretches if len(line) > 1]
