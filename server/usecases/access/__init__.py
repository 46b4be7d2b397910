"""Who somebody is: accounts, by which persons log in, and their tokens."""

from server.usecases.access.accounts import (
    accounts,
    actor_of_account,
    close_account,
    create_account,
    create_accounts,
    create_administrator,
    open_account,
    person_called,
    set_password,
)
from server.usecases.access.logging_in import log_in
from server.usecases.access.tokens import (
    actor_of_token,
    bearer,
    create_token,
    revoke,
    revoke_token,
    tokens,
)

__all__ = [
    "accounts",
    "actor_of_account",
    "actor_of_token",
    "bearer",
    "close_account",
    "create_account",
    "create_accounts",
    "create_administrator",
    "create_token",
    "log_in",
    "open_account",
    "person_called",
    "revoke",
    "revoke_token",
    "set_password",
    "tokens",
]
