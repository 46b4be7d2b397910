"""What may help with a task or a record: a part of their pages, asked for once those are shown."""

from __future__ import annotations

from typing import Any

from flask import request

from admin.screen import Screen, actor, app, at
from server.domain.refusals import NotFound
from server.domain.values import RecordRef
from server.storage.lookup import LARGEST_ID
from server.usecases import helping
from server.usecases.helping import HelpOf


class Helping(Screen):
    """Solutions and records alike, beside a form or on the page of a record."""

    def __init__(self) -> None:
        super().__init__("Help", "helping", "/helping")

    def is_visible(self) -> bool:
        return False

    @at("/task/<int:task_id>/")
    def task(self, task_id: int) -> Any:
        return self._part(helping.with_task(app(), actor(), task_id))

    @at("/")
    def index(self) -> Any:
        """What may help with a record."""
        entity = request.args.get("of", "")
        number = request.args.get("id", 0, type=int)
        if entity not in app().definitions.entities or not 0 < number <= LARGEST_ID:
            raise NotFound("There is no such record.")
        return self._part(helping.with_record(app(), actor(), RecordRef(entity, number)))

    def _part(self, groups: tuple[HelpOf, ...]) -> Any:
        return self.render("screens/helping.html", groups=groups)
