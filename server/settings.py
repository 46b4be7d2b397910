"""What differs between installations, read from the environment once; read by `main` only."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

PORT = 5000
BODY_LIMIT = 1 << 20
DATABASE = "sqlite:///var/procedura.db"


@dataclass(frozen=True, slots=True)
class LogInService:
    """A provider of OpenID Connect, and the client that this installation is to it.

    `title` is what people call it; `groups` the claim in which it tells who belongs to what. Whom it
    knows and we do not is entered (`enters_unknown`), or refused.
    """

    issuer: str
    client: str
    secret: str = field(repr=False)
    title: str = "your organisation"
    scopes: str = "openid email profile"
    groups: str = "groups"
    enters_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """An installation's settings. Each is a variable of the environment, named in the guide.

    `definitions` are site folders, later ones laid over earlier ones; `database` an SQLAlchemy URL;
    `rules` is `durable-rules`, `python`, or None for the first of them that is there; `data` is the
    folder of what must not be lost beside the database; `https` says that browsers come by HTTPS;
    `body_limit` is how many bytes a request to the API may hold; `proxies` how many web servers stand
    in front, whose word on who asks from where is taken. `service` is where the organisation's people log
    in, and `passwords` says that they may log in with one of ours.
    """

    definitions: tuple[Path, ...] = ()
    database: str = DATABASE
    rules: str | None = None
    host: str = "127.0.0.1"
    port: int = PORT
    data: Path = Path("var")
    secret_file: Path | None = None
    https: bool = False
    body_limit: int = BODY_LIMIT
    proxies: int = 0
    service: LogInService | None = None
    passwords: bool = True

    @property
    def address(self) -> str:
        """Where a browser on this machine finds the server."""
        return f"http://{self.host}:{self.port}"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """The settings that these variables give; what they leave open is as in `Settings()`.

        Raises:
            ValueError: a variable cannot be read; the text is a sentence.
        """
        folders = environ.get("PROCEDURA_DEFINITIONS", "")
        port = environ.get("PROCEDURA_PORT", str(PORT))
        if not port.isdigit():
            raise ValueError(f"PROCEDURA_PORT is '{port}', which is not the number of a port.")
        body_limit = environ.get("PROCEDURA_BODY_LIMIT", str(BODY_LIMIT))
        if not body_limit.isdigit():
            raise ValueError(
                f"PROCEDURA_BODY_LIMIT is '{body_limit}', which is no number of bytes."
            )
        proxies = environ.get("PROCEDURA_PROXIES", "0")
        if not (proxies.isascii() and proxies.isdigit()):
            raise ValueError(
                f"PROCEDURA_PROXIES is '{proxies}', which is no number of web servers."
            )
        rules = environ.get("PROCEDURA_RULES") or None
        if rules not in {None, "durable-rules", "python"}:
            raise ValueError(f"PROCEDURA_RULES is '{rules}'; it is 'durable-rules' or 'python'.")
        secret_file = environ.get("PROCEDURA_SECRET_FILE")
        service = _service(environ)
        passwords = _choice(environ, "PROCEDURA_PASSWORDS", ("yes", "no")) == "yes"
        if not passwords and service is None:
            raise ValueError(
                "PROCEDURA_PASSWORDS is 'no', and PROCEDURA_OIDC_ISSUER is empty: nobody could log in."
            )
        return cls(
            definitions=tuple(Path(name) for name in folders.split(os.pathsep) if name),
            database=_database(environ),
            rules=rules,
            host=environ.get("PROCEDURA_HOST", "127.0.0.1"),
            port=int(port),
            data=Path(environ.get("PROCEDURA_DATA", "var")),
            secret_file=Path(secret_file) if secret_file else None,
            https=environ.get("PROCEDURA_HTTPS", "").lower() in {"1", "yes", "true"},
            body_limit=int(body_limit),
            proxies=int(proxies),
            service=service,
            passwords=passwords,
        )

    def secret(self) -> str:
        """The key that signs sessions: from its file, or made once with mode 0600.

        Processes that start together agree on one: the file is put there whole, or not at all.
        """
        path = self.secret_file or self.data / "secret"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            made = path.with_name(f"{path.name}.{os.getpid()}")
            made.touch(mode=0o600)
            made.write_text(secrets.token_urlsafe(48))
            try:
                os.link(made, path)
            except FileExistsError:
                pass
            finally:
                made.unlink()
        return path.read_text().strip()


def _database(environ: Mapping[str, str]) -> str:
    """The database's URL, from PROCEDURA_DATABASE or the file that PROCEDURA_DATABASE_FILE names."""
    named = environ.get("PROCEDURA_DATABASE_FILE")
    if named:
        return Path(named).read_text().strip()
    return environ.get("PROCEDURA_DATABASE", DATABASE)


def _service(environ: Mapping[str, str]) -> LogInService | None:
    """The log-in service, if its issuer is named.

    Raises:
        ValueError: it cannot be asked so.
    """
    issuer = environ.get("PROCEDURA_OIDC_ISSUER", "")
    if not issuer:
        return None
    parts = urlsplit(issuer)
    is_near = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if not parts.hostname or parts.scheme not in ({"https", "http"} if is_near else {"https"}):
        raise ValueError(f"PROCEDURA_OIDC_ISSUER is '{issuer}'; it begins with https://.")
    client = environ.get("PROCEDURA_OIDC_CLIENT", "")
    named = environ.get("PROCEDURA_OIDC_SECRET_FILE")
    secret = Path(named).read_text().strip() if named else environ.get("PROCEDURA_OIDC_SECRET", "")
    if not client or not secret:
        raise ValueError(
            "PROCEDURA_OIDC_ISSUER is set; PROCEDURA_OIDC_CLIENT and PROCEDURA_OIDC_SECRET "
            "(or PROCEDURA_OIDC_SECRET_FILE) have to be, too."
        )
    scopes = environ.get("PROCEDURA_OIDC_SCOPES", "openid email profile")
    if "openid" not in scopes.split():
        raise ValueError(f"PROCEDURA_OIDC_SCOPES is '{scopes}'; 'openid' has to be among them.")
    unknown = _choice(environ, "PROCEDURA_OIDC_UNKNOWN", ("refuse", "enter"))
    return LogInService(
        issuer,
        client,
        secret,
        title=environ.get("PROCEDURA_OIDC_TITLE", "your organisation"),
        scopes=scopes,
        groups=environ.get("PROCEDURA_OIDC_GROUPS", "groups"),
        enters_unknown=unknown == "enter",
    )


def _choice(environ: Mapping[str, str], name: str, known: tuple[str, str]) -> str:
    """What a variable says of two; the first where it is not set."""
    value = environ.get(name, known[0]).lower()
    if value not in known:
        raise ValueError(f"{name} is '{value}'; it is '{known[0]}' or '{known[1]}'.")
    return value
