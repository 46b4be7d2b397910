"""Logging in by the organisation's own service, which says who somebody is and in which groups.

A person is known by what the service calls them; the first time, by an e-mail address that the
service has verified. Roles name the groups whose members hold them (`log_in_groups`): they are given at each
log-in, and taken away when the group is gone. What people have given by hand stays.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from server.domain.actor import APPLICATION, Actor
from server.domain.refusals import NotAuthenticated
from server.domain.role import kept_apart
from server.domain.somebody import PERSON
from server.domain.values import RecordRef, Value
from server.storage.access import accounts as kept
from server.storage.access import services
from server.storage.access.accounts import Account
from server.storage.people import HOLDER
from server.usecases import duties
from server.usecases.access import keys, passwords
from server.usecases.access.accounts import actor_of, normal_login
from server.usecases.app import App
from server.usecases.commands import carry_out
from server.usecases.running import Running

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Claims:
    """What the service says of somebody, once it is proved that the service says it.

    `subject` is what the `issuer` calls them, and nobody else ever; `email` is empty unless the
    service has verified it; `login` is what they like to be called when they log in.
    """

    issuer: str
    subject: str
    name: str = ""
    email: str = ""
    login: str = ""
    groups: frozenset[str] = frozenset()


def log_in_by_service(app: App, claims: Claims) -> Actor:
    """The person whom the service speaks of; their account is made where there is none.

    Raises:
        NotAuthenticated: nobody here is meant, and nobody is entered; or the account is closed.
    """
    with app.database.read() as connection:
        is_known = services.account_known_as(connection, app.models, claims.issuer, claims.subject)
    hashed = "" if is_known else passwords.hashed(keys.new())  # which nobody knows

    def enter(running: Running) -> Callable[[], Account]:
        account, person = _known(running, claims)
        if account is None and person is None:
            person = _entered(running, claims)
        login = "" if account else _free_login(running, claims)

        def save() -> Account:
            found = account
            if found is None:
                assert person is not None
                stored = running.stored_as(person)
                kept.add_account(running.connection, login, stored.id, hashed, running.at)
                found = kept.by_login(running.connection, app.models, login)
            assert found is not None
            if _is_new(running, claims):
                services.make_known(
                    running.connection, claims.issuer, claims.subject, found.id, running.at
                )
            return found

        return save

    account = carry_out(app, APPLICATION, enter)
    if HOLDER in app.definitions.entities:
        wanted = frozenset(
            role.key
            for role in app.definitions.roles.values()
            if role.log_in_groups & claims.groups
        )
        carry_out(app, APPLICATION, lambda running: _take_away(running, account, wanted))
        carry_out(app, APPLICATION, lambda running: _give(running, account, wanted))
    return actor_of(account)


# -- who is meant -----------------------------------------------------------------------------


def _known(running: Running, claims: Claims) -> tuple[Account | None, RecordRef | None]:
    """The account of whom the service speaks, and the person where there is one without an account."""
    connection, models = running.connection, running.app.models
    account = services.account_known_as(connection, models, claims.issuer, claims.subject)
    if account is not None:
        return _open(account), None
    person = _by_email(running, claims.email) if claims.email else None
    if person is None:
        return None, None
    found = services.accounts_of_person(connection, models, person.id)
    if not found:
        return None, person
    account = _open(next((item for item in found if item.is_active), found[0]))
    if services.is_known(connection, claims.issuer, account.id):
        raise NotAuthenticated(
            "The log-in service knows this person by another name already.",
            hint="Ask an administrator: somebody else may have had this e-mail address before.",
        )
    return account, None


def _open(account: Account) -> Account:
    if not account.is_active:
        raise NotAuthenticated(
            "This account is closed.", hint="Ask an administrator to open it again."
        )
    return account


def _by_email(running: Running, email: str) -> RecordRef | None:
    found = services.persons_of_email(running.connection, running.app.models, email)
    if len(found) > 1:
        raise NotAuthenticated(
            "Several persons have your e-mail address.",
            hint="Ask an administrator to leave it to one of them.",
        )
    return found[0] if found else None


def _entered(running: Running, claims: Claims) -> RecordRef:
    """A new person, where the installation enters whom it does not know."""
    if not running.app.entrance.enters_unknown:
        raise NotAuthenticated(
            "You are not known here.",
            hint="Ask an administrator to enter you with the e-mail address that you log in with.",
        )
    entity = running.app.definitions.entities[PERSON]
    values: dict[str, Value] = {entity.label: claims.name or claims.email or claims.login}
    if "email" in entity.fields and claims.email:
        values["email"] = claims.email
    missing = [
        item.title for item in entity.columns if item.is_to_be_given and item.key not in values
    ]
    if missing or not values[entity.label]:
        raise NotAuthenticated(
            f"The log-in service does not say enough of you: {', '.join(missing) or 'your name'}.",
            hint="Ask an administrator to enter you.",
        )
    return running.draft.create(PERSON, values)


def _free_login(running: Running, claims: Claims) -> str:
    host = urlsplit(claims.issuer).hostname or "service"
    for wished in (claims.login, claims.email, f"{claims.subject}@{host}"):
        login = normal_login(wished)
        if login and kept.by_login(running.connection, running.app.models, login) is None:
            return login
    raise NotAuthenticated(
        "Another account has your name.", hint="Ask an administrator to give it another."
    )


def _is_new(running: Running, claims: Claims) -> bool:
    known = services.account_known_as(
        running.connection, running.app.models, claims.issuer, claims.subject
    )
    return known is None


# -- what they may ----------------------------------------------------------------------------


def _take_away(running: Running, account: Account, wanted: frozenset[str]) -> Callable[[], None]:
    """Take the roles back of which the groups are gone."""
    held = services.roles_given(running.connection, running.app.models, account.id)
    gone = [holder for holder, role in held.items() if role not in wanted]
    for holder in gone:
        running.draft.delete(holder)
    return lambda: services.forget_given(running.connection, gone)


def _give(running: Running, account: Account, wanted: frozenset[str]) -> Callable[[], None]:
    """Give the roles that groups bring, but none that is kept apart from another that is held."""
    person = RecordRef(PERSON, account.person)
    held = {item.role for item in running.records.holdings(person) if item.of is None}
    held |= set(services.roles_given(running.connection, running.app.models, account.id).values())
    given: list[RecordRef] = []
    for role in sorted(wanted - held):
        values: dict[str, Value] = {PERSON: person, "role": role}
        if kept_apart(running.app.definitions.roles, role) & held or duties.kept(
            running, HOLDER, values
        ):
            log.warning("%s is not given the role %s: it is kept apart", account.login, role)
            continue
        given.append(running.draft.create(HOLDER, values))
        held.add(role)
    return lambda: services.note_given(
        running.connection, account.id, map(running.stored_as, given)
    )
