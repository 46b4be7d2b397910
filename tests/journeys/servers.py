"""The real server as a program of its own, that can be killed and started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

PATIENCE_SECONDS = 60.0
PROGRAM = Path(sys.executable).with_name("procedura")


class ServerProcess:
    """`procedura serve` on a database, in a process group of its own.

    `command` is how the program is called, `arguments` what `serve` is told besides its port.
    """

    def __init__(self, database: str, folder: Path, program: Path = PROGRAM) -> None:
        self.folder = folder
        self.command: tuple[str, ...] = (str(program),)
        self.arguments: tuple[str, ...] = ()
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **{name: value for name, value in os.environ.items() if "PROCEDURA" not in name},
            "PROCEDURA_DATABASE": database,
            "PROCEDURA_SECRET_FILE": str(folder / "secret"),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def carry_out(self, *arguments: str) -> str:
        """What a verb of the command line says, on the same database."""
        done = subprocess.run(
            [*self.command, *arguments],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self) -> None:
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self.command, "serve", "--port", str(self.port), *self.arguments],
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_ready()

    def kill(self) -> None:
        """As a power cut: the whole process group, at once."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.address}/ready", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise AssertionError((self.folder / "server.log").read_text())


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
