"""What roles let people do by hand, entity by entity, with where it is written."""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.entity import Entity
from server.domain.role import Grant
from server.loading.manuscript import Manuscript
from server.loading.marked import Path, SourceFile


def grants(manuscript: Manuscript) -> Iterator[tuple[SourceFile, Path, Entity, Grant]]:
    """Every grant of every role that is about an entity that there is."""
    for key, role in sorted(manuscript.roles.items()):
        source = manuscript.source("role", key)
        for name, grant in role.may.items():
            entity = manuscript.entities.get(name)
            if entity is not None:
                yield source, ("may", name), entity, grant
