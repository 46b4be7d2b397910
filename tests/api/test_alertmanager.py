"""Debian's prometheus-alertmanager delivers real alerts, and the shipped definitions handle them."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.api.live import serving, shipped_desk
from tests.builders import stored
from tests.conftest import missing

PROGRAM = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
CONFIG = """
route: { receiver: procedura, group_by: [service], group_wait: 0s, group_interval: 1s, repeat_interval: 2s }
receivers:
  - name: procedura
    webhook_configs:
      - url: ADDRESS/api/v1/events/alertmanager
        send_resolved: true
        http_config: { authorization: { credentials: TOKEN } }
"""


class Alertmanager:
    """A real one, on a port of its own, that delivers to one address."""

    def __init__(self, address: str, token: str, folder: Path) -> None:
        folder.mkdir()
        config = folder / "alertmanager.yml"
        config.write_text(CONFIG.replace("ADDRESS", address).replace("TOKEN", token))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = (folder / "log").open("w")
        self.process = subprocess.Popen(
            [
                str(PROGRAM),
                f"--config.file={config}",
                f"--storage.path={folder / 'storage'}",
                f"--web.listen-address=127.0.0.1:{self.port}",
                "--cluster.listen-address=",
            ],
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )
        until(self.answers)

    def answers(self):
        with contextlib.suppress(OSError):
            return self.call("/-/ready") == 200
        return False

    def call(self, path, body=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=5) as response:
            return response.status

    def alert(self, *, over=False, **labels):
        """Tell it, as Prometheus does, that an alert fires; or that it is over."""
        now = datetime.now(UTC)
        alert = {
            "labels": {"alertname": "DiskFull", "severity": "critical", **labels},
            "annotations": {"summary": "The disk is full", "description": "97 % of 40 GB"},
            "startsAt": STARTED.isoformat(),
            "endsAt": (now if over else now + timedelta(minutes=5)).isoformat(),
            "generatorURL": "http://prometheus.example.org/graph",
        }
        assert self.call("/api/v2/alerts", [alert]) == 200

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        self.log.close()


STARTED = datetime.now(UTC) - timedelta(minutes=1)


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)
    return found


@pytest.fixture
def program():
    if PROGRAM is None:
        missing("no Alertmanager: install prometheus-alertmanager")


@pytest.fixture
def desk(program, database):
    desk = shipped_desk(database)
    stored(database, desk.app.models, "ci", name="web-1")
    return desk


@pytest.fixture
def otto(desk):
    return desk.person("Otto", "operator")


@pytest.fixture
def senders(desk, otto, tmp_path):
    """Three Alertmanagers that deliver to the desk."""
    with serving(desk) as address, contextlib.ExitStack() as stack:
        started = []
        for number in range(3):
            started.append(Alertmanager(address, otto.token, tmp_path / f"sender{number}"))
            stack.callback(started[-1].stop)
        yield started


def events_of(caller):
    return caller.get("/records/event?sort=id").json["items"]


@pytest.mark.slow
def test_an_alert_becomes_one_event_from_its_first_sign_to_its_end(otto, senders):
    # when three senders are told of one alert at once
    for sender in senders:
        sender.alert(instance="web-1:9100")
    # then there is one event, linked and waiting for an operator
    until(lambda: events_of(otto))
    counted = until(lambda: [e for e in events_of(otto) if e["values"]["occurrences"] >= 6])
    [event] = events_of(otto)
    assert [event["id"]] == [item["id"] for item in counted]
    values = event["values"]
    assert (values["summary"], values["severity"]) == ("The disk is full", "critical")
    assert event["shown"]["ci"] == "web-1"
    assert values["first_seen_at"].startswith(STARTED.isoformat()[:19])
    assert values["resolved_at"] is None
    [task] = otto.get("/tasks").json["items"]
    assert task["about"]["id"] == event["id"]
    # when they say that it is over
    for sender in senders:
        sender.alert(instance="web-1:9100", over=True)
    # then that is noted, and the event is still open for judgement
    until(lambda: events_of(otto)[0]["values"]["resolved_at"])
    time.sleep(2)
    [event] = events_of(otto)
    assert event["values"]["status"] == "open"
    assert event["values"]["resolved_at"]


@pytest.mark.slow
def test_different_alerts_are_different_events(otto, senders):
    for number, sender in enumerate(senders):
        for each in (number, number + 1):
            sender.alert(instance=f"db-{each}:9100", service="mail")
    until(lambda: len(events_of(otto)) == 4)
    time.sleep(2.5)
    assert len(events_of(otto)) == 4
    assert len({event["values"]["fingerprint"] for event in events_of(otto)}) == 4


@pytest.mark.slow
def test_what_was_not_taken_is_sent_again(desk, otto, tmp_path):
    # given a server that is away when the alert comes
    with serving(desk) as address:
        pass
    port = int(address.rpartition(":")[2])
    sender = Alertmanager(address, otto.token, tmp_path / "sender")
    try:
        sender.alert(instance="web-1:9100")
        time.sleep(1)
        assert events_of(otto) == []
        # when it is there again
        with serving(desk, port=port):
            # then nothing was lost
            until(lambda: events_of(otto))
    finally:
        sender.stop()


@pytest.mark.slow
def test_a_sender_without_a_token_is_told_and_changes_nothing(desk, tmp_path):
    with serving(desk) as address:
        sender = Alertmanager(address, "proc_unknown", tmp_path / "sender")
        sender.alert(instance="web-1:9100")
        until(lambda: "401" in (tmp_path / "sender" / "log").read_text())
        sender.stop()
    ada = desk.person("Ada", "administrator")
    assert ada.get("/inbox").json["items"] == []
