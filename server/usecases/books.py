"""What runs go by: the definitions that are served, or those that a run was begun with."""

from __future__ import annotations

import sqlalchemy as sa

from server import loading
from server.domain.definitions import Book
from server.domain.procedure import Procedure
from server.domain.refusals import NotFound
from server.domain.run import Run
from server.domain.words import in_words
from server.storage import pins
from server.storage.queues import Standing
from server.usecases.app import App


def current(app: App, procedure: str) -> Book:
    """The procedure as it is served now.

    Raises:
        NotFound: there is no such procedure.
    """
    if procedure not in app.definitions.procedures:
        raise NotFound(f"There is no procedure '{procedure}'.")
    return pinned(app, None, app.definitions.hashes[procedure], procedure)


def bare(run: Run | Standing) -> Book:
    """A book without any step, for a run whose own cannot be read any more."""
    procedure = Procedure(
        run.procedure,
        in_words(run.procedure),
        "",
        run.about.entity,
        "",
        None,
        None,
        {},
        (),
        (),
    )
    return Book(run.definition, procedure, {}, {}, {})


def pinned(
    app: App, connection: sa.Connection | None, digest: str, procedure: str | None = None
) -> Book:
    """What is kept under a hash; rebuilt at most once while the application is served."""
    found = app.books.get(digest)
    if found is not None:
        return found
    served = procedure or next(
        (key for key, known in app.definitions.hashes.items() if known == digest), None
    )
    if served is not None:
        book = app.definitions.book(served)
    else:
        assert connection is not None
        bundle = pins.bundle(connection, digest)
        if bundle is None:
            raise NotFound(f"The definitions {digest[:12]} that this run goes by are not kept.")
        book = loading.rebuild(bundle, app.definitions.entities)
    app.books[digest] = book
    return book
