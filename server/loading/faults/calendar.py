"""CAL: faults found while a calendar is read."""

from __future__ import annotations

from collections.abc import Collection

from server.domain.expression.spelling import did_you_mean
from server.loading.diagnostics import Diagnostic, Mark


def no_hours(mark: Mark, text: str, *, after_others: bool) -> Diagnostic:
    """CAL001 no-hours: a stretch of working hours ends before it begins, or before the one before it.

    Stretches stand in the order of the day, and none overlaps another. A night shift is written on
    two days: until 24:00 on the first, and from 0:00 on the second.

        calendar: office
        title: Office hours
        zone: UTC
        week: { monday: "8:00-12:00, 11:00-17:00", tuesday: 22:00-6:00 }

    Right:

        calendar: office
        title: Office hours
        zone: UTC
        week: { monday: "8:00-12:00, 13:00-17:00", tuesday: 22:00-24:00, wednesday: 0:00-6:00 }
    """
    if after_others:
        return Diagnostic(
            "CAL001",
            mark,
            f"'{text}' begins before the hours ahead of it are over.",
            "Write the stretches in the order of the day, without overlap.",
        )
    return Diagnostic(
        "CAL001",
        mark,
        f"'{text}' are no hours of one day.",
        "They lie between 0:00 and 24:00 and end after they begin; a night is written on two days.",
    )


def no_day(mark: Mark, text: str) -> Diagnostic:
    """CAL002 no-day: a date that no calendar has.

        calendar: office
        title: Office hours
        zone: UTC
        week: { monday: 8:00-17:00 }
        days: { 2026-02-30: closed }

    Right:

        calendar: office
        title: Office hours
        zone: UTC
        week: { monday: 8:00-17:00 }
        days: { 2026-02-28: closed }
    """
    return Diagnostic("CAL002", mark, f"There is no day {text}.", "Write year, month and day.")


def unknown_zone(mark: Mark, zone: str, known: Collection[str]) -> Diagnostic:
    """CAL003 unknown-zone: no time zone has this name.

    Zones are named as in the IANA database, by continent and city.

        calendar: office
        title: Office hours
        zone: Europe/Belrin
        week: { monday: 8:00-17:00 }

    Right:

        calendar: office
        title: Office hours
        zone: Europe/Berlin
        week: { monday: 8:00-17:00 }
    """
    hint = did_you_mean(zone, known)
    return Diagnostic("CAL003", mark, f"There is no time zone '{zone}'.", hint)


def unknown_country(mark: Mark, where: str, name: str, known: Collection[str]) -> Diagnostic:
    """CAL004 unknown-country: no public holidays are known of this country, or of this part of it.

        calendar: office
        title: Office hours
        zone: Europe/Berlin
        week: { monday: 8:00-17:00 }
        holidays: { country: DE, subdivision: Munich }

    Right:

        calendar: office
        title: Office hours
        zone: Europe/Berlin
        week: { monday: 8:00-17:00 }
        holidays: { country: DE, subdivision: BY }
    """
    return Diagnostic(
        "CAL004",
        mark,
        f"No public holidays are known of {where} '{name}'.",
        did_you_mean(name, known) or "It has no parts with holidays of their own.",
    )
