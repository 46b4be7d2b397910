"""ROL008 changed-unseen: a role may change or delete records that it may not read.

What is said of an entity takes the place of what is said of `*`, so that reading has to be named
again with it. To enter records without seeing those of others is sound: a letter box does so.

    role: clerk
    may:
      case: [update]
      "*": [read]

Right:

    role: clerk
    may:
      case: [read, update]
      "*": [read]
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.role import EVERY_ENTITY, Operation
from server.domain.words import words
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "ROL008"
_WORKS_ON = {Operation.UPDATE: "change", Operation.DELETE: "delete"}


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, role in sorted(manuscript.roles.items()):
        source = manuscript.source("role", key)
        for name, grant in role.may.items():
            for operation, verb in _WORKS_ON.items():
                if operation in grant.operations and Operation.READ not in grant.operations:
                    what = "records" if name == EVERY_ENTITY else f"a {words(name)}"
                    yield Diagnostic(
                        CODE,
                        source.key_mark("may", name),
                        f"Holders may {verb} {what}, and may not read what they {verb}.",
                        "Add 'read'; what is said here takes the place of what '*' gives.",
                    )
                    break
