"""Keys that serve on every page, told and obeyed from one table.

The page carries the table as its help; the script obeys what stands there. All are single keys, so
whoever speaks to the computer, or presses keys by chance, turns them off in *My account* (WCAG
2.1.4): this browser then keeps a cookie. While something is typed none of them serves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for

COOKIE = "keys"
OFF = "off"
YEAR = 365 * 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Key:
    """`pressed` are the keys one after the other; `leads_to` the place, where they lead to one."""

    pressed: str
    does: str
    act: str = ""
    leads_to: str = ""


KEYS = (
    Key("/", "Search everything", "search"),
    Key("j", "Next line of a list", "next"),
    Key("k", "Line before it", "before"),
    Key("Enter", "Open the line"),
    Key("?", "These keys", "help"),
    Key("Esc", "Close them"),
)
PLACES = {
    "w": ("My work", "admin.index"),
    "b": ("Begin something", "starts.index"),
    "n": ("Notifications", "notices.index"),
    "r": ("Runs", "runs.index"),
    "g": ("Guide", "guide.index"),
    "d": ("Administration", "administration.index"),
    "a": ("My account", "account.index"),
}
"""Where `g` and a letter lead."""
BESIDE_THE_MENU = frozenset({"notices.index", "account.index"})


def are_off() -> bool:
    """Whether this browser's reader has turned them off."""
    return request.cookies.get(COOKIE) == OFF


def told(menu: frozenset[str]) -> tuple[Key, ...]:
    """All keys, with the places that this person's menu leads to; it is given as addresses."""
    addresses = {letter: url_for(endpoint) for letter, (_, endpoint) in PLACES.items()}
    return KEYS + tuple(
        Key(f"g {letter}", title, leads_to=addresses[letter])
        for letter, (title, endpoint) in PLACES.items()
        if endpoint in BESIDE_THE_MENU or addresses[letter] in menu
    )


def keep(response: Any, *, off: bool) -> Any:
    """Let this browser remember whether they are off."""
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    value = OFF if off else "on"
    response.set_cookie(COOKIE, value, max_age=YEAR, secure=secure, httponly=True, samesite="Lax")
    return response
