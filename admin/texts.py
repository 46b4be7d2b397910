"""Values as the pages show them, and markdown as they render it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from markdown_it import MarkdownIt
from markupsafe import Markup

from server.domain.entity import STATUS, Entity, Field
from server.domain.values import Kind, Type
from server.domain.words import words

COLOURS = frozenset(
    "blue azure indigo purple pink red orange yellow lime green teal cyan grey".split()  # noqa: SIM905
)
PRIORITY_COLOURS = {"critical": "red", "high": "orange", "medium": "yellow", "low": "grey"}
SOON = timedelta(days=1)
"""What is due within this is told in words."""
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


def markdown(text: str) -> Markup:
    """Instructions as HTML. Markup in the text is shown as it was typed, never obeyed."""
    return Markup(_MARKDOWN.render(text))  # noqa: S704  the renderer escapes HTML


def iso(value: datetime | date) -> str:
    """What `<time datetime>` takes."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return value.isoformat()


def plain_moment(value: datetime | date) -> str:
    """A moment for browsers without scripts; the others show it in the reader's zone."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%d %b %Y, %H:%M} UTC"
    return f"{value:%d %b %Y}"


def due_in_words(at: datetime, now: datetime) -> tuple[str, str]:
    """By when something should be done, seen from now, and in which colour; nothing far ahead."""
    if at <= now:
        return f"Overdue by {_roughly(now - at)}", "red"
    return (f"In {_roughly(at - now)}", "orange") if at - now <= SOON else ("", "")


def _roughly(span: timedelta) -> str:
    """A span in its largest unit, rounded down."""
    minutes = int(span.total_seconds()) // 60
    for unit, size in (("day", 24 * 60), ("hour", 60), ("minute", 1)):
        if minutes >= size or size == 1:
            amount = minutes // size
            return f"{amount} {unit}{'' if amount == 1 else 's'}"
    raise AssertionError("a minute is the smallest unit")


def tag(text: str, colour: str = "grey") -> Markup:
    known = colour if colour in COLOURS else "grey"
    return Markup('<span class="pill pill-{}">{}</span>').format(known, text)


def time_element(value: datetime | date) -> Markup:
    return Markup('<time class="nowrap" datetime="{}">{}</time>').format(
        iso(value), plain_moment(value)
    )


def colour_of(entity: Entity, field: Field, value: Any) -> str | None:
    """The colour of a value that is shown as a tag; None for one that is plain text."""
    if field.key == STATUS and value in entity.statuses:
        return entity.statuses[value].colour or "grey"
    if field.key == "priority":
        return PRIORITY_COLOURS.get(str(value), "grey")
    return None


def said_type(typ: Type) -> str:
    """A type in words."""
    match typ.kind:
        case Kind.CHOICE:
            return "one of " + ", ".join(words(choice) for choice in typ.choices)
        case Kind.REF:
            return "a record:"
        case Kind.LIST:
            return "the records that refer here"
        case Kind.YES_NO:
            return "yes or no"
        case kind:
            return words(kind.value)
