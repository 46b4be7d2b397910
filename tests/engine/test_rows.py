"""Rows that are fixed are changed, and nobody adds to them or removes from them."""

from __future__ import annotations

from server.domain.form import FormField, Rows
from server.domain.values import RecordRef
from server.engine.draft import Draft
from server.engine.rows import Row, RowSheet
from tests.builders import AT, a_field, an_entity, back, choice, ref
from tests.engine.builders import Records, table_says

BALLOT = an_entity(
    "ballot",
    a_field("paper", ref("paper"), required=True),
    a_field("request", required=True),
    a_field("wish", choice("include", "reject")),
)
PAPER = an_entity("paper", a_field("name"), back("ballots", "ballot", "paper"))
ENTITIES = {"ballot": BALLOT, "paper": PAPER}
BALLOTS = Rows(
    "ballots",
    "ballot",
    "paper",
    (FormField("request", read_only=True), FormField("wish")),
    fixed=True,
)


def a_paper() -> tuple[Draft, RecordRef, RecordRef]:
    """A paper with one ballot."""
    world = Records(ENTITIES)
    draft = Draft(world, ENTITIES, {}, table_says, AT)
    paper = draft.create("paper", {"name": "Ann"})
    draft.create("ballot", {"paper": paper, "request": "A bench"})
    kept = world.keep(draft.finish()).values()
    [paper] = [one for one in kept if one.entity == "paper"]
    [ballot] = [one for one in kept if one.entity == "ballot"]
    return Draft(world, ENTITIES, {}, table_says, AT), paper, ballot


def problems(*sent: Row) -> dict[str, str]:
    draft, paper, _ = a_paper()
    return RowSheet(BALLOTS, BALLOT, paper, None, {}, draft).problems(sent)


def test_a_fixed_row_is_changed() -> None:
    _, _, ballot = a_paper()

    assert problems(Row(ballot, {"wish": "reject"})) == {}


def test_nobody_adds_to_fixed_rows_or_removes_from_them() -> None:
    _, _, ballot = a_paper()

    assert problems(Row(ballot, remove=True)) == {"ballots.0": "No ballot is removed here."}
    assert problems(Row(None, {"wish": "include"})) == {"ballots.0": "No ballot is added here."}
