"""People read through a draft are the people that the database would give after it."""

import contextlib
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.domain.change import RecordChange
from server.domain.values import RecordRef
from server.engine.draft import Draft
from server.engine.people import PeopleSeen
from server.storage.database import Database
from server.storage.records import Records
from tests.builders import AT, ENTITIES, tables_of

ROLE_KEYS = ("service-owner", "specialist")
days = st.none() | st.integers(-2, 2).map(lambda count: AT.date() + timedelta(days=count))
index = st.integers(0, 2)
persons = st.lists(
    st.fixed_dictionaries({"away_from": days, "away_until": days, "active": st.booleans()}),
    min_size=3,
    max_size=3,
)
holders = st.lists(
    st.fixed_dictionaries(
        {
            "person": index,
            "role": st.sampled_from(ROLE_KEYS),
            "service": st.none() | index,
            "group": st.none() | index,
            "from_date": days,
            "until_date": days,
        }
    ),
    max_size=5,
)
memberships = st.lists(st.fixed_dictionaries({"person": index, "group": index}), max_size=4)


class UndoneError(Exception):
    pass


def test_people_read_through_a_draft_are_those_that_saving_it_gives(sqlite: Database):
    models = tables_of(sqlite)

    def refs(values):
        return {
            key: RecordRef(key, 1 + value)
            if key in {"person", "service", "group"} and value is not None
            else value
            for key, value in values.items()
        }

    def enter(records: Records, told):
        """Three persons, groups and services, then who holds and belongs to what."""
        rows = [
            *(("person", {"name": f"P{n}", **one}) for n, one in enumerate(told["persons"])),
            *(("group", {"name": f"G{n}"}) for n in range(3)),
            *(("service", {"name": f"S{n}"}) for n in range(3)),
            *(("holder", refs(one)) for one in told["holders"]),
            *(("membership", refs(one)) for one in told["memberships"]),
        ]
        for entity, values in rows:
            records.save([RecordChange(RecordRef(entity, -1), values)], at=AT)

    def answers(people):
        groups = [RecordRef("group", number) for number in (1, 2, 3)]
        services = [RecordRef("service", number) for number in (1, 2, 3)]
        return {
            **{
                (role, of): set(people.holders(role, of))
                for role in ROLE_KEYS
                for of in (None, *groups, *services)
            },
            **{role: set(people.every_holder(role)) for role in ROLE_KEYS},
            **{group: set(people.members(group)) for group in groups},
            **{number: people.is_away(RecordRef("person", number)) for number in (1, 2, 3)},
        }

    @settings(
        max_examples=80,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(
        before=st.fixed_dictionaries(
            {"persons": persons, "holders": holders, "memberships": memberships}
        ),
        changed=st.dictionaries(index, persons.map(lambda some: some[0]), max_size=2),
        lost=st.integers(0, 4),
        gained=holders,
    )
    def play(before, changed, lost, gained):
        with contextlib.suppress(UndoneError), sqlite.write() as connection:
            # given an organisation
            records = Records(connection, models, ENTITIES, AT)
            enter(records, before)
            draft = Draft(records, ENTITIES, {}, lambda *_: None, AT)
            seen = PeopleSeen(draft, records, ENTITIES)
            assert answers(seen) == answers(records)
            # when a draft changes persons, takes a role from one and gives others some
            for number, values in changed.items():
                draft.change(RecordRef("person", 1 + number), values)
            known = records.all("holder")
            if lost < len(known):
                draft.delete(known[lost])
            for values in gained:
                draft.create("holder", refs(values))
            told = answers(seen)
            # then saving it gives the same people
            records.save(draft.finish(), at=AT)
            assert told == answers(Records(connection, models, ENTITIES, AT))
            raise UndoneError

    play()
