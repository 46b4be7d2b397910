"""A form on a page: what a use case says it shows, what was typed into it, what was wrong with it.

The same for tasks, starts and records. What is typed is sent on as text; the use case reads it by
the field's type and says in sentences what does not fit.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from admin.meanwhile import Difference, TitleOf, difference, merged, typed_in_words
from admin.places import Place, as_sent, as_typed
from admin.rows import PageRows, page_rows
from server.domain.entity import Field
from server.domain.refusals import Conflict, Invalid, Refusal
from server.domain.values import Kind
from server.usecases.views import FormView


@dataclass(frozen=True, slots=True)
class PlaceSection:
    title: str
    fields: tuple[Place, ...]
    rows: PageRows | None = None


@dataclass
class PageForm:
    """A form with what was typed. `command` names the submission, so that it happens once.

    `sentence`, `hint` and `problems` tell why it was refused, `differences` what others have changed.
    """

    sections: tuple[PlaceSection, ...]
    revision: int | None = None
    command: str = field(default_factory=lambda: uuid.uuid4().hex)
    sentence: str = ""
    hint: str = ""
    problems: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    reason: Place | None = None

    @property
    def places(self) -> tuple[Place, ...]:
        return tuple(place for section in self.sections for place in section.fields)

    @property
    def rows(self) -> tuple[PageRows, ...]:
        return tuple(section.rows for section in self.sections if section.rows is not None)

    def typed_in_words(self, title_of: TitleOf) -> list[tuple[str, str]]:
        """What was typed, with the titles of its places, where the form cannot be sent any more."""
        places = [(place.view.title, place) for place in self.places]
        for rows in self.rows:
            places += [(f"{rows.view.title}: {p.view.title}", p) for p in rows.at().values()]
        return [
            (title, typed_in_words(place, title_of))
            for title, place in places
            if not place.is_static and place.is_typed
        ]

    @property
    def errors(self) -> tuple[Place, ...]:
        """The places with something wrong; Flask-Admin asks for them."""
        return tuple(place for place in self.places if place.errors)

    @property
    def answers(self) -> dict[str, Any]:
        """What is sent to the use case: the text of every place that can be typed into."""
        answers: dict[str, Any] = {
            place.view.key: as_sent(place.kind, place.raw)
            for place in self.places
            if not place.is_static
        }
        return answers | {rows.key: rows.sent for rows in self.rows}

    @property
    def given(self) -> dict[str, Any]:
        """What was filled in."""
        return {key: value for key, value in self.answers.items() if value is not None}

    @property
    def changed(self) -> dict[str, Any]:
        """What differs from what the record holds."""
        return {
            place.view.key: sent
            for place in self.places
            if not place.is_static
            and (sent := as_sent(place.kind, place.raw))
            != as_sent(place.kind, as_typed(place.view.value))
        }

    def typed(self, sent: Mapping[str, str]) -> None:
        """Take over what the browser sent."""
        self._change(
            lambda place: (
                place
                if place.is_static
                else replace(place, raw=sent.get(place.name, "").replace("\r\n", "\n"))
            )
        )
        self._change_rows(lambda rows: rows.typed(sent))
        if self.reason is not None:
            self.reason = replace(self.reason, raw=sent.get(self.reason.name, ""))

    def with_draft(self, draft: Mapping[str, Any]) -> None:
        """Put back what was typed earlier."""
        self._change(
            lambda place: (
                replace(place, raw=str(draft[place.view.key]))
                if place.view.key in draft and not place.is_static
                else place
            )
        )
        self._change_rows(
            lambda rows: rows.with_draft(draft[rows.key]) if rows.key in draft else rows
        )

    def titled(self, titles: Callable[[str, str], str]) -> None:
        """Say what the records chosen are called; `titles` finds that for an entity and an id."""

        def named(place: Place) -> Place:
            if place.kind is not Kind.REF or not place.raw or not place.is_typed:
                return place
            return replace(place, record_title=titles(str(place.view.type.entity), place.raw))

        self._change(named)
        self._change_rows(lambda rows: rows.changed(named))

    def seen(self, form: FormView) -> None:
        """Take it that what others have written is known from here on."""
        fresh = {item.rows.key: item.rows for item in form.sections if item.rows is not None}
        self._change_rows(lambda rows: rows.seen(fresh[rows.key]) if rows.key in fresh else rows)

    def refuse(
        self,
        refusal: Refusal,
        fields: Mapping[str, Field] | None = None,
        title_of: TitleOf = lambda _, raw: raw,
    ) -> None:
        """Say on the page why nothing was done, at the fields where it is known.

        What others have changed of `fields` is told, and taken over where nothing was typed.
        """
        self.sentence, self.hint = str(refusal), refusal.hint
        if isinstance(refusal, Invalid):
            known = {place.view.key for place in self.places}
            listed = {rows.key for rows in self.rows}
            self.problems = tuple(
                sentence
                for key, sentence in refusal.problems.items()
                if key not in known and key.partition(".")[0] not in listed
            )
            self._change_rows(lambda rows: rows.refused(refusal.problems))
            self._change(
                lambda place: (
                    replace(place, errors=(refusal.problems[place.view.key],))
                    if place.view.key in refusal.problems
                    else place
                )
            )
        if isinstance(refusal, Conflict):
            self._compare(refusal, fields or {}, title_of)

    def _compare(self, conflict: Conflict, fields: Mapping[str, Field], title_of: TitleOf) -> None:
        """Set side by side what was, what is and what was typed."""
        at = {place.view.key: place for place in self.places}
        for rows in self.rows:
            at |= rows.at()
        self.differences = tuple(
            difference(key, conflict, fields.get(key), at.get(key), title_of)
            for key in conflict.fields
        )
        self._change(lambda place: merged(place, place.view.key, conflict))
        self._change_rows(
            lambda rows: rows.changed(
                lambda place: merged(place, f"{place.within}values.{place.view.key}", conflict)
            )
        )
        self.titled(title_of)

    def _change(self, change: Callable[[Place], Place]) -> None:
        self.sections = tuple(
            replace(section, fields=tuple(change(place) for place in section.fields))
            for section in self.sections
        )

    def _change_rows(self, change: Callable[[PageRows], PageRows]) -> None:
        self.sections = tuple(
            replace(section, rows=change(section.rows)) if section.rows is not None else section
            for section in self.sections
        )


def page_form(
    form: FormView,
    *,
    revision: int | None = None,
    held: Mapping[str, str] | None = None,
) -> PageForm:
    """The form as it is first shown. `held` says of fields why they cannot be changed here."""
    held = held or {}
    return PageForm(
        tuple(
            PlaceSection(
                section.title,
                tuple(
                    Place(
                        view,
                        raw=as_typed(view.value),
                        record_title=view.shown if view.type.kind is Kind.REF else "",
                        held=held.get(view.key, ""),
                    )
                    for view in section.fields
                ),
                page_rows(section.rows) if section.rows is not None else None,
            )
            for section in form.sections
        ),
        revision=revision,
    )
