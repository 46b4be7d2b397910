"""Watching a record, from its page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for

from admin.screen import actor, app
from server.domain.values import RecordRef
from server.usecases import watching

pages = Blueprint("watching", __name__)


@pages.post("/watch/<entity>/<int:record>")
def watch(entity: str, record: int) -> Any:
    watching.watch(app(), actor(), RecordRef(entity, record))
    flash("What is open about this record stands under Watched in My work.", "success")
    return redirect(url_for(f"{entity}.details_view", id=record))


@pages.post("/watch/<entity>/<int:record>/end")
def leave(entity: str, record: int) -> Any:
    watching.leave(app(), actor(), RecordRef(entity, record))
    return redirect(url_for(f"{entity}.details_view", id=record))
