"""A browser that is logged in: keeps its cookie and its connection, and reads forms."""

from __future__ import annotations

import http.client
import time
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlencode

TOKEN = "csrf_token"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    seconds: float
    location: str

    @property
    def text(self) -> str:
        return self.body.decode()


class Browser:
    """One client of a server on this machine."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        self._cookie = ""

    def log_in(self, login: str, password: str) -> None:
        form = form_of(self.get("/log-in").text)
        answer = self.post("/log-in", form | {"login": login, "password": password})
        assert answer.status == 302, answer.status

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None)

    def post(self, path: str, form: dict[str, str]) -> Answer:
        return self._ask("POST", path, urlencode(form))

    def opened(self, path: str) -> http.client.HTTPResponse:
        """An answer that is still coming."""
        self._connection.request("GET", path, headers={"Cookie": self._cookie})
        return self._connection.getresponse()

    def close(self) -> None:
        self._connection.close()

    def _ask(self, method: str, path: str, body: str | None) -> Answer:
        headers = {"Cookie": self._cookie}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        begun = time.perf_counter()
        try:
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
        except http.client.RemoteDisconnected:  # it rested for longer than the server waits
            begun = time.perf_counter()
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
        content = response.read()
        taken = time.perf_counter() - begun
        for cookie in response.headers.get_all("Set-Cookie") or ():
            self._cookie = cookie.partition(";")[0]
        return Answer(response.status, content, taken, response.headers.get("Location") or "")


def form_of(page: str) -> dict[str, str]:
    """What a page's inputs hold, as a browser would send them."""
    reader = _Inputs()
    reader.feed(page)
    return reader.found


class _Inputs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._name = ""
        self._in_text = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        name = given.get("name", "")
        match tag:
            case "input" if name and given.get("type") in {"radio", "checkbox"}:
                if "checked" in given:
                    self.found[name] = given.get("value", "on")
            case "input" if name and given.get("type") != "file":
                self.found[name] = given.get("value", "")
            case "textarea" if name:
                self._name, self._in_text = name, True
                self.found[name] = ""
            case "select" if name:
                self._name = name
            case "option" if "selected" in given:
                self.found[self._name] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._in_text = False

    def handle_data(self, data: str) -> None:
        if self._in_text:
            self.found[self._name] += data.removeprefix("\n")
