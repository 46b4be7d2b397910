"""A provider of OpenID Connect that others wrote, and somebody who logs in there."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests

HERE = Path(__file__).parent
PROGRAM = HERE / "node_modules" / "oidc-provider" / "lib" / "index.js"
PATIENCE = 20


@dataclass(frozen=True)
class Provider:
    """`issuer` is its address; `client` ours, to which people are sent back."""

    issuer: str
    client: str

    def knows(self, **people: Mapping[str, Any]) -> None:
        """Let there be these people, each with what is told of them."""
        self._tell("people", people)

    def bends(self, **claims: Any) -> None:
        """Let tokens say this from here on, whatever is true."""
        self._tell("bend", claims)

    def log_in(self, address: str, login: str) -> str:
        """Log in where a browser was sent to; the address to which it is sent back."""
        with requests.Session() as browser:
            page = browser.get(address, timeout=PATIENCE)
            sent = {"prompt": "login", "login": login, "password": "any"}
            form = re.search(r'<form[^>]*action="([^"]+)"', page.text)
            assert form is not None, page.text
            to = urljoin(page.url, form[1])
            answer = browser.post(to, data=sent, allow_redirects=False, timeout=PATIENCE)
            while not (to := answer.headers["Location"]).startswith(f"{self.client}/"):
                to = urljoin(answer.url, to)
                answer = browser.get(to, allow_redirects=False, timeout=PATIENCE)
            return to

    def _tell(self, path: str, said: Any) -> None:
        requests.post(f"{self.issuer}/{path}", json=said, timeout=PATIENCE).raise_for_status()


@contextmanager
def running(client: str) -> Iterator[Provider]:
    """A provider whose only client is at this address."""
    process = subprocess.Popen(
        ["node", str(HERE / "provider.mjs"), client],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        told = (line.strip() for line in process.stdout)
        yield Provider(next(line for line in told if line.startswith("http://")), client)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
