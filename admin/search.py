"""Search over everything: a number with or without prefix and zeros, or words."""

from __future__ import annotations

from typing import Any

from flask import redirect, request

from admin import links
from admin.screen import Screen, actor, app, at
from server.domain.searching import asked, folded
from server.usecases import searching

MOST = 10


class Search(Screen):
    """Reached by the box at the top of every page."""

    def __init__(self) -> None:
        super().__init__("Search", "search", "/search", "search")

    def is_visible(self) -> bool:
        return False

    @at("/")
    def index(self) -> Any:
        text = request.args.get("q", "").strip()
        answer = searching.everything(app(), actor(), text)
        address = links.record(answer.only)
        if address:
            return redirect(address)
        return self.render(
            "screens/search.html",
            text=text[: searching.LONGEST],
            answer=answer,
            words=searching.WORDS,
            guide=_in_guide(text),
        )


def _in_guide(text: str) -> list[tuple[str, str]]:
    """Titles of the guide that hold the words, with their addresses."""
    definitions = app().definitions
    words = [word.folded for word in asked(text[: searching.LONGEST]).words]
    kinds: dict[str, Any] = {
        "process": definitions.processes,
        "procedure": definitions.procedures,
        "role": definitions.roles,
        "decision": definitions.decisions,
    }
    return [
        (item.title, links.guide(kind, key) or "")
        for kind, items in kinds.items()
        for key, item in items.items()
        if words and all(word in folded(item.title) for word in words)
    ][:MOST]
