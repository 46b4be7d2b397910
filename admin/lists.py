"""Lists of records: found, filtered, sorted. Flask-Admin reads them, and only them.

Who asks gets the records that their roles reach, without the fields that are hidden from them; see
`server.usecases.rights`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, NoReturn

import sqlalchemy as sa
from flask import g, has_request_context, request, url_for
from flask_admin.contrib.sqla import ModelView

from admin import columns, links, look_up
from admin.cells import cell
from admin.filters import Is, filters_of
from admin.reading import COUNT_CAP, Reading, capped
from server.domain.entity import Entity
from server.domain.role import Operation
from server.domain.values import Kind, RecordRef
from server.domain.words import in_words
from server.storage.models import Models
from server.usecases import searching

_LARGEST = 2**63
BATCH = 500
"""Records that are read at once for a file."""


@dataclass(frozen=True, slots=True)
class FilterChoice:
    """A filter as it stands above a list."""

    name: str
    label: str
    value: str
    options: tuple[tuple[str, str], ...] | None
    look_up: str = ""
    title: str = ""


class RecordList(ModelView):  # type: ignore[misc]  # Flask-Admin is not typed
    """The list of one entity's records, as far as whoever asks may read them."""

    column_display_pk = True
    named_filter_urls = True
    page_size = 25
    can_set_page_size = True
    page_size_options = (25, 50, 100)
    export_max_rows = 0
    column_default_sort = ("id", True)

    def __init__(self, entity: Entity, models: Models, reading: Reading) -> None:
        self.entity = entity
        model = models.classes[entity.key]
        listed = [key for key in entity.listed or (entity.label,) if key in entity.fields]
        stored = [key for key in listed if entity.fields[key].is_stored]
        self.usual_columns = ["id", *stored] if entity.number else stored
        others = (item.key for item in entity.columns if item.key not in stored)
        self.column_list = [*self.usual_columns, *others]
        self.column_labels = {"id": "Number"} | {
            item.key: item.title for item in entity.fields.values()
        }
        self.column_sortable_list = [
            key for key in self.usual_columns if key == "id" or _is_indexed(entity, key)
        ]
        self.column_searchable_list = [
            key for key in entity.searched if entity.fields[key].type.kind is Kind.TEXT
        ] or [entity.label] * (entity.fields[entity.label].type.kind is Kind.TEXT)
        self.column_export_list = ["id", *(item.key for item in entity.columns)]
        self.column_formatters = dict.fromkeys(self.column_list, cell)
        self.column_filters = list(filters_of(entity, model))
        super().__init__(
            model,
            reading,
            name=entity.title,
            category=entity.menu or "Records",
            endpoint=entity.key,
            url=f"/records/{entity.key}",
        )

    @property
    def heading(self) -> str:
        """The plural as a title; `cis` reads "CIs"."""
        return in_words(self.entity.plural)

    def _run_view(self, view: Any, *args: Any, **kwargs: Any) -> Any:
        """Flask-Admin would call a view again after any TypeError and hide the real one."""
        return view(self, *args, **kwargs)

    # -- who may what -------------------------------------------------------------------------

    def _may(self, operation: Operation) -> bool:
        return not has_request_context() or links.may(operation, self.entity.key)

    def is_accessible(self) -> bool:
        return bool(g.get("actor")) and self._may(Operation.READ)

    def inaccessible_callback(self, name: str, **_: Any) -> NoReturn:
        del name
        links.rights().require(Operation.READ, self.entity.key)
        raise AssertionError("Only what may not be read is inaccessible.")

    @property
    def can_create(self) -> bool:
        return self._may(Operation.CREATE)

    @property
    def can_edit(self) -> bool:
        return self._may(Operation.UPDATE)

    @property
    def can_delete(self) -> bool:
        return self._may(Operation.DELETE)

    can_view_details = True

    @property
    def can_export(self) -> bool:
        return self._may(Operation.READ)

    # -- reading ------------------------------------------------------------------------------

    def get_query(self) -> Any:
        return self._within(super().get_query())

    def _within(self, query: Any) -> Any:
        """Only the records that this person may read, and see what they are found by of."""
        found_by = getattr(g, "found_by", ())
        reach = links.rights().reach(Operation.READ, self.entity.key, found_by)
        return query if reach is None else query.filter(reach)

    @property
    def _list_columns(self) -> list[tuple[str, str]]:
        return columns.shown(self._asked(), self.usual_columns, self._seen(self._every_listed))

    @_list_columns.setter
    def _list_columns(self, every: list[tuple[str, str]]) -> None:
        self._every_listed = every

    @property
    def _export_columns(self) -> list[tuple[str, str]]:
        seen = self._seen(self._every_exported)
        return columns.shown(self._asked(), tuple(seen), seen)

    @_export_columns.setter
    def _export_columns(self, every: list[tuple[str, str]]) -> None:
        self._every_exported = every

    def _asked(self) -> tuple[str, ...]:
        return columns.asked(request.args) if has_request_context() else ()

    def _seen(self, every: list[tuple[str, str]]) -> dict[str, str]:
        """The columns without those that this person never sees."""
        hidden = (
            links.rights().never_shown(self.entity.key) if has_request_context() else frozenset()
        )
        return {key: title for key, title in every if key not in hidden}

    def columns_to_choose(self) -> list[columns.ColumnChoice]:
        return columns.choices(self._list_columns, self._seen(self._every_listed))

    def hides(self, record: Any, name: str) -> bool:
        """Whether this person may not see a field of one record of the list."""
        hidden: Mapping[RecordRef, frozenset[str]] = g.get("hidden", {})
        return name in hidden.get(RecordRef(self.entity.key, record.id), frozenset())

    def _looked_through(self, found: Iterable[Any]) -> Iterator[Any]:
        """The records, in batches of which is known what may not be seen."""
        source = iter(found)
        while batch := list(islice(source, BATCH)):
            refs = [RecordRef(self.entity.key, record.id) for record in batch]
            g.hidden = links.rights().hidden(self.session.session.connection(), refs)
            yield from batch

    def get_one(self, id: Any) -> Any:  # noqa: A002  Flask-Admin's name
        """The record of an id as it stands in an address; None for anything that is none."""
        text = str(id)
        if not text.isascii() or not text.isdigit() or not 0 < int(text) < _LARGEST:
            return None
        return self.get_query().filter(self.model.id == int(text)).one_or_none()

    def get_count_query(self) -> Any:
        return capped(self._within(super().get_count_query()), g.get("counts_to", COUNT_CAP))

    def get_list(
        self, page: int | None, sort: str | None, desc: Any, search: Any, filters: Any, **kw: Any
    ) -> Any:
        size = kw.get("page_size") or self.page_size
        last = COUNT_CAP // size
        page = min(max(page or 0, 0), last)
        g.found_by = {self._filters[index].field.key for index, _, _ in filters or ()}
        g.found_by |= {sort} - {None, "id"}
        if getattr(g, "exports", False):
            count, query = super().get_list(page, sort, desc, search, filters, execute=False, **kw)
            return count, self._looked_through(query.yield_per(BATCH))
        count, found = super().get_list(page, sort, desc, search, filters, **kw)
        return count, list(self._looked_through(found))

    def _apply_search(
        self, query: Any, count_query: Any, joins: Any, count_joins: Any, search: str
    ) -> Any:
        """All words begin a word of what is searched; a number finds its record.

        What holds no word at all, such as a sign, is looked for as it stands.
        """
        newest = None if self._get_list_filter_args() else COUNT_CAP
        found = searching.within_list(
            self.session.session.connection(), links.rights(), self.entity, search, newest
        )
        if not searching.has_words(search):
            signs = (f"%{_literal(sign)}%" for sign in search.split()[:8])
            found |= sa.and_(sa.true(), *map(self._stands_somewhere, signs))
        query = query.filter(found)
        count_query = None if count_query is None else count_query.filter(found)
        return query, count_query, joins, count_joins

    def _stands_somewhere(self, pattern: str) -> Any:
        each = (self._stands_in(key, pattern) for key in self.column_searchable_list)
        return sa.or_(sa.false(), *each)

    def _stands_in(self, key: str, pattern: str) -> Any:
        """Holds where a text stands in a field that may be seen."""
        found = getattr(self.model, key).ilike(pattern, escape="\\")
        reach = links.rights().reach(Operation.READ, self.entity.key, [key])
        return found if reach is None else sa.and_(found, reach)

    def _get_list_filter_args(self) -> Any:
        """The filters of the address; blank ones and those that mean nothing are left out."""
        found = []
        hidden = links.rights().never_shown(self.entity.key)
        for name, value in request.args.items():
            position, _, key = name.removeprefix("flt").partition("_")
            if name.startswith("flt") and key in (self._filter_args or {}):
                index, applied = self._filter_args[key]
                if value and applied.field.key not in hidden and applied.validate(value):
                    found.append((position, (index, applied.name, value)))
        return [item for _, item in sorted(found)]

    def filter_choices(self) -> list[FilterChoice]:
        """The filters as they stand above the list, with what is chosen."""
        choices = []
        hidden = links.rights().never_shown(self.entity.key)
        for index, applied in enumerate(self._filters or ()):
            assert isinstance(applied, Is)
            if applied.field.key in hidden:
                continue
            name = f"flt{index}_{self.get_filter_arg(index, applied)}"
            value = request.args.get(name, "")
            value = value if value and applied.validate(value) else ""
            choice = FilterChoice(name, applied.field.title, value, applied.offered)
            if applied.offered is None:
                entity = str(applied.field.type.entity)
                choice = replace(
                    choice,
                    look_up=url_for("look_up.find", entity=entity, text=""),
                    title=look_up.title_of(entity, value) if value else "",
                )
            choices.append(choice)
        return choices

    def get_filter_arg(self, index: int, flt: Is) -> str:
        del index
        return str(flt.field.key)

    def counted(self, count: int) -> str:
        if count >= COUNT_CAP:
            return "More than 10,000 records"
        return f"{count:,} record{'' if count == 1 else 's'}"

    def scaffold_auto_joins(self) -> list[Any]:
        return []

    @property
    def _auto_joins(self) -> list[Any]:
        """The records that references in the columns mean are read with the list, itself included."""
        listed = self._export_columns if g.get("exports") else self._list_columns
        refs = {item.key for item in self.entity.refs()}
        return [getattr(self.model, key) for key, _ in listed if key in refs]

    @_auto_joins.setter
    def _auto_joins(self, _: Any) -> None:
        """Flask-Admin sets once what differs from list to list."""


def _is_indexed(entity: Entity, key: str) -> bool:
    field = entity.fields[key]
    return field.unique or field.type.kind is Kind.CHOICE


def _literal(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
