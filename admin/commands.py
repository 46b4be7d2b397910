"""Names for submissions, so that one that is sent twice is carried out once."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from server.usecases.commands import Key


def key(command: str, verb: str, *what: Any) -> Key:
    """The name of a command: the token of the form that sent it, and what it asks for."""
    asked = json.dumps([verb, *what], sort_keys=True, default=str)
    digest = hashlib.sha256(asked.encode()).hexdigest()
    return Key(f"screen:{command[:64]}", digest, lambda _result: {"screen": verb})
