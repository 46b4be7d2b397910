"""G15: definitions are checked, tried and taken by running servers; wrong ones change nothing."""

from __future__ import annotations

import random
import shutil
import threading
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from werkzeug.test import Client

from server import main
from server.domain.actor import APPLICATION
from server.domain.refusals import NotAllowed, WrongState
from server.main import Server
from server.settings import Settings
from server.storage.database import Database
from server.usecases import database as databases
from server.usecases import publish
from tests.builders import acting, stored

pytestmark = pytest.mark.slow

SITE = """# yaml-language-server: $schema=decision.schema.json
decision: {key}
title: How dear is it?
inputs: {{ cost: {{ type: money }} }}
output: {{ dear: {{ type: yes_no }} }}
hits: first
rules:
  - {{ rule: dear, if: {{ cost: ">= {limit}" }}, then: {{ dear: yes }} }}
  - {{ otherwise: {{ dear: no }} }}
tests:
  - {{ given: {{ cost: 150 }}, expect: {{ dear: {expected} }} }}
"""
BROKEN = {
    "no YAML": "decision: [unclosed",
    "an unknown key": "decision: how-dear\ncolour: red\n",
    "a test that fails": SITE.format(key="how-dear", limit=100, expected="no"),
    "nothing": "",
    "bytes": "\x00\xff\xfe",
}


@pytest.fixture
def site(tmp_path: Path, monkeypatch) -> Path:
    """A site folder with one decision of its own, named as from where one works."""
    monkeypatch.chdir(tmp_path)
    folder = Path("site")
    (folder / "decisions").mkdir(parents=True)
    write(folder, SITE.format(key="how-dear", limit=100, expected="yes"))
    return folder


def write(site: Path, text: str, key: str = "how-dear") -> None:
    (site / "decisions" / f"{key}.yaml").write_bytes(text.encode("utf-8", "surrogateescape"))


@pytest.fixture
def server(sqlite: Database, site: Path, tmp_path: Path, monkeypatch) -> Server:
    definitions = publish.check((site,), trial=False).definitions
    assert definitions is not None
    models = publish.Models(definitions.entities)
    plan = databases.plan(sqlite, models)
    databases.apply(sqlite, models, plan, confirmed=True, now=datetime.now(UTC))
    monkeypatch.setattr(main, "LOOK_SECONDS", 0.0)
    return Server(
        Settings(
            definitions=(site,),
            database=sqlite.url.render_as_string(hide_password=False),
            data=tmp_path,
        )
    )


def limit_of(server: Server) -> str:
    server.look()
    rule = server.app.definitions.decisions["how-dear"].rules[0]
    assert rule.condition is not None
    return rule.condition.text


def publish_now(server: Server, site: Path):
    return publish.publish(server.app, APPLICATION, (site,))


def test_what_is_published_is_taken_by_a_running_server(server, site) -> None:
    before = limit_of(server)
    write(site, SITE.format(key="how-dear", limit=120, expected="yes"))

    unpublished = limit_of(server)
    number, checked = publish_now(server, site)

    assert not any(item.is_error for item in checked.diagnostics)
    assert number == 1
    assert "100" in before
    assert "100" in unpublished
    assert "120" in limit_of(server)


@pytest.mark.usefixtures("read_once")
@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN.keys())
def test_wrong_files_are_told_and_change_nothing(server, site, text) -> None:
    served = server.app
    write(site, text)

    number, checked = publish_now(server, site)

    assert checked.definitions is None
    assert all(str(item).count(": ") >= 2 for item in checked.diagnostics)
    assert any("how-dear.yaml" in str(item) for item in checked.diagnostics)
    assert number == 0
    server.look()
    assert server.app is served


def test_shipped_definitions_with_any_byte_range_destroyed_are_told_or_taken(tmp_path) -> None:
    shipped = Path(main.__file__).parent.parent / "definitions"
    files = sorted(path.relative_to(shipped) for path in shipped.rglob("*.yaml"))
    chance = random.Random(15)
    for number in range(12):
        file = chance.choice(files)
        folder = tmp_path / str(number)
        kind = file.parts[0]
        if kind == "model.yaml":
            continue
        target = folder / file
        target.parent.mkdir(parents=True)
        raw = bytearray((shipped / file).read_bytes())
        begin = chance.randrange(len(raw) - 20)
        raw[begin : begin + 20] = bytes(chance.randrange(256) for _ in range(20))
        text = b"replaces: " + file.stem.encode() + b"\n" + bytes(raw)
        target.write_bytes(text)

        checked = publish.check((folder,), trial=False)

        assert checked.definitions is not None or checked.diagnostics, file
        shutil.rmtree(folder)


@pytest.mark.usefixtures("read_once")
def test_a_server_that_cannot_load_what_was_published_goes_on_with_what_it_has(
    server, site, caplog
) -> None:
    write(site, SITE.format(key="how-dear", limit=120, expected="yes"))
    publish_now(server, site)
    write(site, "decision: [unclosed")

    served = limit_of(server)
    again = limit_of(server)

    assert "100" in served
    assert "100" in again
    assert "cannot be served here; going on" in caplog.text


@pytest.mark.usefixtures("read_once")
def test_a_server_whose_folder_is_gone_goes_on_with_what_it_has(server, site, caplog) -> None:
    publish_now(server, site)
    shutil.rmtree(site)

    assert "100" in limit_of(server)
    assert "cannot be served here; going on" in caplog.text


@pytest.mark.usefixtures("read_once")
def test_entities_that_the_database_does_not_have_yet_are_refused_with_what_to_do(
    server, site
) -> None:
    (site / "entities").mkdir()
    (site / "entities" / "lamp.yaml").write_text(
        "entity: lamp\ntitle: Lamp\nplural: lamps\npurpose: It gives light.\nlabel: name\n"
        "fields:\n  name: { title: Name, type: text, guideline: As it is called in the shop. }\n"
    )

    with pytest.raises(WrongState) as refused:
        publish_now(server, site)

    assert "procedura db plan" in refused.value.hint
    assert "lamp" not in server.app.definitions.entities


@pytest.mark.usefixtures("read_once")
def test_only_who_may_publish_does(server, site) -> None:
    person = stored(server.database, server.app.models, "person", name="Ann")

    with pytest.raises(NotAllowed, match="do not let you publish"):
        publish.publish(server.app, acting(person), (site,))


def test_no_request_fails_while_definitions_are_taken_again_and_again(server, site) -> None:
    stop = threading.Event()
    told: Counter[int] = Counter()
    failed: list[BaseException] = []

    def ask() -> None:
        client = Client(server)
        while not stop.wait(0.01):
            try:
                told[client.get("/healthy").status_code] += 1
                told[client.get("/api/v1/tasks").status_code] += 1
            except BaseException as error:  # noqa: BLE001  told to the test
                failed.append(error)
                return

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for limit in (110, 120, 130):
        write(site, SITE.format(key="how-dear", limit=limit, expected="yes"))
        publish_now(server, site)
        write(
            site,
            "decision: [unclosed"
            if limit == 120
            else SITE.format(key="how-dear", limit=limit, expected="yes"),
        )
        publish_now(server, site)
    stop.set()
    for thread in threads:
        thread.join()

    assert failed == []
    assert set(told) <= {200, 401, 404}
    assert told[401] > 0
    assert "130" in limit_of(server)
