"""What stands around every page: the menu, the person, the counts, the look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from flask import g, request, url_for
from flask_admin import Admin

from admin import keys, links
from admin.screen import app
from server.domain.actor import Actor
from server.usecases import notices, tasks

THEMES = ("light", "dark")
GROUP_ICONS = {
    "incident": "alert-triangle",
    "event": "activity",
    "change": "git-merge",
    "configuration": "affiliate",
    "problem": "tool",
    "release": "box",
    "service": "lifebuoy",
    "organisation": "building",
    "people": "users",
    "customer": "user-check",
}
"""The icon of a group of the menu, by the first of these words in its name."""


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the menu; `children` None where it leads to a page itself."""

    title: str
    url: str
    icon: str
    is_active: bool
    count: int = 0
    children: tuple[Item, ...] | None = None


@dataclass(frozen=True, slots=True)
class Shell:
    name: str
    theme: str
    searched: str
    actor: Actor | None
    menu: tuple[Item, ...]
    unread: int
    keys: tuple[keys.Key, ...] = ()
    keys_are_off: bool = False
    asks_only: bool = False

    @property
    def initials(self) -> str:
        words = self.actor.name.split() if self.actor else []
        return "".join(word[0] for word in (*words[:1], *words[1:][-1:])).upper()

    @property
    def person_url(self) -> str | None:
        return links.record(self.actor.person) if self.actor and self.actor.person else None


def shell(admin: Admin) -> Shell:
    """The frame of the page that is being made."""
    actor: Actor | None = g.get("actor")
    theme = request.cookies.get("theme", "")
    asks_only = actor is not None and links.asks_only()
    menu = tuple(_menu(admin)) if actor and not asks_only else ()
    leads_to = frozenset(item.url for group in menu for item in (group, *(group.children or ())))
    return Shell(
        name=app().definitions.title or "Procedura",
        theme=theme if theme in THEMES else "",
        searched=request.args.get("q", "") if request.endpoint == "search.index" else "",
        actor=actor,
        menu=menu,
        unread=notices.unread(app(), actor) if actor and actor.person else 0,
        keys=keys.told(leads_to) if actor and not asks_only else (),
        keys_are_off=keys.are_off(),
        asks_only=asks_only,
    )


def _menu(admin: Admin) -> Iterator[Item]:
    for entry in admin.menu():
        if entry.is_category():
            children = tuple(_item(child) for child in entry.get_children())
            if children:
                is_active = any(child.is_active for child in children)
                yield Item(entry.name, "", _group_icon(entry.name), is_active, 0, children)
        elif entry.is_accessible() and entry.is_visible():
            item = _item(entry)
            if item.url == url_for("admin.index"):
                item = replace(item, count=_open_tasks())
            yield item


def _open_tasks() -> int:
    """How many tasks the person could do next."""
    actor: Actor = g.actor
    if not actor.person:
        return 0
    known = g.get("counts") or tasks.counts(app(), actor, ["all"])
    return int(known["all"])


def _item(entry: Any) -> Item:
    view = entry._view  # noqa: SLF001  Flask-Admin offers no other way to ask where we are
    return Item(
        getattr(view, "heading", entry.name),
        entry.get_url(),
        view.menu_icon_value or "",
        request.blueprint == view.endpoint,
    )


def _group_icon(name: str) -> str:
    words = name.lower()
    return next((icon for word, icon in GROUP_ICONS.items() if word in words), "folder")
