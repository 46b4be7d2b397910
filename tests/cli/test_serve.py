"""`procedura serve` as a program of its own, where there is nothing fit to be served."""

from __future__ import annotations

import subprocess

import pytest

from tests.journeys.servers import ServerProcess

pytestmark = pytest.mark.slow


def test_serving_ends_and_says_what_to_do_where_nothing_is_fit_to_be_served(tmp_path):
    # given a database that nobody has brought to the definitions
    server = ServerProcess(f"sqlite:///{tmp_path / 'empty.db'}", tmp_path)
    # when it is to be served
    done = subprocess.run(
        [*server.command, "serve", "--port", str(server.port)],
        env=server.environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    # then the program ends, and tells no more than somebody can do something about
    assert done.returncode == 1
    assert set(done.stdout.splitlines()) == {
        "The database has not been brought to the definitions yet. Do so with 'procedura db apply'."
    }
    assert "Traceback" not in done.stderr
