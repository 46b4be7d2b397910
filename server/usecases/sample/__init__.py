"""The sample: an invented organisation with some weeks of history, to try the product with.

Everything is made through the use cases that people use, with a clock that is moved, so that a
sample is nothing that the product could not have come to by itself. It is the same every time, up
to the day on which it is made.
"""

from __future__ import annotations

from dataclasses import replace

from server.domain.actor import APPLICATION
from server.domain.refusals import WrongState
from server.usecases import access, records
from server.usecases.app import App
from server.usecases.sample import history
from server.usecases.sample.organisation import (
    PASSWORD,
    Organisation,
    enter,
    logins_by_role,
)
from server.usecases.sample.work import Clock

__all__ = ["PASSWORD", "is_empty", "is_there", "load", "logins_by_role"]


def load(app: App) -> Organisation:
    """Fill an empty database with the sample; `app.now` is the end of its history.

    Raises:
        WrongState: the database holds records already.
    """
    if not is_empty(app):
        raise WrongState(
            "The database holds people already.",
            hint="The sample goes into an empty database: name another in PROCEDURA_DATABASE.",
        )
    until = app.now()
    clock = Clock(history.begins(until))
    organisation = enter(replace(app, now=clock), until)
    history.play(app, organisation, clock, until)
    return organisation


def is_empty(app: App) -> bool:
    """Whether nobody has been entered yet."""
    return not records.page(app, APPLICATION, "person", limit=1).items


def is_there(app: App) -> bool:
    """Whether the people of the sample can log in here."""
    logins = {name for names in logins_by_role().values() for name in names}
    return logins <= {account.login for account in access.accounts(app)}
