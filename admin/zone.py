"""The time zone of whoever reads: the browser's script keeps its name in a cookie."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import request

COOKIE = "zone"
UTC = ZoneInfo("UTC")


def of_reader() -> ZoneInfo:
    """The reader's zone; UTC where no browser has told one that is known here."""
    try:
        return ZoneInfo(request.cookies.get(COOKIE, ""))
    except (KeyError, ValueError, OSError):  # the last two: what could not be a zone's name
        return UTC
