"""What verbs for administrators have in common: the application opened, and refusals told."""

from __future__ import annotations

import sys
from collections.abc import Callable

from server.domain.refusals import Invalid, Refusal
from server.settings import Settings
from server.storage.database import Database
from server.usecases import App, publish


def carry_out(settings: Settings, do: Callable[[App], str]) -> int:
    """Do something with the application as it would be served, and print what that says.

    The status to exit with: 1 when it is refused, or there is nothing fit to be served.
    """
    database = Database(settings.database)
    try:
        said = do(publish.build(database, settings.definitions, settings.rules))
    except (Refusal, publish.Unservable) as refusal:
        return tell(refusal)
    finally:
        database.dispose()
    if said:
        print(said)
    return 0


def tell(refusal: Refusal | publish.Unservable) -> int:
    """Say why not and what to do instead; the status to exit with."""
    print(refusal, file=sys.stderr)
    if isinstance(refusal, Invalid):
        for name, sentence in refusal.problems.items():
            print(f"  {name}: {sentence}", file=sys.stderr)
    hint = getattr(refusal, "hint", "")
    if hint:
        print(f"hint: {hint}", file=sys.stderr)
    return 1
