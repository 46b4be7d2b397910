"""The tables that every installation has. Those that come from entities are made in `models`.

Persons and records are meant by their ids; which entity an id belongs to stands beside it, so no
fixed table needs to change when an organisation adds an entity.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Index, MetaData, Table, UniqueConstraint

from server.storage.columns import Id, Json, Moment

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)


def _key() -> Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=True)


def _partial(name: str, where: sa.ColumnElement[bool], *columns: Column[Any]) -> None:
    """An index of only the rows that are asked for: what is done with costs nothing."""
    Index(name, *columns, sqlite_where=where, postgresql_where=where)


definition = Table(
    "procedura_definition",
    metadata,
    Column("hash", sa.String(64), primary_key=True),
    Column("name", sa.String(120), nullable=False),
    Column("bundle", Json, nullable=False),
    Column("kept_at", Moment, nullable=False),
    comment="What runs are pinned to, a procedure with all it uses; and decisions that set fields",
)

run = Table(
    "procedura_run",
    metadata,
    _key(),
    Column("procedure", sa.String(120), nullable=False),
    Column("definition", sa.String(64), sa.ForeignKey(definition.c.hash), nullable=False),
    Column("about_entity", sa.String(120), nullable=False),
    Column("about_id", Id, nullable=False),
    Column("state", sa.String(20), nullable=False),
    Column("end", sa.String(120)),
    Column("scopes", Json, nullable=False),
    Column("revision", sa.Integer, nullable=False),
    Column("sequence", sa.Integer, nullable=False),
    Column("task_count", sa.Integer, nullable=False),
    Column("started_by", Id),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    sqlite_autoincrement=True,
    comment="One walk through a procedure",
)
_goes_on = run.c.state.in_(["open", "failed"])
Index(
    "uq_procedura_run_open",
    run.c.procedure,
    run.c.about_entity,
    run.c.about_id,
    unique=True,
    sqlite_where=_goes_on,
    postgresql_where=_goes_on,
)
Index("ix_procedura_run_about", run.c.about_entity, run.c.about_id)
Index("ix_procedura_run_started_by", run.c.started_by, run.c.id)
Index("ix_procedura_run_procedure", run.c.procedure, run.c.id)
Index("ix_procedura_run_state", run.c.state, run.c.id)
_partial("ix_procedura_run_going_on", _goes_on, run.c.started_by, run.c.id)

task = Table(
    "procedura_task",
    metadata,
    _key(),
    Column("run_id", Id, sa.ForeignKey(run.c.id), nullable=False),
    Column("number", sa.Integer, nullable=False),
    Column("procedure", sa.String(120), nullable=False),
    Column("step", sa.String(120), nullable=False),
    Column("scope", sa.Integer, nullable=False),
    Column("title", sa.String(80), nullable=False),
    Column("about_entity", sa.String(120), nullable=False),
    Column("about_id", Id, nullable=False),
    Column("state", sa.String(20), nullable=False),
    Column("lane", sa.String(120), nullable=False),
    Column("role", sa.String(120), nullable=False),
    Column("for_entity", sa.String(120)),
    Column("for_id", Id),
    Column("group_id", Id),
    Column("person_id", Id),
    Column("not_by", sa.String(400)),
    Column("any_of", sa.Text),
    Column("question", sa.Text),
    Column("answers_to", sa.Integer),
    Column("on_hold", sa.String(400)),
    Column("due_at", Moment),
    Column("late_at", Moment),
    Column("claimed_by", Id),
    Column("opened_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("completed_by", Id),
    Column("outcome", sa.String(120)),
    Column("answers", Json),
    Column("draft", Json),
    Column("revision", sa.Integer, nullable=False),
    comment="One step of one run, waiting for a person or done",
)
Index("ix_procedura_task_run_id", task.c.run_id, task.c.state)
# Each way on which an open task comes to somebody has an index; see `ways`.
_is_open = task.c.state == "open"
_is_anybodys = sa.and_(*(task.c[name].is_(None) for name in ("group_id", "person_id")))
_is_by_role = sa.and_(_is_anybodys, task.c.for_id.is_(None), task.c.any_of.is_(None))
for _name, _where, *_columns in (
    ("claimed", task.c.claimed_by.is_not(None), "claimed_by", "id"),
    ("meant", task.c.person_id.is_not(None), "person_id", "id"),
    ("group", task.c.group_id.is_not(None), "group_id", "role", "id"),
    ("role", _is_by_role, "role", "id"),
    ("held", task.c.for_id.is_not(None), "role", "for_entity", "for_id", "id"),
    ("stand_in", task.c.for_id.is_not(None), "role", "id"),
    ("listed", task.c.any_of.is_not(None), "state", "id"),
    ("about", sa.true(), "about_entity", "about_id"),
    ("step", sa.true(), "procedure", "step", "id"),
):
    _partial(
        f"ix_procedura_task_open_{_name}",
        sa.and_(_is_open, _where),
        *(task.c[_column] for _column in _columns),
    )
# By these, runs are found in which somebody has had a part.
for _column in ("claimed_by", "person_id", "completed_by"):
    _partial(
        f"ix_procedura_task_had_{_column}",
        sa.and_(task.c.state != "open", task.c[_column].is_not(None)),
        task.c[_column],
        task.c.run_id,
    )

wait = Table(
    "procedura_wait",
    metadata,
    _key(),
    Column("run_id", Id, sa.ForeignKey(run.c.id), nullable=False),
    Column("scope", sa.Integer, nullable=False),
    Column("step", sa.String(120), nullable=False),
    Column("since", Moment, nullable=False),
    Column("wakes_at", Moment),
    Column("for_run", Id, sa.ForeignKey(run.c.id)),
    UniqueConstraint("run_id", "scope"),
    sqlite_autoincrement=True,
    comment="What open runs wait for: a moment, a condition, or the end of another run",
)
Index(
    "ix_procedura_wait_wakes_at",
    wait.c.wakes_at,
    wait.c.id,
    sqlite_where=wait.c.wakes_at.is_not(None),
    postgresql_where=wait.c.wakes_at.is_not(None),
)
Index(
    "ix_procedura_wait_for_run",
    wait.c.for_run,
    sqlite_where=wait.c.for_run.is_not(None),
    postgresql_where=wait.c.for_run.is_not(None),
)

watch = Table(
    "procedura_watch",
    metadata,
    Column("run_id", Id, sa.ForeignKey(run.c.id), primary_key=True),
    Column("watched", sa.String(400), primary_key=True),
    comment="What open runs read live beyond their own record; a change of it has them looked at",
)
Index("ix_procedura_watch_watched", watch.c.watched)

history = Table(
    "procedura_history",
    metadata,
    _key(),
    Column("run_id", Id, sa.ForeignKey(run.c.id), nullable=False),
    Column("sequence", sa.Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("person_id", Id),
    Column("kind", sa.String(40), nullable=False),
    Column("step", sa.String(120)),
    Column("facts", Json, nullable=False),
    UniqueConstraint("run_id", "sequence"),
    comment="What has happened to a run, line by line; replaying it gives the run",
)

verdict = Table(
    "procedura_verdict",
    metadata,
    _key(),
    Column("decision", sa.String(160), nullable=False),
    Column("definition", sa.String(64), nullable=False),
    Column("run_id", Id),
    Column("step", sa.String(120)),
    Column("about_entity", sa.String(120)),
    Column("about_id", Id),
    Column("at", Moment, nullable=False),
    Column("inputs", Json, nullable=False),
    Column("hits", Json, nullable=False),
    Column("output", Json, nullable=False),
    Column("because", Json, nullable=False),
    Column("evaluator", sa.String(20), nullable=False),
    comment="What a decision said, with everything needed to say it again",
)
Index("ix_procedura_verdict_run_id", verdict.c.run_id)
Index("ix_procedura_verdict_about", verdict.c.about_entity, verdict.c.about_id)
Index("ix_procedura_verdict_decision", verdict.c.decision, verdict.c.id)

change = Table(
    "procedura_change",
    metadata,
    _key(),
    Column("entity", sa.String(120), nullable=False),
    Column("record_id", Id, nullable=False),
    Column("revision", sa.Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("person_id", Id),
    Column("run_id", Id),
    Column("step", sa.String(120)),
    Column("rule", sa.String(200)),
    Column("reason", sa.String(500)),
    Column("field", sa.String(120), nullable=False),
    Column("old", Json),
    Column("new", Json),
    comment="The audit of records: who changed what, from what to what, by which rule",
)
Index("ix_procedura_change_record", change.c.entity, change.c.record_id, change.c.id)

follow = Table(
    "procedura_follow",
    metadata,
    Column("person_id", Id, primary_key=True),
    Column("entity", sa.String(120), primary_key=True),
    Column("record_id", Id, primary_key=True),
    comment="Which records people watch",
)

saved_view = Table(
    "procedura_saved_view",
    metadata,
    _key(),
    Column("list", sa.String(120), nullable=False),
    Column("name", sa.String(80), nullable=False),
    Column("person_id", Id, nullable=False),
    Column("sharing", sa.String(20), nullable=False),
    Column("group_id", Id),
    Column("asked", Json, nullable=False),
    UniqueConstraint("person_id", "list", "name"),
    comment="Views of lists that people keep: search, filters, order and columns under a name",
)
Index("ix_procedura_saved_view_list", saved_view.c.list)

default_view = Table(
    "procedura_default_view",
    metadata,
    Column("person_id", Id, primary_key=True),
    Column("list", sa.String(120), primary_key=True),
    Column("view_id", Id, sa.ForeignKey(saved_view.c.id), nullable=False, index=True),
    comment="With which saved view a list opens for somebody",
)

note = Table(
    "procedura_note",
    metadata,
    _key(),
    Column("entity", sa.String(120), nullable=False),
    Column("record_id", Id, nullable=False),
    Column("at", Moment, nullable=False),
    Column("person_id", Id),
    Column("text", sa.Text, nullable=False),
    Column("is_internal", sa.Boolean, nullable=False),
    comment="The journal of records: what people have written about them",
)
Index("ix_procedura_note_record", note.c.entity, note.c.record_id, note.c.id)
Index("ix_procedura_note_person", note.c.person_id)

attachment = Table(
    "procedura_attachment",
    metadata,
    _key(),
    Column("note_id", Id, sa.ForeignKey(note.c.id), nullable=False),
    Column("name", sa.String(200), nullable=False),
    Column("size", sa.Integer, nullable=False),
    Column("content", sa.LargeBinary, nullable=False),
    comment="Files that were attached to notes",
)
Index("ix_procedura_attachment_note", attachment.c.note_id)

notice = Table(
    "procedura_notice",
    metadata,
    _key(),
    Column("person_id", Id, nullable=False),
    Column("notification", sa.String(120), nullable=False),
    Column("subject", sa.String(300), nullable=False),
    Column("text", sa.Text, nullable=False),
    Column("about_entity", sa.String(120), nullable=False),
    Column("about_id", Id, nullable=False),
    Column("run_id", Id),
    Column("at", Moment, nullable=False),
    Column("read_at", Moment),
    comment="Notifications in the application, one row a person",
)
Index("ix_procedura_notice_person", notice.c.person_id, notice.c.id)
_partial("ix_procedura_notice_unread", notice.c.read_at.is_(None), notice.c.person_id)

inbox = Table(
    "procedura_inbox",
    metadata,
    _key(),
    Column("source", sa.String(120), nullable=False),
    Column("identity", sa.String(500), nullable=False),
    Column("message", Json, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("state", sa.String(20), nullable=False),
    Column("attempts", sa.Integer, nullable=False, server_default="0"),
    Column("due_at", Moment, nullable=False),
    Column("problem", sa.Text),
    Column("handled_at", Moment),
    Column("record_entity", sa.String(120)),
    Column("record_id", Id),
    comment="Messages of monitoring tools, kept before they are handled",
)
Index(
    "ix_procedura_inbox_waiting",
    inbox.c.id,
    sqlite_where=inbox.c.state == "waiting",
    postgresql_where=inbox.c.state == "waiting",
)
Index(
    "ix_procedura_inbox_parked",
    inbox.c.id,
    sqlite_where=inbox.c.state == "parked",
    postgresql_where=inbox.c.state == "parked",
)

identity = Table(
    "procedura_identity",
    metadata,
    Column("source", sa.String(120), primary_key=True),
    Column("identity", sa.String(500), primary_key=True),
    Column("message_id", Id, nullable=False),
    Column("record_entity", sa.String(120)),
    Column("record_id", Id),
    Column("ended_at", Moment),
    comment="Which record the messages of one identity belong to, and up to which message",
)

command = Table(
    "procedura_command",
    metadata,
    Column("key", sa.String(200), primary_key=True),
    Column("request", sa.String(64), nullable=False),
    Column("answer", Json, nullable=False),
    Column("at", Moment, nullable=False),
    comment="Commands that were carried out under a key of the caller, and what was answered",
)

failure = Table(
    "procedura_failure",
    metadata,
    _key(),
    Column("run_id", Id, sa.ForeignKey(run.c.id)),
    Column("step", sa.String(120)),
    Column("sentence", sa.Text, nullable=False),
    Column("detail", sa.Text),
    Column("command", Json),
    Column("state", sa.String(20), nullable=False),
    Column("attempts", sa.Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("settled_at", Moment),
    comment="Where a run could not go on; shown to administrators, to be retried or settled",
)
Index("ix_procedura_failure_run_id", failure.c.run_id)

account = Table(
    "procedura_account",
    metadata,
    _key(),
    Column("login", sa.String(200), nullable=False, unique=True),
    Column("person_id", Id, nullable=False),
    Column("password", sa.String(300), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("disabled_at", Moment),
    comment="Who may log in, as which person; passwords as argon2 hashes",
)

token = Table(
    "procedura_token",
    metadata,
    _key(),
    Column("account_id", Id, sa.ForeignKey(account.c.id), nullable=False),
    Column("digest", sa.String(64), nullable=False, unique=True),
    Column("label", sa.String(200), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
    Column("scope", sa.String(20), nullable=False, server_default="administer"),
    comment="Bearer tokens of the API, as SHA-256 digests",
)

session = Table(
    "procedura_session",
    metadata,
    _key(),
    Column("account_id", Id, sa.ForeignKey(account.c.id), nullable=False, index=True),
    Column("digest", sa.String(64), nullable=False, unique=True),
    Column("begun_at", Moment, nullable=False),
    Column("used_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("agent", sa.String(80), nullable=False),
    Column("address", sa.String(60), nullable=False),
    comment="Browsers that are logged in; their keys as SHA-256 digests",
)

link = Table(
    "procedura_link",
    metadata,
    _key(),
    Column("account_id", Id, sa.ForeignKey(account.c.id), unique=True),
    Column("digest", sa.String(64), nullable=False, unique=True),
    Column("expires_at", Moment, nullable=False),
    comment="Links that let somebody in once: to a password for an account, or to the first account",
)

known = Table(
    "procedura_known",
    metadata,
    _key(),
    Column("account_id", Id, sa.ForeignKey(account.c.id), nullable=False, index=True),
    Column("issuer", sa.String(300), nullable=False),
    Column("subject", sa.String(300), nullable=False),
    Column("at", Moment, nullable=False),
    sa.UniqueConstraint("issuer", "subject"),
    comment="What log-in services call the person of an account",
)
given = Table(
    "procedura_given",
    metadata,
    _key(),
    Column("account_id", Id, sa.ForeignKey(account.c.id), nullable=False, index=True),
    Column("holder_id", Id, nullable=False, unique=True),
    comment="Holders of roles that are there because of a group at a log-in service",
)
attempt = Table(
    "procedura_attempt",
    metadata,
    Column("login", sa.String(200), primary_key=True),
    Column("failures", sa.Integer, nullable=False),
    Column("last_at", Moment, nullable=False),
    comment="Log-ins that failed lately, so that guessing is slowed down",
)

setting = Table(
    "procedura_setting",
    metadata,
    Column("key", sa.String(120), primary_key=True),
    Column("value", Json, nullable=False),
    comment="What all processes of an installation share, such as the generation of definitions",
)
