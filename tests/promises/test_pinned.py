"""G9 and G10: a run keeps the definition it began with, and every verdict can be given again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from server.domain.actor import APPLICATION
from server.domain.refusals import Failed, WrongState
from server.domain.run import RunState
from server.usecases import records, runs, tasks
from tests.promises.shop import WORKSHOP, Shop, open_shop, serve
from tests.promises.sound import assert_sound, verdicts_are_given_again

INTAKE, MENDING = "procedures/repair/intake.yaml", "procedures/repair/mending.yaml"
ESTIMATE = {"price": "12.50", "parts_there": True, "hours": 2}
Change = Callable[..., Shop]


@pytest.fixture
def shop(database) -> Shop:
    return open_shop(database)


@pytest.fixture
def changed(tmp_path: Path) -> Change:
    """The same workshop on the same database, served with some texts of one file replaced."""

    def serve_changed(shop: Shop, *texts: tuple[str, str, str], gone: str = "") -> Shop:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        shutil.copytree(WORKSHOP, folder)
        for pattern, before, after in texts:
            paths = [path for path in folder.glob(pattern) if before in path.read_text()]
            assert paths, before
            for path in paths:
                path.write_text(path.read_text().replace(before, after))
        if gone:
            (folder / gone).unlink()
        return replace(shop, app=serve(shop.app.database, folder, now=shop.clock))

    return serve_changed


def test_an_open_run_goes_on_as_it_began_and_a_new_one_by_the_new_files(shop, changed) -> None:
    old = shop.bring("Old")
    new_files = changed(
        shop,
        (
            INTAKE,
            "{ mend: mend, order: order, refuse: refuse }",
            "{ mend: order, order: mend, refuse: refuse }",
        ),
        (INTAKE, "title: Estimate the work", "title: Look inside"),
    )

    new = new_files.bring("New")
    lines = tasks.my_work(new_files.app, new_files.actor("Max")).items
    done = {
        str(line.about): tasks.complete(
            new_files.app, new_files.actor("Max"), line.id, outcome=None, answers=ESTIMATE
        )
        for line in lines
    }

    assert [line.title for line in lines] == ["Estimate the work", "Look inside"]
    assert [result.run_end for result in done.values()] == ["mending", None]
    assert [[line.step for line in result.opened] for result in done.values()] == [
        ["mend"],
        ["order"],
    ]
    assert runs.view(new_files.app, APPLICATION, old.line.id).definition != new.definition
    assert_sound(new_files.app)


def test_settings_of_a_decision_hold_for_runs_begun_with_them(shop, changed) -> None:
    shop.bring("Old")
    stricter = changed(
        shop,
        ("decisions/worth-mending.yaml", "value: 8", "value: 1"),
    )
    stricter.bring("New")

    ends = [
        tasks.complete(
            stricter.app, stricter.actor("Max"), line.id, outcome=None, answers=ESTIMATE
        ).run_end
        for line in tasks.my_work(stricter.app, stricter.actor("Max")).items
    ]

    assert ends == ["mending", "not-worth-it"]
    assert verdicts_are_given_again(stricter.app) == 4


def test_forms_are_those_of_the_run_and_entities_those_of_today(shop, changed) -> None:
    shop.bring("Old")
    other = changed(shop, ("forms/item-estimate.yaml", "      - fault\n", ""))
    shorter = replace(
        other.app.definitions.entities["item"],
        title="Thing",
        fields={
            **other.app.definitions.entities["item"].fields,
            "fault": replace(
                other.app.definitions.entities["item"].fields["fault"], title="Trouble"
            ),
        },
    )
    entities = {**other.app.definitions.entities, "item": shorter}
    other = replace(
        other,
        app=replace(other.app, definitions=replace(other.app.definitions, entities=entities)),
    )

    view = tasks.view(other.app, other.actor("Max"), other.open_tasks()["estimate"].id)

    assert [field.title for field in view.form.fields][:3] == ["Name", "Trouble", "Price"]


def test_a_procedure_that_is_gone_lets_its_open_runs_go_on(shop, changed) -> None:
    shop.bring("Violin", dear=True)
    gone = changed(
        shop, ("processes/repair.yaml", ", hurry", ""), gone="procedures/repair/hurry.yaml"
    )

    done = gone.complete("look", "Moritz")

    assert done.run_state is RunState.ENDED
    line = next(line for line in runs.page(gone.app, APPLICATION).items if line.id == done.run_id)
    assert line.procedure_title == "hurry"
    gone.bring("Flute", dear=True)
    assert "look" not in gone.open_tasks()


def test_handing_over_to_what_is_gone_is_a_failure_until_it_is_back(shop, changed) -> None:
    run = shop.bring()
    other = changed(
        shop,
        (INTAKE, "continue_in: mending", "end: mended-elsewhere"),
        (MENDING, "  - after: intake\n", "  - { start: brought, when: new item }\n"),
    )

    with pytest.raises(Failed, match="has no start for this any more"):
        other.complete("estimate", "Max", **ESTIMATE)
    [failure] = runs.failures(other.app, APPLICATION)
    failed = runs.view(other.app, APPLICATION, run.line.id).line.state
    back = replace(shop, app=serve(shop.app.database, now=shop.clock))
    runs.retry(back.app, APPLICATION, failure.id)

    assert failed is RunState.FAILED
    assert back.open_tasks().keys() == {"mend"}
    assert runs.failures(back.app, APPLICATION) == ()
    assert_sound(back.app)


def test_a_run_that_fits_the_entities_no_more_can_be_read_and_cancelled(shop, changed) -> None:
    run = shop.bring()
    item = run.line.about.record
    other = changed(
        shop,
        ("**/*.yaml", "returned", "collected"),
    )
    task = other.open_tasks()["estimate"]

    with pytest.raises(Failed, match="no longer fits"):
        other.complete("estimate", "Max", **ESTIMATE)
    with pytest.raises(WrongState, match="no longer fits"):
        tasks.view(other.app, other.actor("Max"), task.id)
    records.update(other.app, other.actor("Moritz"), item, {"name": "Other"})
    view = runs.view(other.app, APPLICATION, run.line.id)
    cancelled = runs.cancel(other.app, APPLICATION, run.line.id, "Cannot go on")

    assert view.line.state is RunState.FAILED
    assert cancelled.line.state is RunState.STOPPED
    assert runs.failures(other.app, APPLICATION) == ()


def test_every_verdict_is_given_again_whatever_is_served_now(shop, changed) -> None:
    shop.bring("Old", age=60)
    shop.complete("estimate", "Max", price="9", parts_there=False, hours=1)
    shop.complete("order", "Cleo", name="Spring")
    shop.complete("receive", "Cleo")
    shop.complete("tell", "Cleo", "goes_on")
    shop.complete("estimate", "Max", **ESTIMATE)
    shop.complete("mend", "Max", "mended", minutes=5)
    shop.complete("hand-out", "Cleo", "fine")
    shop.bring("Violin", dear=True)

    other = changed(
        shop,
        ("decisions/item-care.yaml", "value: 50", "value: 5"),
        ("decisions/item-care.yaml", "because: It is old.", "because: So old!"),
    )
    given = verdicts_are_given_again(other.app)
    young = other.bring("Young", age=10).line.about.record

    assert other.value(young, "care") == "much"
    # how much care it needs, and that this begins a hurry
    assert verdicts_are_given_again(other.app) == given + 2
