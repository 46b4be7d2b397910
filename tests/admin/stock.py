"""A small application with Flask-Admin's own pages, as its documentation makes them: to be attacked."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_admin import Admin
from flask_admin.contrib.sqla import ModelView
from flask_babel import Babel
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import relationship
from sqlalchemy.pool import StaticPool


class Status(enum.Enum):
    NEW = "new"
    CLOSED = "closed"


@dataclass
class Stock:
    """Requests and persons; request 1 is Ann's, request 2 Bob's. `view` shows requests."""

    flask: Flask
    database: SQLAlchemy
    view: ModelView

    @property
    def client(self) -> Any:
        return self.flask.test_client()

    def request(self, number: int) -> Any:
        """The row of a request as it is now."""
        with self.flask.app_context():
            asked = sa.select(self.view.model.__table__).where(self.view.model.number == number)
            return self.database.session.execute(asked).mappings().one_or_none()


def stock(*, babel: bool = True, **over: Any) -> Stock:
    """The application; `over` is what the class of requests' pages says besides."""
    flask = Flask("stock")
    flask.config.update(
        SECRET_KEY="x" * 32,
        TESTING=True,
        SQLALCHEMY_DATABASE_URI="sqlite://",
        SQLALCHEMY_ENGINE_OPTIONS={"poolclass": StaticPool},
    )
    database = SQLAlchemy(flask)
    if babel:
        Babel(flask)

    class Person(database.Model):  # type: ignore[name-defined,misc]
        id = sa.Column(sa.Integer, primary_key=True)
        name = sa.Column(sa.String(80))

        def __str__(self) -> str:
            return str(self.name)

    class Request(database.Model):  # type: ignore[name-defined,misc]
        number = sa.Column(sa.Integer, primary_key=True)
        summary = sa.Column(sa.String(80))
        status = sa.Column(sa.Enum(Status), default=Status.NEW)
        due = sa.Column(sa.DateTime)
        person_id = sa.Column(sa.ForeignKey(Person.id))
        person = relationship(Person, backref="requests")
        cause_id = sa.Column(sa.ForeignKey("request.number"))
        cause = relationship("Request", remote_side=number)

    view = type("Requests", (ModelView,), over)(Request, database, endpoint="request")
    pages = Admin(flask, name="Stock")
    pages.add_view(view)
    with flask.app_context():
        database.create_all()
        people = [Person(name="Ann"), Person(name="Bob")]
        requests = [Request(summary=f"{person}'s", person=person) for person in people]
        database.session.add_all([*people, *requests])
        database.session.commit()
    return Stock(flask, database, view)
