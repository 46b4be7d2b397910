"""One field of a form on a page: its input, and how values stand in it and are sent on as text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import url_for
from markupsafe import Markup, escape

from server.domain.values import Kind, RecordRef, Value, to_json
from server.domain.words import in_words
from server.usecases.views import FieldView

PREFIX = "f-"
"""Before the key of a field in the names of inputs, so that no field can clash with ours."""
GROUPED = 5
"""So many choices of a question are shown at once; more of them become a list to open."""
UNKNOWN_WIDTH = 80
"""A text that may be longer than this takes the whole width."""
_NUMBERS = {Kind.NUMBER, Kind.MONEY}
_SPAN = re.compile(
    r"\s*(?:(\d+)\s*w\w*)?\s*(?:(\d+)\s*d\w*)?\s*(?:(\d+)\s*h\w*)?\s*(?:(\d+)\s*m\w*)?\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Place:
    """One field of a form on its way to the page. `raw` is what stands in the input.

    `within` names the line of a table that it stands in; empty for the form itself.
    """

    view: FieldView
    raw: str = ""
    record_title: str = ""
    errors: tuple[str, ...] = ()
    held: str = ""
    within: str = ""

    @property
    def name(self) -> str:
        return f"{PREFIX}{self.within}{self.view.key}"

    @property
    def id(self) -> str:
        return f"field-{self.within.replace('.', '-')}{self.view.key}"

    @property
    def is_typed(self) -> bool:
        """Whether something else stands in the input than what was offered."""
        return self.raw != as_typed(self.view.value)

    @property
    def kind(self) -> Kind:
        return self.view.type.kind

    @property
    def is_static(self) -> bool:
        """Shown, not asked."""
        return self.view.read_only or bool(self.held) or self.kind in {Kind.LIST, Kind.ANSWERS}

    @property
    def shown(self) -> str:
        return self.view.shown or "—"

    @property
    def is_wide(self) -> bool:
        long = self.view.type.at_most is None or self.view.type.at_most > UNKNOWN_WIDTH
        is_long_text = self.kind is Kind.TEXT and long and self.view.lines > 1
        return is_long_text or self.view.asked or self._is_headline

    @property
    def _is_headline(self) -> bool:
        most = self.view.type.at_most
        return self.kind is Kind.TEXT and most is not None and most > UNKNOWN_WIDTH

    @property
    def is_group(self) -> bool:
        """All values stand side by side, to be pointed at."""
        if self.kind is Kind.YES_NO:
            return True
        return self.kind is Kind.CHOICE and self.view.asked and len(self.values) <= GROUPED

    @property
    def values(self) -> tuple[tuple[str, str], ...]:
        """What may be chosen, with how it reads."""
        if self.kind is Kind.YES_NO:
            return (("yes", "Yes"), ("no", "No"))
        titles = self.view.titles
        return tuple(
            (choice, titles.get(choice) or in_words(choice)) for choice in self.view.type.choices
        )

    @property
    def choices(self) -> tuple[tuple[str, str, bool], ...]:
        offered = self.values
        if not self.view.required and not self.view.asked:
            offered = (*offered, ("", "Not said"))
        return tuple((value, text, value == self.raw) for value, text in offered)

    def input(self) -> Markup:
        """The element to type into."""
        match self.kind:
            case Kind.TEXT if self.view.lines > 1:
                rows = {"rows": self.view.lines, "maxlength": self.view.type.at_most}
                return self._element("textarea", Markup("\n") + escape(self.raw), **rows)
            case Kind.CHOICE:
                return self._select()
            case Kind.REF:
                return self._input(
                    value=self.raw,
                    data_look_up=url_for("look_up.find", entity=self.view.type.entity, text=""),
                    data_title=self.record_title or None,
                    autocomplete="off",
                )
            case Kind.DATE_TIME:
                hint = "2026-11-24T16:30:00Z"
                return self._input(value=self.raw, data_moment="", placeholder=hint)
            case Kind.DATE:
                return self._input(type="date", value=self.raw)
            case Kind.WHOLE_NUMBER:
                bounds = {"min": self.view.type.at_least, "max": self.view.type.at_most}
                return self._input(type="number", step=1, value=self.raw, **bounds)
            case kind if kind in _NUMBERS:
                return self._input(inputmode="decimal", value=self.raw)
            case Kind.FRACTION:
                return self._input(value=self.raw, placeholder="2/3")
            case Kind.DURATION:
                return self._input(value=self.raw, placeholder="1d 4h 30m")
            case _:
                return self._input(value=self.raw, maxlength=self.view.type.at_most)

    def _select(self) -> Markup:
        options = Markup("")
        if not self.raw or not self.view.required:
            options += Markup('<option value="">{}</option>').format(
                "Choose" if self.view.required else "—"
            )
        for value, text in self.values:
            chosen = Markup(" selected") if value == self.raw else ""
            options += Markup('<option value="{}"{}>{}</option>').format(value, chosen, text)
        return self._element("select", options)

    def _input(self, **attributes: Any) -> Markup:
        return self._element("input", None, **({"type": "text"} | attributes))

    def _element(self, tag: str, content: Markup | None, **attributes: Any) -> Markup:
        described = [f"{self.id}-error"] if self.errors else []
        described += [f"{self.id}-guideline"] if self.view.guideline else []
        given = {
            "id": self.id,
            "name": self.name,
            "class": ("form-select" if tag == "select" else "form-control")
            + " is-invalid" * bool(self.errors),
            "required": "" if self.view.required else None,
            "aria-describedby": " ".join(described) or None,
            "aria-invalid": "true" if self.errors else None,
        } | {name.replace("_", "-"): value for name, value in attributes.items()}
        words = Markup("").join(
            Markup(' {}="{}"').format(name, value)
            for name, value in given.items()
            if value is not None
        )
        head = Markup("<{}{}>").format(Markup(tag), words)  # noqa: S704  our own tag names
        return head if content is None else head + content + Markup("</{}>").format(Markup(tag))  # noqa: S704


def as_typed(value: Value) -> str:
    """How a value stands in an input."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case RecordRef():
            return str(value.id)
        case timedelta():
            return _span_text(value)
        case date():
            return str(to_json(value))
        case _:
            return str(to_json(value))


def as_sent(kind: Kind, raw: str) -> str | None:
    """What was typed, as the use case reads it; nothing typed is nothing known."""
    text = raw if kind is Kind.TEXT and not raw.isspace() else raw.strip()
    if not text:
        return None
    if kind is Kind.DURATION:
        found = _SPAN.fullmatch(text)
        if found and any(found.groups()):
            weeks, days, hours, minutes = (int(part or 0) for part in found.groups())
            return f"P{weeks * 7 + days}DT{hours}H{minutes}M"
    return text


def _span_text(value: timedelta) -> str:
    minutes = int(value.total_seconds()) // 60
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((days, "d"), (hours, "h"), (minutes, "m"))
    return " ".join(f"{amount}{unit}" for amount, unit in parts if amount) or "0m"
