"""A notification: whom a run tells what, in which words."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.expression import Expression


@dataclass(frozen=True, slots=True)
class Notification:
    """`to` are expressions for persons, groups or records, each with the role that is meant there.

    A role without an expression means everybody who holds it. `subject` and `text` are templates of
    a sandbox: `{{ incident_request.number }}` and nothing that could act.
    """

    key: str
    title: str
    about: str
    to: tuple[Recipient, ...]
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Recipient:
    role: str | None = None
    of: Expression | None = None
