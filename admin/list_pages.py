"""A list of records as a page and as a file; its address says all that it is asked for."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, request
from flask_admin.model.base import ViewArgs

from admin import columns, links, saved_views
from admin.cells import bare, first_cell
from admin.lists import RecordList
from admin.screen import at
from admin.sending import KINDS, XLSX_LIMIT, Head, require_kind, sent
from server.domain.saved_view import Asked
from server.domain.values import Kind


class ListPages(RecordList):
    """The list of one entity's records, as its readers set it up."""

    @at("/")
    def index_view(self) -> Any:
        views = saved_views.views_of(self.entity.key)
        opens = saved_views.to_open(views, request.args)
        if opens is None:
            self._template_args.update(views=views, view_now=saved_views.current(views))
            return super().index_view()
        left, told = self.known(opens.view.asked)
        for sentence in told:
            flash(sentence, "warning")
        return redirect(self.address_of(left, opens.view.id))

    @at("/export/<export_type>/")
    def export(self, export_type: str) -> Any:
        """The list as a file: its search, filters, order and, where they are chosen, columns."""
        require_kind(export_type)
        g.exports, g.counts_to = True, XLSX_LIMIT + 1
        count, found = self._export_data()
        listed = self._export_columns
        rows = ([bare(self, record, key) for key, _ in listed] for record in found)
        heads = [Head(title, self._is_moment(key)) for key, title in listed]
        return sent(export_type, self.heading, self.entity.plural, heads, rows, count)

    def _is_moment(self, key: str) -> bool:
        return key != "id" and self.entity.fields[key].type.kind is Kind.DATE_TIME

    # -- addresses ----------------------------------------------------------------------------

    def _get_list_extra_args(self) -> ViewArgs:
        """What the address says of the list; it may name the column to sort by by its key."""
        found = super()._get_list_extra_args()
        listed = [key for key, _ in self._list_columns]
        by = request.args.get("sort", "")
        if by in listed:
            found.sort = listed.index(by)
        found.extra_args = {}
        if asked := self._asked():
            found.extra_args[columns.ASKED] = columns.SEPARATOR.join(asked)
        if saved_views.ASKED in request.args:
            found.extra_args[saved_views.ASKED] = request.args[saved_views.ASKED]
        return found

    def _get_list_url(self, view_args: ViewArgs) -> str:
        return self._address(".index_view", view_args)

    def _address(self, endpoint: str, view_args: ViewArgs, **more: Any) -> str:
        """The address of the list as it stands, in which columns are named by their keys."""
        by = self._get_column_by_idx(view_args.sort)
        size = view_args.page_size
        named = {
            "page": view_args.page or None,
            "page_size": size if size in self.page_size_options else None,
            "sort": by and by[0],
            "desc": 1 if view_args.sort_desc and by else None,
            "search": view_args.search or None,
            **view_args.extra_args,
            **self._get_filters(view_args.filters),
        }
        return str(self.get_url(endpoint, **named | more))

    def exports(self) -> list[tuple[str, str]]:
        """What files of the list there are, and where."""
        return [
            (
                f"{title}, {'all' if whole else 'these'} columns",
                self._export_url(kind, whole=whole),
            )
            for kind, title in KINDS.items()
            for whole in (False, True)
        ]

    def _export_url(self, export_type: str, *, whole: bool) -> str:
        """Where the list is had as a file, with all columns or with those that it has now."""
        found = self._get_list_extra_args().clone(page=None, page_size=None)
        listed = columns.SEPARATOR.join(key for key, _ in self._list_columns)
        asked = {columns.ASKED: None if whole else listed}
        return self._address(".export", found, export_type=export_type, **asked)

    def kept_besides(self) -> list[tuple[str, str]]:
        """What the address says besides the columns, for a form that changes those."""
        found = self._get_list_extra_args()
        listed = self._get_column_by_idx(found.sort)
        named = {
            "search": found.search,
            "sort": listed and listed[0],
            "desc": "1" if found.sort_desc and listed else None,
            **self._get_filters(found.filters),
            saved_views.ASKED: request.args.get(saved_views.ASKED),
        }
        return [(name, str(value)) for name, value in named.items() if value]

    def first_cell(self, record: Any, key: str) -> Any:
        return first_cell(self, record, key)

    # -- saved views --------------------------------------------------------------------------

    def address_of(self, asked: Asked, view: int) -> str:
        """Where the list stands as it is asked for by a view."""
        named = {
            "sort": asked.sort or None,
            "desc": 1 if asked.descending else None,
            columns.ASKED: columns.SEPARATOR.join(asked.columns) or None,
            "search": asked.search,  # also where it is empty: a view alone would be opened again
        }
        filters = {
            f"flt{index}_{key}": asked.filters[key]
            for index, applied in enumerate(self._filters or ())
            if (key := self.get_filter_arg(index, applied)) in asked.filters
        }
        return str(self.get_url(".index_view", **{saved_views.ASKED: view}, **named, **filters))

    def known(self, asked: Asked) -> tuple[Asked, list[str]]:
        """What of it there is for this person, and a sentence for each thing that is left out."""
        told: list[str] = []
        seen = self._seen(self._every_listed)
        listed = [key for key in asked.columns if self._is_there(key, seen, told)]
        sort = asked.sort if not asked.sort or self._is_there(asked.sort, seen, told) else ""
        known = {item.field.key: item for item in self._filters or ()}
        filters = {}
        for key, value in asked.filters.items():
            if not self._is_there(key, seen, told):
                continue
            title = seen[key]
            if key not in known:
                told.append(f"This list is filtered by {title} no more.")
            elif not known[key].validate(value):
                told.append(f"'{value[:80]}' is no value of {title} any more.")
            else:
                filters[key] = value
        left = Asked(asked.search, filters, sort, asked.descending and bool(sort), tuple(listed))
        return left, [
            f"{sentence} The view is shown without it." for sentence in dict.fromkeys(told)
        ]

    def _is_there(self, key: str, seen: dict[str, str], told: list[str]) -> bool:
        """Whether this person sees a field that the entity has; told where not."""
        if key in seen:
            return True
        field = self.entity.fields.get(key)
        is_hidden = key in links.rights().never_shown(self.entity.key)
        sentence = f"There is no field '{key[:80]}' any more."
        told.append(
            f"Your roles do not show you {field.title}." if field and is_hidden else sentence
        )
        return False
