"""A calendar of its file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import holidays

from server.domain.calendar import WEEK, WHOLE_DAY, Calendar, Hours
from server.loading.desk import Desk, words
from server.loading.faults import calendar as faults

CLOSED = "closed"
HOUR = 60
ALPHA_2 = 2
"""Letters of the codes of countries that are taken: those of ISO 3166-1 alpha-2."""
YEARS = range(2000, 2100)
"""Those whose public holidays are known to a calendar."""
_STRETCH = re.compile(r"(\d{1,2}):(\d{2}) ?- ?(\d{1,2}):(\d{2})")


def build_calendar(desk: Desk) -> Calendar:
    data = desk.data
    zone = data["zone"]
    if zone not in available_timezones():
        desk.say(faults.unknown_zone(desk.source.mark("zone"), zone, available_timezones()))
        zone = "UTC"
    return Calendar(
        data["calendar"],
        {WEEK.index(day): _hours(desk, text, "week", day) for day, text in data["week"].items()},
        ZoneInfo(zone),
        _holidays(desk, data["holidays"]) if "holidays" in data else {},
        dict(_days(desk, data.get("days", {}))),
        words(data, "title"),
        words(data, "purpose"),
    )


def refer_calendar(desk: Desk) -> None:
    """Note the calendar that a model names."""
    if "calendar" in desk.data:
        desk.refer("calendar", desk.data["calendar"], "calendar")


def _hours(desk: Desk, text: str, *path: str) -> Hours:
    """The stretches that are written; those that cannot be are told."""
    found: list[tuple[int, int]] = []
    for match in _STRETCH.finditer(text):
        hour, minute, last_hour, last_minute = map(int, match.groups())
        begins, ends = hour * HOUR + minute, last_hour * HOUR + last_minute
        sound = max(minute, last_minute) < HOUR and begins < ends <= WHOLE_DAY
        if not sound or (found and begins < found[-1][1]):
            desk.say(faults.no_hours(desk.source.mark(*path), match[0], after_others=sound))
            return ()
        found.append((begins, ends))
    return tuple(found)


def _days(desk: Desk, raw: Mapping[str, str]) -> dict[date, Hours]:
    found: dict[date, Hours] = {}
    for text, written in raw.items():
        try:
            day = date.fromisoformat(text)
        except ValueError:
            desk.say(faults.no_day(desk.source.key_mark("days", text), text))
            continue
        found[day] = () if written == CLOSED else _hours(desk, written, "days", text)
    return found


def _holidays(desk: Desk, raw: Mapping[str, Any]) -> Mapping[date, str]:
    countries = holidays.list_supported_countries()
    known = {code: parts for code, parts in countries.items() if len(code) == ALPHA_2}
    country = raw["country"]
    if country not in known:
        mark = desk.source.mark("holidays", "country")
        desk.say(faults.unknown_country(mark, "a country", country, known))
        return {}
    part = raw.get("subdivision")
    if part is not None and part not in known[country]:
        mark = desk.source.mark("holidays", "subdivision")
        where = f"the part of {country} called"
        desk.say(faults.unknown_country(mark, where, part, known[country]))
        return {}
    return dict(holidays.country_holidays(country, subdiv=part, years=YEARS).items())
