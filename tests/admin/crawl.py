"""Somebody who opens whatever a page leads to, and notes what is wrong with what is reached.

Pages of one pattern are sampled: of the records of an entity one or two are opened, of the many ways
to sort and narrow lists as many in all. Of the pages that might be taken, those go first that fewest have
opened before, so that many people together open many.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

HERE = "http://localhost"
ALIKE, OFTEN = ("/guide/", "/static/"), 2
"""What is the same for all who work here: so many people open each of it."""
LEADING = {("a", "href"), ("link", "href"), ("use", "href"), ("script", "src"), ("img", "src")}


class Page(HTMLParser):
    """What stands on a page: where it leads, its anchors, and what it calls itself."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.parts: list[str] = []
        self.ids: Counter[str] = Counter()
        self.tags: Counter[str] = Counter()
        self.title = ""
        self._in_title = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids[given["id"]] += 1
        self.links += [given[name] for name in given if (tag, name) in LEADING]
        if tag == "form" and given.get("method", "get").lower() == "get" and given.get("action"):
            self.links.append(given["action"])
        if "hx-get" in given:
            self.parts.append(given["hx-get"])
        self._in_title = tag == "title" and self.tags["svg"] == 0

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data


@dataclass
class Crawl:
    """One person's way through all that is shown; `seen` counts what is opened, by all.

    `width` is of how many entities, procedures and so on the person opens each kind of page, and
    `sample` how many pages of one pattern.
    `faults` are sentences; `opened` maps each address, without the fragment, to its anchors.
    """

    client: FlaskClient
    seen: Counter[str]
    width: int
    sample: int
    faults: list[str] = field(default_factory=list)
    opened: dict[str, frozenset[str]] = field(default_factory=dict)
    _taken: Counter[str] = field(default_factory=Counter)

    def follow(self, start: str) -> None:
        waiting = {start: ""}
        fragments: dict[tuple[str, str], str] = {}
        while waiting:
            address = min(waiting, key=lambda it: (self.seen[pattern(it)], self.seen[it]))
            came_from = waiting.pop(address)
            if not self._is_wanted(address):
                continue
            self._taken.update({pattern(address), shape(address)})
            for link, fragment in self._open(address, came_from):
                if self._is_wanted(link):
                    waiting.setdefault(link, address)
                if fragment:
                    fragments.setdefault((link, fragment), address)
        for (address, fragment), came_from in fragments.items():
            if address in self.opened and fragment not in self.opened[address]:
                self.faults.append(
                    f"{came_from} leads to {address}#{fragment}, and that is not there"
                )

    def _is_wanted(self, address: str) -> bool:
        """Whether it is not known yet, and not enough pages like it are."""
        return (
            address not in self.opened
            and not (address.startswith(ALIKE) and self.seen[pattern(address)] >= OFTEN)
            and self._taken[pattern(address)] < self.sample
            and self._taken[shape(address)] < self.width * self.sample
        )

    def _open(self, address: str, came_from: str) -> Iterator[tuple[str, str]]:
        """Open one page; where it leads to, without and with the fragment."""
        with closing(self.client.get(address)) as answer:
            yield from self._read(address, came_from, answer)

    def _read(
        self, address: str, came_from: str, answer: TestResponse
    ) -> Iterator[tuple[str, str]]:
        self.seen.update({address, pattern(address)})
        self.opened[address] = frozenset()
        if answer.status_code in {302, 303}:
            yield _absolute(address, answer.headers["Location"])
            return
        if answer.status_code not in {200, 204}:
            self.faults.append(f"{came_from} leads to {address}: {answer.status_code}")
            return
        if answer.mimetype not in {"text/html", "image/svg+xml"}:
            return
        page = Page(answer.get_data(as_text=True))
        self.opened[address] = frozenset(page.ids)
        self.faults += [f"{address} {fault}" for fault in _faults(answer, page)]
        for link in (*page.links, *page.parts):
            target, fragment = _absolute(address, link)
            if target.startswith("/"):
                yield target, fragment


@cache
def pattern(address: str) -> str:
    """What pages have in common that are made alike of the same entity, procedure and so on.

    Lists that are sorted, narrowed or taken as files, and journals, are like those of others.
    """
    parts = urlsplit(address)
    if parts.path.startswith("/static/"):
        return address
    path = re.sub(r"\d+", "#", parts.path)
    named = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    if path.startswith("/journal/") or "/export/" in path or (named and named != ["id"]):
        path = re.sub(r"^(/records|/journal)/\w+/", r"\1/*/", path)
    return f"{path}?{'&'.join(named)}"


@cache
def shape(address: str) -> str:
    """What pages have in common that are made alike, of whatever."""
    return "shape of " + re.sub(
        r"^(/records|/guide/\w+|/begin)/[^/?]+/", r"\1/*/", pattern(address)
    )


def _absolute(address: str, link: str) -> tuple[str, str]:
    """Where a link leads, seen from a page; a path where that is of ours."""
    target, fragment = urldefrag(urljoin(HERE + address, link))
    return target.removeprefix(HERE) if target.startswith(HERE + "/") else target, fragment


def _faults(answer: TestResponse, page: Page) -> Iterator[str]:
    twice = sorted(key for key, count in page.ids.items() if count > 1)
    if twice:
        yield f"has more than one of {twice}"
    if any(link in {"", "#"} for link in page.links):
        yield "has a link that leads nowhere"
    if page.tags["html"]:
        if not page.title.split("·")[0].strip():
            yield "has no title"
        if page.tags["h1"] != 1:
            yield f"has {page.tags['h1']} headings of the first rank"
