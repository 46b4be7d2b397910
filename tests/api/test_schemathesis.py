"""schemathesis sends thousands of requests made from the description, and finds nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.live import serving, shipped_desk

SCHEMATHESIS = Path(sys.executable).with_name("st")
CHECKS = Path(__file__).with_name("strict_checks.py")
EXAMPLES = int(os.environ.get("PROCEDURA_EXAMPLES", "10"))
PATHS = "^/(records/(incident_request|event|ci)(/|$)|tasks(/|$))"
CONFIG = f"""
hooks = "tests.api.strict_checks"
seed = 1

[output.truncation]
enabled = false

[checks.positive_data_acceptance]
# A request that fits may name records that are not there, or a revision that has passed.
expected-statuses = [200, 201, 204, 401, 403, 404, 409, 412, 422]

[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428]

[checks.missing_required_header]
expected-statuses = [428]

[[operations]]
# What was deleted leaves its history.
include-path-regex = "/history$"
checks.use_after_free.enabled = false

[phases.examples]
enabled = true

[generation]
max-examples = {EXAMPLES}
"""


@pytest.mark.slow
def test_three_entities_and_the_tasks_keep_what_their_description_promises(sqlite, tmp_path):
    # given the shipped definitions with some work to do
    desk = shipped_desk(sqlite)
    roles = ("administrator", "service-desk-analyst", "operator", "specialist")
    ann = desk.person("Ann", *roles)
    for number in range(3):
        values = {"summary": f"Disk {number} is full", "severity": "critical"}
        made = ann.post("/records/event", {"values": values})
        assert made.status_code == 201, made.json
    assert ann.get("/tasks").json["items"]
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG)
    # when schemathesis tries all it can think of
    with serving(desk, works=False) as address:
        found = subprocess.run(
            [
                SCHEMATHESIS,
                "--config-file",
                config,
                "run",
                f"{address}/api/v1/openapi.json",
                "--header",
                f"Authorization: Bearer {ann.token}",
                "--include-path-regex",
                PATHS,
                "--no-color",
            ],
            capture_output=True,
            text=True,
            cwd=CHECKS.parents[2],
            check=False,
        )
    # then nothing is found
    assert found.returncode == 0, found.stdout[-30_000:] + found.stderr
