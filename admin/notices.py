"""What the application tells the person who is logged in."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from admin.screen import Screen, actor, app, at
from server.usecases import notices


class Notices(Screen):
    """Reached by the bell."""

    def __init__(self) -> None:
        super().__init__("Notifications", "notices", "/notifications", "bell")

    def is_visible(self) -> bool:
        return False

    @at("/")
    def index(self) -> Any:
        after = request.args.get("after", type=int)
        page = notices.page(app(), actor(), after=after)
        return self.render(
            "screens/notices.html",
            items=page.items,
            further=url_for("notices.index", after=page.after) if page.after else None,
        )

    @at("/<int:notice_id>/read", methods=("POST",))
    def read(self, notice_id: int) -> Response:
        notices.mark_read(app(), actor(), notice_id)
        return redirect(url_for("notices.index"))
