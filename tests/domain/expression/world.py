"""A small world to read expressions in: an incident request, its service, its work lines."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from server.domain.calendar import STANDARD
from server.domain.expression import Problem, evaluate, parse, resolve
from server.domain.values import DATE_TIME, TEXT, WHOLE_NUMBER, YES_NO, Kind, RecordRef, Type
from tests.builders import GROUP, PERSON, a_field, an_entity, back, choice, ref, statuses

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)

SERVICE = an_entity("service", a_field("name", required=True), a_field("owner", ref("person")))
LINE = an_entity(
    "line",
    a_field("text", required=True),
    a_field("kind", choice("work", "travel", "material"), required=True),
    a_field("price", "money"),
    a_field("hours", "duration", required=True),
    a_field("incident", ref("incident")),
)
INCIDENT = an_entity(
    "incident",
    a_field("summary", required=True),
    a_field("impact", choice("extensive", "significant", "moderate", "minor"), required=True),
    a_field("role", choice("service-owner", "specialist")),
    a_field("cost", "money", required=True),
    a_field("estimate", "money"),
    a_field("members", Type(Kind.WHOLE_NUMBER, at_least=Decimal(1)), required=True),
    a_field("is_outage", "yes_no"),
    a_field("reported", "date_time", required=True),
    a_field("due", "date"),
    a_field("service", ref("service")),
    a_field("requester", ref("person"), required=True),
    back("lines", "line", "incident"),
    statuses=statuses(new="assigned", assigned="closed", closed="", cancelled=""),
)
ENTITIES = {item.key: item for item in (INCIDENT, SERVICE, LINE, PERSON, GROUP)}

NAMES = {
    "incident": ref("incident"),
    "escalation": ref("incident"),
    "ability": Type(
        Kind.ANSWERS, members={"skills": YES_NO, "note": TEXT, "outcome": choice("able", "unable")}
    ),
    "share": Type(Kind.FRACTION),
    "count_of": WHOLE_NUMBER,
    "since": DATE_TIME,
}
OPTIONAL = {"escalation", "ability.note", "count_of"}

ONE, MAIL, ANN, BOB = (
    RecordRef("incident", 1),
    RecordRef("service", 1),
    RecordRef("person", 1),
    RecordRef("person", 2),
)
LINES = tuple(RecordRef("line", number) for number in (1, 2, 3))


class World:
    """Records held in a dictionary."""

    calendar = STANDARD

    def __init__(self, **changes):
        self.records = {
            ONE: {
                "summary": "Mail is down",
                "impact": "significant",
                "role": None,
                "cost": Decimal("10.50"),
                "estimate": None,
                "members": 3,
                "is_outage": True,
                "reported": datetime(2026, 2, 27, 9, tzinfo=UTC),
                "due": None,
                "service": MAIL,
                "requester": ANN,
                "lines": LINES,
                "status": "assigned",
                **changes,
            },
            MAIL: {"name": "Mail", "owner": BOB},
            ANN: {"name": "Ann", "active": True},
            BOB: {"name": "Bob", "active": None},
        }
        for ref_, kind, price, hours in zip(
            LINES,
            ("work", "work", "travel"),
            (Decimal("0.1"), Decimal("0.2"), None),
            (1, 2, 3),
            strict=True,
        ):
            self.records[ref_] = {
                "text": f"line {hours}",
                "kind": kind,
                "price": price,
                "hours": timedelta(hours=hours),
                "incident": ONE,
            }

    def field(self, record, name):
        return self.records[record][name]

    def all(self, entity):
        return tuple(record for record in self.records if record.entity == entity)

    def holders(self, role, of):
        return (BOB,) if (role, of) == ("service-owner", MAIL) else (ANN,)


VALUES = {
    "incident": ONE,
    "escalation": None,
    "ability": {"skills": True, "note": None, "outcome": "able"},
    "share": Fraction(2, 3),
    "count_of": None,
    "since": datetime(2026, 3, 1, tzinfo=UTC),
}


def resolved(text, expected=None, **options):
    """The expression, or the problems with it."""
    tree = parse(text)
    if isinstance(tree, Problem):
        return (tree,)
    return resolve(tree, NAMES, ENTITIES, expected, optional=OPTIONAL, **options)


def value_of(text, expected=None, world=None, **names):
    sound = resolved(text, expected)
    assert not isinstance(sound, tuple), sound
    return evaluate(sound, {**VALUES, **names}, world or World(), NOW)
