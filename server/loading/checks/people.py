"""ENT003 people: the entities of people lack something that handing out work needs.

Work goes to persons, to members of groups and to holders of roles. So there are `person` and
`group`, each with a name, `membership` with a person and a group, and `holder` with a person and a
role.

    entity: membership
    fields:
      person: { title: Person, ref: person, required: yes, guideline: Whoever joins. }
      since: { title: Since, type: date, guideline: The first working day with the others. }

Right:

    entity: membership
    fields:
      person: { title: Person, ref: person, required: yes, guideline: Whoever joins. }
      group: { title: Group, ref: group, required: yes, guideline: The group joined. }
      since: { title: Since, type: date, guideline: The first working day with the others. }
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from server.domain.entity import Entity
from server.domain.values import Kind, Type
from server.loading.diagnostics import Diagnostic, Mark
from server.loading.manuscript import Manuscript

CODE = "ENT003"

_NAME = Type(Kind.TEXT)
_PERSON = Type(Kind.REF, entity="person")
_GROUP = Type(Kind.REF, entity="group")
NEEDED: Mapping[str, Mapping[str, Type]] = {
    "person": {"name": _NAME},
    "group": {"name": _NAME},
    "membership": {"person": _PERSON, "group": _GROUP},
    "holder": {"person": _PERSON, "role": Type(Kind.CHOICE)},
}
OPTIONAL: Mapping[str, Mapping[str, tuple[Kind, ...]]] = {
    "person": {
        "email": (Kind.TEXT,),
        "active": (Kind.YES_NO,),
        "away_from": (Kind.DATE, Kind.DATE_TIME),
        "away_until": (Kind.DATE, Kind.DATE_TIME),
    },
    "holder": {
        "from_date": (Kind.DATE,),
        "until_date": (Kind.DATE,),
        "delegate": (Kind.REF,),
        "delegate_from": (Kind.DATE,),
        "delegate_until": (Kind.DATE,),
    },
}
"""What is understood where it is there."""


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    if not manuscript.procedures:
        return
    for key, fields in NEEDED.items():
        if manuscript.is_broken("entity", key):
            continue
        entity = manuscript.entities.get(key)
        if entity is None:
            yield Diagnostic(
                CODE,
                Mark(f"entities/{key}.yaml", 1, 1),
                f"There is no entity '{key}', and without it nobody can be given work.",
                f"Write it, with the fields {', '.join(fields)}.",
            )
            continue
        yield from _problems(manuscript, entity, fields)


def _problems(
    manuscript: Manuscript, entity: Entity, fields: Mapping[str, Type]
) -> Iterator[Diagnostic]:
    source = manuscript.source("entity", entity.key)
    for name, typ in fields.items():
        field = entity.fields.get(name)
        if field is None:
            yield Diagnostic(
                CODE,
                source.key_mark("fields"),
                f"{entity.title} needs a field '{name}'.",
                "Handing out work reads it.",
            )
        elif field.type.kind is not typ.kind or typ.entity not in {None, field.type.entity}:
            yield Diagnostic(
                CODE,
                source.key_mark("fields", name),
                f"'{name}' has to be {_words(typ)}.",
                "Handing out work reads it.",
            )
        elif not field.required:
            yield Diagnostic(
                CODE,
                source.key_mark("fields", name),
                f"'{name}' has to be required.",
                "Handing out work reads it.",
            )
    for name, kinds in OPTIONAL.get(entity.key, {}).items():
        field = entity.fields.get(name)
        if field is not None and field.type.kind not in kinds:
            yield Diagnostic(
                CODE,
                source.key_mark("fields", name),
                f"'{name}' has to be {' or '.join(kinds)}.",
                "Handing out work reads it.",
            )


def _words(typ: Type) -> str:
    return f"a reference to {typ.entity}" if typ.entity else f"a {typ.kind}"
