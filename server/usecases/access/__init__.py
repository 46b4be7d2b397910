"""Who somebody is: accounts, by which persons log in, their sessions and their tokens."""

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
from server.usecases.access.administering import (
    Administered,
    administered,
    administered_one,
    another_password,
    keep_out,
    let_back_in,
    let_in,
    take_token,
)
from server.usecases.access.links import (
    password_link,
    person_of_link,
    require_set_up_link,
    set_password_by_link,
    set_up,
    set_up_link,
)
from server.usecases.access.logging_in import change_password, log_in, require_passwords
from server.usecases.access.services import Claims, log_in_by_service
from server.usecases.access.sessions import (
    begin_session,
    end_session,
    resume_session,
    sessions,
)
from server.usecases.access.tokens import (
    actor_of_token,
    bearer,
    create_token,
    revoke,
    revoke_token,
    tokens,
)

__all__ = [
    "Administered",
    "Claims",
    "accounts",
    "actor_of_account",
    "actor_of_token",
    "administered",
    "administered_one",
    "another_password",
    "bearer",
    "begin_session",
    "change_password",
    "close_account",
    "create_account",
    "create_accounts",
    "create_administrator",
    "create_token",
    "end_session",
    "keep_out",
    "let_back_in",
    "let_in",
    "log_in",
    "log_in_by_service",
    "open_account",
    "password_link",
    "person_called",
    "person_of_link",
    "require_passwords",
    "require_set_up_link",
    "resume_session",
    "revoke",
    "revoke_token",
    "sessions",
    "set_password",
    "set_password_by_link",
    "set_up",
    "set_up_link",
    "take_token",
    "tokens",
]
