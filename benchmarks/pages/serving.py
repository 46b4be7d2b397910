"""The server as it is installed, as a program of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Served:
    port: int
    process: int

    def megabytes(self) -> float:
        """What the processes that serve hold in memory, the largest of them (Linux)."""
        own = Path(f"/proc/{self.process}/task/{self.process}/children").read_text().split()
        pages = [int(Path(f"/proc/{child}/statm").read_text().split()[1]) for child in own]
        return max(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextlib.contextmanager
def served(url: str, processes: int) -> Iterator[Served]:
    """A server on a database; stopped in the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        program = "from server.main import cli; cli()"
        arguments = ["serve", "--port", str(port), "--processes", str(processes)]
        with log.open("wb") as told:
            process = subprocess.Popen(
                [sys.executable, "-c", program, *arguments],
                env=os.environ | {"PROCEDURA_DATABASE": url, "PROCEDURA_DATA": folder},
                stdout=told,
                stderr=told,
                start_new_session=True,
            )
        try:
            _wait(port, process, log)
            yield Served(port, process.pid)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(log.read_text())
