"""/health and /ready"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from tests.api.desk import Desk, flask_of
from tests.builders import stored


def ready(desk):
    return desk.flask.test_client().get("/ready")


def test_a_server_that_answers_is_alive(desk):
    alive = desk.flask.test_client().get("/health")
    assert (alive.status_code, alive.json) == (200, {"status": "ok"})


def test_a_server_is_ready_and_tells_how_many_roles_nobody_holds_and_not_which(desk, ann):
    found = ready(desk)
    assert found.status_code == 200
    assert found.json["ready"] is True
    assert found.json["generation"] == "g1"
    assert found.json["roles_without_holder"] == 2
    assert "specialist" not in found.get_data(as_text=True)
    assert found.json["roles_held_together"] == 0


def test_a_role_that_another_stands_in_for_is_not_without_a_holder(desk, ann, sam):
    assert ready(desk).json["roles_without_holder"] == 0


def test_a_server_whose_database_is_behind_is_not_ready(desk):
    with desk.app.database.write() as connection:
        connection.execute(sa.text("DROP TABLE gadget"))
    found = ready(desk)
    assert found.status_code == 503
    assert "db apply" in found.json["problems"][0]


def test_a_server_without_a_database_is_not_ready(desk):
    stored(desk.app.database, desk.app.models, "person", name="Ann")
    desk.app.database.dispose()
    path = Path(desk.app.database.url.database)
    path.write_bytes(b"no database at all" * 1000)
    found = ready(Desk(desk.app, flask_of(desk.app)))
    assert found.status_code == 503
    assert found.json["problems"] == ["The database does not answer."]
