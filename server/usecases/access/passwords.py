"""Passwords: which are taken, and how they are kept and compared.

They are kept as argon2 hashes. That a log-in is unknown takes as long to say as that the password
is wrong.
"""

from __future__ import annotations

import secrets
import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 1000

_HASHER = PasswordHasher()
_AT_ONCE = threading.BoundedSemaphore(4)
"""Each hash takes 64 MiB while it is made."""


def problems_of(password: str) -> dict[str, str]:
    """Why a password cannot be taken, under the name of its field; empty where it can."""
    if SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        return {}
    return {"password": f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters."}


def hashed(password: str) -> str:
    with _AT_ONCE:
        return _HASHER.hash(_bytes(password))


def matches(kept: str, password: str) -> bool:
    with _AT_ONCE:
        try:
            return _HASHER.verify(kept, _bytes(password[: LONGEST_PASSWORD + 1]))
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(kept: str) -> bool:
    """Whether it is kept as it would no longer be, and has to be hashed again."""
    return _HASHER.check_needs_rehash(kept)


@cache
def nobodys() -> str:
    """What the password of an unknown log-in is compared with."""
    return hashed(secrets.token_urlsafe(32))


def _bytes(password: str) -> bytes:
    return password.encode(errors="surrogatepass")
