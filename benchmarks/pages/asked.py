"""What is asked of the server: each page as one of several people would, another one every time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from random import Random

from benchmarks.crowd.words import RARE, THINGS
from benchmarks.pages.browser import Answer, Browser, form_of

LIST = "/records/incident_request/"
CLIENTS = ("analyst-1", "coordinator-1", "specialist-1", "analyst-2")
"""Those who ask at once."""


@dataclass(slots=True)
class Client:
    """Somebody who is logged in. `last` is the number of the newest request."""

    browser: Browser
    login: str
    last: int
    chance: Random
    tasks: Iterator[int] = field(default_factory=count)

    def record(self) -> int:
        """A request as people look at them: of the newest twentieth."""
        return self.last - self.chance.randrange(max(self.last // 20, 1))


Asking = Callable[[Client], Answer]


def _get(path: Callable[[Client], str] | str) -> Asking:
    return lambda client: client.browser.get(path if isinstance(path, str) else path(client))


def _edit(client: Client) -> Answer:
    """A word of an older request, of which no run holds the summary."""
    form: dict[str, str] = {}
    while "f-summary" not in form:
        path = f"{LIST}edit/?id={client.chance.randint(1, client.last // 3)}"
        form = form_of(client.browser.get(path).text)
    form["f-summary"] = f"{form['f-summary'].partition(' #')[0]} #{client.chance.randrange(10**6)}"
    return client.browser.post(path, form)


def _complete(client: Client) -> Answer:
    """A coordinator says that the facts are there and the group is right."""
    path = f"/tasks/{next(client.tasks)}/"
    form = form_of(client.browser.get(path).text)
    form |= {"f-information_complete": "yes", "f-right_group": "yes"}
    return client.browser.post(path, form)


ANYBODY: Mapping[str, Asking] = {
    "My work": _get("/"),
    "my queues": _get(lambda c: f"/?which={c.chance.choice(('mine', 'groups', 'waiting'))}"),
    "list": _get(lambda c: f"{LIST}?page={c.chance.choice((0, 0, 0, 1, 2, 20))}"),
    "list, sorted": _get(f"{LIST}?sort=priority"),
    "filter": _get(
        lambda c: (
            f"{LIST}?flt1_status={c.chance.choice(('assigned', 'pending', 'resolved', 'closed'))}"
            f"&flt4_assigned_group={c.chance.randint(1, 40)}"
        )
    ),
    "search, many hits": _get(lambda c: f"{LIST}?search={c.chance.choice(THINGS[:8])}"),
    "search, few hits": _get(f"{LIST}?search={RARE}"),
    "search, no hits": _get(lambda c: f"{LIST}?search=zyzzyx{c.chance.randrange(10**6)}"),
    "search over everything": _get(lambda c: f"/search/?q={c.chance.choice(THINGS[8:16])}"),
    "search by number": _get(lambda c: f"/search/?q=INC{c.record()}"),
    "look-up": _get(lambda c: f"/look-up/person?text={c.chance.choice(('ada', 'june', 'han'))}"),
    "record": _get(lambda c: f"{LIST}details/?id={c.record()}"),
    "a group with its requests": _get(
        lambda c: f"/records/group/details/?id={c.chance.randint(1, 40)}"
    ),
    "save a record": _edit,
}
COORDINATORS: Mapping[str, Asking] = {
    "task": _get(lambda c: f"/tasks/{next(c.tasks)}/"),
    "complete a task": _complete,
}
"""Asked by four coordinators, each about tasks of their own group."""


def own_tasks(page: str) -> list[int]:
    """The tasks of the first step that stand on a page of My work."""
    return [
        int(number) for number in re.findall(r'href="/tasks/(\d+)/">Review the request<', page)
    ]
