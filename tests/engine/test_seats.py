"""Who may do a task: persons, groups, holders for a record, those who stand in."""

from __future__ import annotations

import pytest

from server.domain.run import Seat
from server.domain.values import RecordRef
from server.engine.seats import NobodyHolds, candidates, seat
from tests.builders import ROLES
from tests.engine.builders import WORLD, Records

ANN, BOB, CAT = (RecordRef("person", number) for number in (1, 2, 3))
NETWORK = RecordRef("group", 10)
MAIL, PRINT = RecordRef("service", 20), RecordRef("service", 21)
OWNER, MANAGER = "service-owner", "on-duty-manager"


def people(*held, joined=(), away=()) -> Records:
    return Records(WORLD, held=list(held), joined=list(joined), away=set(away))


def test_without_a_record_everybody_who_holds_the_role_may() -> None:
    there = people((ANN, OWNER, None), (BOB, OWNER, MAIL), (CAT, MANAGER, None))

    given = seat(OWNER, None, ROLES, there)

    assert given == Seat(OWNER, OWNER)
    assert candidates(given, there) == (ANN, BOB)


def test_for_a_record_its_own_holders_and_those_of_everything_may() -> None:
    there = people((ANN, OWNER, None), (BOB, OWNER, MAIL), (CAT, OWNER, PRINT))

    given = seat(OWNER, MAIL, ROLES, there)

    assert given == Seat(OWNER, OWNER, holder_for=MAIL)
    assert candidates(given, there) == (BOB, ANN)


def test_a_person_is_meant_itself_whatever_roles_are_held() -> None:
    there = people((ANN, OWNER, None))

    given = seat(OWNER, CAT, ROLES, there)

    assert given == Seat(OWNER, OWNER, person=CAT.id)
    assert candidates(given, there) == (CAT,)


def test_a_group_means_its_members_who_hold_the_role_for_all_or_for_it() -> None:
    there = people(
        (ANN, "specialist", None),
        (BOB, "specialist", NETWORK),
        (CAT, "specialist", None),
        joined=[(ANN, NETWORK), (BOB, NETWORK)],
    )

    given = seat("specialist", NETWORK, ROLES, there)

    assert given == Seat("specialist", "specialist", group=NETWORK.id)
    assert candidates(given, there) == (ANN, BOB)


def test_while_all_holders_are_away_the_fallback_serves() -> None:
    there = people((ANN, OWNER, MAIL), (CAT, MANAGER, None), away=[ANN])

    given = seat(OWNER, MAIL, ROLES, there)

    assert given == Seat(OWNER, MANAGER, holder_for=MAIL)
    assert candidates(given, there) == (CAT,)


def test_while_one_holder_is_there_the_role_serves_itself() -> None:
    there = people((ANN, OWNER, MAIL), (BOB, OWNER, None), (CAT, MANAGER, None), away=[ANN])

    assert seat(OWNER, MAIL, ROLES, there).role == OWNER


def test_a_role_without_holders_goes_to_its_fallback() -> None:
    there = people((CAT, MANAGER, None))

    given = seat(OWNER, MAIL, ROLES, there)

    assert (given.lane, given.role) == (OWNER, MANAGER)


def test_the_fallback_of_a_person_is_anyone_who_holds_it() -> None:
    there = people((CAT, MANAGER, None), away=[ANN])

    given = seat(OWNER, ANN, ROLES, there)

    assert given == Seat(OWNER, MANAGER)
    assert candidates(given, there) == (CAT,)


def test_when_those_who_stand_in_are_away_too_it_waits_for_the_first() -> None:
    there = people((ANN, OWNER, MAIL), (CAT, MANAGER, None), away=[ANN, CAT])

    given = seat(OWNER, MAIL, ROLES, there)

    assert given == Seat(OWNER, OWNER, holder_for=MAIL)
    assert candidates(given, there) == (ANN,)


def test_a_group_whose_members_do_not_hold_the_role_goes_to_the_fallback_in_it_or_to_any() -> None:
    there = people((ANN, OWNER, None), (CAT, MANAGER, None), joined=[(BOB, NETWORK)])

    given = seat(OWNER, NETWORK, ROLES, there)
    within = seat(
        OWNER,
        NETWORK,
        ROLES,
        people((CAT, MANAGER, None), (BOB, MANAGER, None), joined=[(BOB, NETWORK)]),
    )

    assert given == Seat(OWNER, MANAGER)
    assert candidates(given, there) == (CAT,)
    assert within == Seat(OWNER, MANAGER, group=NETWORK.id)


def test_nobody_at_all_is_told_with_the_role_and_the_record() -> None:
    with pytest.raises(NobodyHolds) as nobody:
        seat(OWNER, MAIL, ROLES, people((ANN, "specialist", None)))

    assert str(nobody.value) == (
        "Nobody holds the role Service owner for service 20, and nobody stands in for it. "
        "Enter a holder, then try again."
    )


def test_an_unknown_record_means_anyone_who_holds_the_role() -> None:
    there = people((ANN, OWNER, PRINT))

    assert seat(OWNER, None, ROLES, there) == Seat(OWNER, OWNER)


def test_of_a_list_any_one_is_meant() -> None:
    there = people(
        (ANN, OWNER, MAIL), (BOB, OWNER, NETWORK), (CAT, MANAGER, None), joined=[(BOB, NETWORK)]
    )

    given = seat(OWNER, (MAIL, NETWORK, CAT, MAIL), ROLES, there)

    assert given == Seat(OWNER, OWNER, any_of=(MAIL, NETWORK, CAT))
    assert candidates(given, there) == (ANN, BOB, CAT)


def test_a_list_of_one_is_that_one_and_of_none_is_anyone_who_holds_the_role() -> None:
    there = people((ANN, OWNER, None), (BOB, OWNER, MAIL))

    assert seat(OWNER, (MAIL,), ROLES, there) == Seat(OWNER, OWNER, holder_for=MAIL)
    assert seat(OWNER, (), ROLES, there) == Seat(OWNER, OWNER)


def test_where_nobody_of_a_list_holds_the_role_its_fallback_stands_in() -> None:
    there = people((CAT, MANAGER, None))

    given = seat(OWNER, (MAIL, PRINT), ROLES, there)

    assert given == Seat(OWNER, MANAGER, any_of=(MAIL, PRINT))
    assert candidates(given, there) == (CAT,)
