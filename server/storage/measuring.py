"""KPIs worked out by the database: formulas as SQL, the same exact whole numbers on both.

Moments and durations are microseconds, dates are days, so that everything that is added up is
whole. Sums are taken of two halves, as one number might be too large for SQLite. No record comes to
Python. What can be written so is what `server.domain.measuring` lets through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from server.domain.expression.tree import (
    Arithmetic,
    Call,
    Comparison,
    Conditional,
    Constant,
    Interval,
    IsNull,
    Joined,
    Membership,
    Negative,
    Node,
    Not,
    Now,
    Path,
    Quantified,
    Where,
)
from server.domain.expression.types import is_null, type_of
from server.domain.kpi import Kpi, Measure, Tally
from server.domain.values import DATE_TIME, Kind, RecordRef, Type, Value
from server.storage.models import Models

HALF = 2**31
"""Values are added up as so many of these, and what is left."""
DAY = 86_400_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = EPOCH.toordinal()
MOST_PARTS = 50
"""Parts of a split that are told, those with the most records."""
Moments = Sequence[date]
"""Where periods begin, and where the last one ends: dates, or moments where `when` is one."""

_TICK = timedelta(microseconds=1)
_HALF, _DAY = sa.literal(HALF, sa.BigInteger()), sa.literal(DAY, sa.BigInteger())
_Column = sa.ColumnElement[Any]
_Condition = sa.ColumnElement[bool]


class Microseconds(FunctionElement[int]):
    """A moment as whole microseconds since 1970."""

    type = sa.BigInteger()
    inherit_cache = True


class Days(FunctionElement[int]):
    """A date as its number: the first of January of the year 1 is 1."""

    type = sa.BigInteger()
    inherit_cache = True


@compiles(Microseconds, "sqlite")
def _moment_in_sqlite(element: Microseconds, compiler: Any, **kw: Any) -> str:
    """Seconds and their fraction apart: SQLite itself rounds to thousandths."""
    text = compiler.process(element.clauses, **kw)
    seconds = f"CAST(strftime('%s', substr({text}, 1, 19)) AS INTEGER)"
    return f"({seconds} * 1000000 + CAST(substr({text}, 21, 6) AS INTEGER))"


@compiles(Microseconds, "postgresql")
def _moment_in_postgresql(element: Microseconds, compiler: Any, **kw: Any) -> str:
    moment = compiler.process(element.clauses, **kw)
    return f"CAST(EXTRACT(EPOCH FROM {moment}) * 1000000 AS BIGINT)"


@compiles(Days, "sqlite")
def _date_in_sqlite(element: Days, compiler: Any, **kw: Any) -> str:
    return f"CAST(julianday({compiler.process(element.clauses, **kw)}) - 1721424.5 AS INTEGER)"


@compiles(Days, "postgresql")
def _date_in_postgresql(element: Days, compiler: Any, **kw: Any) -> str:
    return f"({compiler.process(element.clauses, **kw)} - DATE '0001-01-01' + 1)"


# -- formulas -------------------------------------------------------------------------------------


@dataclass(slots=True)
class Formulas:
    """Formulas over the records of one table. `members` are tables of lists that are gone through."""

    models: Models
    entity: str
    now: datetime
    members: dict[str, tuple[sa.FromClause, str]] = field(default_factory=dict)

    @property
    def table(self) -> sa.FromClause:
        return self.models.tables[self.entity]

    def condition(self, node: Node, *, alone: bool = False) -> _Condition:
        """Holds, or not: null only where the language has made sure that nobody looks.

        `alone`: it has to hold by itself, so that a plain `=`, which finds an index, says enough.
        """
        match node:
            case Constant(value=value):
                return sa.true() if value else sa.false()
            case Not(operand=operand):
                return sa.not_(self.condition(operand))
            case Joined(operator="and", operands=operands):
                return sa.and_(*(self.condition(item, alone=alone) for item in operands))
            case Joined(operands=operands):
                return sa.or_(*(self.condition(item) for item in operands))
            case IsNull(operand=operand, negated=negated):
                tested = self.value(operand)
                return tested.is_not(None) if negated else tested.is_(None)
            case Comparison(operator=sign, left=left, right=right):
                return self._compared(sign, left, right, alone=alone)
            case Membership(operand=operand, items=items):
                return sa.or_(*(self._is_in(operand, item) for item in items))
            case Quantified():
                return self._quantified(node)
            case Conditional(condition=condition, then=then, otherwise=otherwise):
                chosen = (self.condition(condition), self.condition(then))
                return sa.case(chosen, else_=self.condition(otherwise))
            case _:
                return self.value(node) == sa.true()

    def value(self, node: Node) -> _Column:
        """What is counted with as a whole number; anything else as its column has it."""
        match node:
            case Constant(value=value, type=typ):
                return _constant(value, typ)
            case Now():
                return _constant(self.now, DATE_TIME)
            case Path():
                return self._path(node)
            case Negative(operand=operand):
                return -self.value(operand)
            case Arithmetic(operator=sign, left=left, right=right):
                one, other = self.value(left), self.value(right)
                if type_of(left).kind is Kind.DATE:
                    return (one - other) * _DAY
                return one + other if sign == "+" else one - other
            case Conditional(condition=condition, then=then, otherwise=otherwise):
                chosen = (self.condition(condition), self.value(then))
                return sa.case(chosen, else_=self.value(otherwise))
            case Call(function="count", arguments=(members,)):
                table, _, within = self._rows(members)
                counted = sa.select(sa.func.count()).select_from(table).where(within)
                return counted.correlate_except(table).scalar_subquery()
            case Call(function="date", arguments=(moment,)):
                found = self.value(moment)
                of_day = (found % _DAY + _DAY) % _DAY
                return (found - of_day) // _DAY + EPOCH_DAY
            case _:
                return self.condition(node)

    def _compared(self, sign: str, left: Node, right: Node, *, alone: bool) -> _Condition:
        one, other = self.value(left), self.value(right)
        if sign == "=":
            if is_null(left) or is_null(right):
                return (other if is_null(left) else one).is_(None)
            if alone and (isinstance(left, Constant) or isinstance(right, Constant)):
                return one == other
            return one.is_not_distinct_from(other)
        if sign == "!=":
            if is_null(left) or is_null(right):
                return (other if is_null(left) else one).is_not(None)
            return one.is_distinct_from(other)
        return _ORDERS[sign](one, other)

    def _is_in(self, operand: Node, item: Node) -> _Condition:
        if not isinstance(item, Interval):
            return self._compared("=", operand, item, alone=False)
        value = self.value(operand)
        bounds = [_ORDERS[sign](value, self.value(bound)) for sign, bound in item.bounds]
        return sa.and_(value.is_not(None), *bounds)

    # -- paths --------------------------------------------------------------------------------

    def _path(self, node: Path) -> _Column:
        root, *rest = node.parts
        if root in self.members:
            table, entity = self.members[root]
            return self._column(table, entity, tuple(rest))
        return self._column(self.table, self.entity, node.parts)

    def _column(self, table: sa.FromClause, entity: str, parts: tuple[str, ...]) -> _Column:
        if not parts:
            return table.c.id
        first, *rest = parts
        item = self.models.entities[entity].fields.get(first)
        typ = DATE_TIME if item is None else item.type
        if not rest:
            return _counted(table.c[first], typ)
        target = str(typ.entity)
        other = self.models.tables[target].alias()
        found = sa.select(self._column(other, target, tuple(rest)))
        found = found.where(other.c.id == table.c[first])
        return found.correlate_except(other).scalar_subquery()

    def _rows(self, node: Node) -> tuple[sa.FromClause, str, _Condition]:
        """The table of a list's members, their entity, and which of them are meant."""
        if isinstance(node, Where):
            table, entity, within = self._rows(node.members)
            return table, entity, sa.and_(within, self._inside(node, table, entity))
        assert isinstance(node, Path), "nothing else is let through"
        root, *rest = node.parts
        owner, entity = self.members.get(root, (self.table, self.entity))
        parts = tuple(rest) if root in self.members else node.parts
        of = self._column(owner, entity, parts[:-1])
        for part in parts[:-1]:
            entity = str(self.models.entities[entity].fields[part].type.entity)
        other, back = self.models.entities[entity].fields[parts[-1]].back or ("", "")
        table = self.models.tables[other].alias()
        return table, other, table.c[back] == of

    def _inside(self, node: Where | Quantified, table: sa.FromClause, entity: str) -> _Condition:
        self.members[node.name] = (table, entity)
        try:
            return self.condition(node.condition)
        finally:
            del self.members[node.name]

    def _quantified(self, node: Quantified) -> _Condition:
        table, entity, within = self._rows(node.members)
        holds = self._inside(node, table, entity)
        if node.quantifier == "every":
            holds = sa.not_(holds)
        found = sa.select(sa.literal(1)).select_from(table).where(within, holds)
        exists = found.correlate_except(table).exists()
        return sa.not_(exists) if node.quantifier == "every" else exists


_ORDERS: Mapping[str, Callable[[_Column, _Column], _Condition]] = {
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def _counted(column: _Column, typ: Type) -> _Column:
    """A column as what is counted with; a duration is kept so already."""
    match typ.kind:
        case Kind.DATE_TIME:
            return Microseconds(column)
        case Kind.DATE:
            return Days(column)
        case Kind.DURATION:
            return sa.type_coerce(column, sa.BigInteger())
        case _:
            return column


def _constant(value: Value, typ: Type) -> _Column:
    match value:
        case None:
            return sa.null()
        case bool():
            return sa.literal(value, sa.Boolean())
        case datetime():
            return sa.literal((value - EPOCH) // _TICK, sa.BigInteger())
        case date():
            return sa.literal(value.toordinal(), sa.BigInteger())
        case timedelta():
            return sa.literal(value // _TICK, sa.BigInteger())
        case str():
            return sa.literal(value, sa.String())
        case RecordRef():
            return sa.literal(value.id, sa.BigInteger())
        case _:
            assert typ.kind is not Kind.LIST, "nothing compares with a list"
            return sa.literal(int(value), sa.BigInteger())  # type: ignore[arg-type]  # whole: KPI004


# -- measuring ------------------------------------------------------------------------------------


def tallies(
    connection: sa.Connection,
    models: Models,
    kpi: Kpi,
    periods: Moments,
    now: datetime,
    by: str | None = None,
) -> Mapping[tuple[int, Value], Tally]:
    """What is counted in each period, from 0 on, and of each part by the field `by`.

    Of parts there are at most `MOST_PARTS`, those with the most records. Where there are no
    records, there is no tally.
    """
    counted = _records(models, kpi, periods, now, by)
    is_ranked = kpi.measure in {Measure.MEDIAN, Measure.P90}
    columns = (_chosen(counted, kpi.measure) if is_ranked else counted).c
    value = columns.value
    statement = sa.select(
        columns.period,
        columns.part,
        sa.func.max(columns.records) if "records" in columns else sa.func.count(),
        sa.func.count(),
        sa.func.sum(value // _HALF),
        sa.func.sum(value % _HALF),
    )
    statement = statement.where(value.is_not(None)).group_by(columns.period, columns.part)
    if by is not None:
        statement = statement.order_by(sa.desc(sa.literal_column("3")), columns.part)
        statement = statement.limit(MOST_PARTS)
    item = models.entities[kpi.about].fields.get(by) if by is not None else None
    return {
        (int(period), _part(part, item.type if item is not None else None)): Tally(
            int(records), int(chosen), int(high) * HALF + int(low)
        )
        for period, part, records, chosen, high, low in connection.execute(statement)
    }


def counts(
    models: Models, kpi: Kpi, begins: date, ends: date, now: datetime
) -> sa.ColumnElement[bool]:
    """Holds of the records that count in a period."""
    formulas = Formulas(models, kpi.about, now)
    found = [*_within(formulas, kpi, begins, ends)]
    if kpi.of is not None and kpi.measure is not Measure.SHARE:
        found.append(formulas.value(kpi.of.tree).is_not(None))
    return sa.and_(*found)


def _within(formulas: Formulas, kpi: Kpi, begins: date, ends: date) -> Iterator[_Condition]:
    """What holds of the records of a period that `where` lets count."""
    when = formulas.table.c[kpi.when]
    yield when >= begins
    yield when < ends
    if kpi.where is not None:
        yield formulas.condition(kpi.where.tree, alone=True)


def _records(models: Models, kpi: Kpi, periods: Moments, now: datetime, by: str | None) -> sa.CTE:
    """Of each record its period, its part and what it counts for, each worked out just once."""
    formulas = Formulas(models, kpi.about, now)
    table = formulas.table
    one = sa.literal(1, sa.BigInteger())
    value: _Column = one
    if kpi.of is not None and kpi.measure is Measure.SHARE:
        value = sa.case(
            (formulas.condition(kpi.of.tree), one), else_=sa.literal(0, sa.BigInteger())
        )
    elif kpi.of is not None:
        value = formulas.value(kpi.of.tree)
    return (
        sa.select(
            _period(table.c[kpi.when], periods).label("period"),
            (sa.literal(None, sa.Integer()) if by is None else table.c[by]).label("part"),
            value.label("value"),
        )
        .where(*_within(formulas, kpi, periods[0], periods[-1]))
        .cte("counted")
        .prefix_with("MATERIALIZED")
    )


def _period(when: _Column, periods: Moments) -> _Column:
    ends = list(enumerate(periods[1:-1]))
    last = sa.literal(len(periods) - 2, sa.Integer())
    if not ends:
        return last
    return sa.case(*((when < moment, number) for number, moment in ends), else_=last)


def _chosen(counted: sa.CTE, measure: Measure) -> sa.Subquery:
    """The record, or the two, from which a median or percentile is taken, with how many there are."""
    columns = counted.c
    group = [columns.period, columns.part]
    every = sa.select(
        *group,
        columns.value,
        (sa.func.row_number().over(partition_by=group, order_by=columns.value) - 1).label("place"),
        sa.func.count().over(partition_by=group).label("records"),
    ).where(columns.value.is_not(None))
    ordered = every.subquery()
    place, records = ordered.c.place, ordered.c.records
    if measure is Measure.MEDIAN:
        is_chosen = sa.or_(place == (records - 1) // 2, place == records // 2)
    else:
        is_chosen = place == (records * 9 + 9) // 10 - 1
    found = sa.select(ordered.c.period, ordered.c.part, ordered.c.value, ordered.c.records)
    return found.where(is_chosen).subquery()


def _part(part: Any, typ: Type | None) -> Value:
    if part is not None and typ is not None and typ.kind is Kind.REF:
        return RecordRef(str(typ.entity), int(part))
    return part  # type: ignore[no-any-return]  # a column of `by` holds values
