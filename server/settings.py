"""What differs between installations, read from the environment once; read by `main` only."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PORT = 5000
BODY_LIMIT = 1 << 20
DATABASE = "sqlite:///var/procedura.db"


@dataclass(frozen=True, slots=True)
class Settings:
    """An installation's settings. Each is a variable of the environment, named in the guide.

    `definitions` are site folders, later ones laid over earlier ones; `database` an SQLAlchemy URL;
    `rules` is `durable-rules`, `python`, or None for the first of them that is there; `data` is the
    folder of what must not be lost beside the database; `https` says that browsers come by HTTPS;
    `body_limit` is how many bytes a request to the API may hold; `proxies` how many web servers stand
    in front, whose word on who asks from where is taken.
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
