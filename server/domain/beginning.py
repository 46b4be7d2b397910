"""How a procedure begins: by a role, after another, with a record, at a moment, once a period."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from server.domain.decision import Decision
from server.domain.expression import Expression
from server.domain.step import Assignment, Turns


@dataclass(frozen=True, slots=True)
class Every:
    """A period that a run begins in, once each (YAML: `every`).

    `count` and `unit` give its length: 1 month, 2 weeks. `catch_up` says what happens to periods
    that passed while nothing was running: `one` of them is made up for, `all` or `none`. With
    `each`, a run begins for each record of a list, called by its name in `set`.
    """

    count: int
    unit: Period
    each: Turns | None = None
    catch_up: str = "one"


class Period(enum.StrEnum):
    """What a recurring start counts in. The values are what YAML says."""

    HOUR = "hour"
    DAY = "day"
    WORKING_DAY = "working_day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Beginning:
    """One way a run begins (YAML: an item of `starts`).

    Just one of `by` (a role's button), `after` (another procedure), `when` (a new record of this
    entity), `at` (a moment of a record) and `every` (a period) is given. With `when` and `by`, the
    record that starts is called by its entity; `about` then finds the run's record from it, else it
    is the run's record itself. With `at`, an expression over the run's record, a run begins on each
    record when that moment comes. With `every`, the start makes the run's record, and `set` fills
    it. `gateway` holds the condition `if:` as a table with the output `then: start | stay`;
    `given` its inputs.
    """

    key: str
    by: str | None = None
    after: str | None = None
    when: str | None = None
    title: str = ""
    form: str | None = None
    set: tuple[Assignment, ...] = ()
    about: Expression | None = None
    gateway: Decision | None = None
    given: Mapping[str, Expression] = field(default_factory=dict)
    begins_at: str | None = None
    at: Expression | None = None
    every: Every | None = None
