"""Keys that only their holder knows: made at random, and kept as digests."""

from __future__ import annotations

import hashlib
import secrets


def new() -> str:
    """A key that nobody can guess, of letters that may stand in an address."""
    return secrets.token_urlsafe(32)


def digest(key: str) -> str:
    """As a key is kept. It is random, so that one pass of SHA-256 is enough."""
    return hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()
