"""Use cases of those who ask for something: report it, follow it, find help before.

Roles say so by `self_service`. What is read and written goes by the same rights as everywhere; who
holds only such roles reaches these pages and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from server.domain.actor import Actor
from server.domain.entity import STATUS, Entity
from server.domain.form import Form
from server.domain.refusals import Invalid, NotFound
from server.domain.role import SelfService
from server.domain.somebody import own_field
from server.domain.values import to_json
from server.engine.forms import Sheet
from server.usecases import helping, records, showing, submission
from server.usecases.app import App
from server.usecases.commands import Key
from server.usecases.helping import HelpOf
from server.usecases.refusing import not_allowed
from server.usecases.rights import Rights, rights_now
from server.usecases.running import Running
from server.usecases.views import FormView, Page, RecordView

MORE = "a role without self_service"
"""What a gate says it takes."""
MOST = 50
"""Records of one entity that are followed on one page."""
MOST_FINISHED = 10


@dataclass(frozen=True, slots=True)
class ReportView:
    """Something that this person may report, by its form."""

    key: str
    title: str
    form: FormView


@dataclass(frozen=True, slots=True)
class Followed:
    """A person's own records of an entity: those that go on, and the newest that are over."""

    entity: str
    title: str
    open: Page[RecordView]
    finished: tuple[RecordView, ...]


def offered(rights: Rights) -> SelfService | None:
    """What the roles held offer those who ask for something; None where none of them does."""
    known = rights.app.definitions.roles
    found = [known[key].self_service for key in sorted(rights.roles)]
    parts = [item for item in found if item is not None]
    if not parts:
        return None
    return SelfService(
        tuple(dict.fromkeys(key for part in parts for key in part.report)),
        {key: how for part in parts for key, how in part.follow.items()},
    )


def is_all(rights: Rights) -> bool:
    """Whether a person holds roles, and just such as reach pages of their own and no other."""
    known = rights.app.definitions.roles
    return (
        rights.somebody is not None
        and bool(rights.roles)
        and all(known[key].self_service is not None for key in rights.roles)
    )


def require_more(app: App, actor: Actor) -> None:
    """Go on only for somebody who does more here than to ask for something.

    Raises:
        NotAllowed: the person holds nothing but roles with pages of their own.
    """
    if is_all(rights_now(app, actor)):
        raise not_allowed(actor, MORE, "How the work is done is told to those who do it.")


def reports(app: App, actor: Actor) -> tuple[ReportView, ...]:
    """What this person may report."""
    with app.database.read() as connection:
        running = Running(app, connection, actor)
        service = _service(running.rights)
        forms = (app.definitions.forms[key] for key in service.report)
        return tuple(
            ReportView(
                form.key,
                form.title,
                showing.form_view(running, form.title, _sheet(running, form), (), {}),
            )
            for form in forms
        )


def report(
    app: App, actor: Actor, form_key: str, answers: Mapping[str, Any], *, key: Key | None = None
) -> RecordView:
    """Enter what somebody reports, as that person's own; procedures that it starts begin.

    Raises:
        NotFound: this person reports nothing by that form.
        Invalid: answers break the rules of the form, or of the record.
        NotAllowed: the role does not let such records be entered.
    """
    with app.database.read() as connection:
        running = Running(app, connection, actor)
        service = _service(running.rights)
        if form_key not in service.report:
            raise NotFound("You cannot report anything by this form.")
        form = app.definitions.forms[form_key]
        sheet = _sheet(running, form)
        values, _, problems = submission.filled(running, sheet, {}, answers)
        problems = {**sheet.problems(values), **problems}
        if problems:
            raise Invalid("There is something to put right.", problems)
        sent = {name: to_json(value) for name, value in sheet.written(values).items()}
        own = _own_field(running.rights, form.entity)
    person = {own: actor.id} if own is not None else {}
    return records.create(app, actor, form.entity, sent | person, key=key)


def followed(app: App, actor: Actor) -> tuple[Followed, ...]:
    """What becomes of what this person has asked for, entity by entity."""
    with app.database.read() as connection:
        service = _service(Running(app, connection, actor).rights)
    found = []
    for key, how in service.follow.items():
        entity = app.definitions.entities[key]
        final = [status.key for status in entity.statuses.values() if status.is_final]
        over = list(how.finished) or final
        going = [status for status in entity.statuses if status not in over]
        open_ones = records.page(
            app, actor, key, filters={STATUS: going} if going else None, limit=MOST
        )
        finished: tuple[RecordView, ...] = ()
        if over:
            page = records.page(app, actor, key, filters={STATUS: over}, limit=MOST_FINISHED)
            finished = page.items
        found.append(Followed(key, entity.plural, open_ones, finished))
    return tuple(found)


def is_helped(app: App, service: SelfService) -> bool:
    """Whether something may help with what people report."""
    return any(True for _ in _helped(app, service))


def suggestions(app: App, actor: Actor, text: str) -> tuple[HelpOf, ...]:
    """What may help with the words that somebody has written so far, of all that may be reported."""
    with app.database.read() as connection:
        service = _service(Running(app, connection, actor).rights)
    found: dict[str, HelpOf] = {}
    for entity in _helped(app, service):
        fields = {key for helpful in entity.helped_by for key in helpful.words[:1]}
        for group in helping.with_words(app, actor, entity.key, dict.fromkeys(fields, text)):
            found.setdefault(group.title, group)
    return tuple(found.values())


def _helped(app: App, service: SelfService) -> Iterator[Entity]:
    """The entities of which something is reported, where others may help with it."""
    definitions = app.definitions
    kinds = dict.fromkeys(definitions.forms[key].entity for key in service.report)
    yield from (
        definitions.entities[kind] for kind in kinds if definitions.entities[kind].helped_by
    )


def _service(rights: Rights) -> SelfService:
    found = offered(rights)
    if found is None:
        raise not_allowed(
            rights.actor, "a role with self_service", "None of your roles has these pages."
        )
    return found


def _sheet(running: Running, form: Form) -> Sheet:
    return Sheet(form, running.app.definitions.entities[form.entity], None, {}, running.draft)


def _own_field(rights: Rights, entity: str) -> str | None:
    """The field that makes a new record the reporter's own."""
    definitions = rights.app.definitions
    found = (
        own_field(definitions.roles[key], definitions.entities[entity])
        for key in sorted(rights.roles)
    )
    return next((field for field in found if field is not None), None)
