"""Folders of definitions, and what an organisation's own does to those before it."""

from decimal import Decimal
from pathlib import Path

import pytest

from server import loading
from server.loading.marked import parse
from server.loading.rendering import written_out
from tests import shipped
from tests.loading.patching import copy_of_minimal

OVERRIDE = """\
overrides: case-verdict
settings:
  strict:
    value: yes
    why: Our auditors want it so.
"""
ROLE = """\
role: {key}
title: Archivist
purpose: Keeps the files.
responsibilities: [Lose nothing.]
"""


@pytest.fixture
def base(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return copy_of_minimal(tmp_path / "definitions")


@pytest.fixture
def site(tmp_path) -> Path:
    folder = tmp_path / "acme"
    folder.mkdir()
    return folder


def write(folder: Path, path: str, text: str) -> None:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def loaded(*folders: Path) -> loading.Loaded:
    found = loading.load(folders)
    assert [str(item) for item in found.diagnostics] == []
    return found


class TestASiteFolder:
    def test_may_be_empty(self, base, site):
        assert loaded(base, site).definitions == loaded(base).definitions

    def test_brings_something_new(self, base, site):
        write(site, "roles/archivist.yaml", ROLE.format(key="archivist"))

        definitions = loaded(base, site).definitions

        assert definitions.roles["archivist"].title == "Archivist"
        origin = definitions.origins["role", "archivist"]
        assert (origin.folder, origin.file, origin.line) == ("acme", "roles/archivist.yaml", 1)

    def test_takes_the_place_of_what_it_names(self, base, site):
        write(site, "roles/manager.yaml", ROLE.format(key="manager") + "replaces: manager\n")

        definitions = loaded(base, site).definitions

        assert definitions.roles["manager"].title == "Archivist"
        assert definitions.origins["role", "manager"].folder == "acme"

    def test_takes_the_place_of_something_broken(self, base, site):
        write(base, "roles/manager.yaml", "role: manager\nresponsibilities: none\n")
        write(site, "roles/manager.yaml", ROLE.format(key="manager") + "replaces: manager\n")

        told = loading.load([base, site]).diagnostics

        assert {item.mark.file for item in told} == {"definitions/roles/manager.yaml"}

    def test_may_hold_what_is_no_definition(self, base, site):
        write(site, "README.md", "# Ours\n")
        write(site, ".vscode/settings.json", "{}")
        write(site, ".github/check.yaml", "on: push\n")
        write(site, "schemas/role.schema.json", "{}")
        write(site, "docs/notes.yaml", "a: b\n")
        write(site, "decisions/example.yaml.example", "overrides: x\n")

        loaded(base, site)


class TestSettings:
    def test_have_the_organisations_own_value(self, base, site):
        write(site, "decisions/case-verdict.yaml", OVERRIDE)

        setting = loaded(base, site).definitions.decisions["case-verdict"].settings["strict"]

        assert setting.value is True
        assert setting.why == "Our auditors want it so."
        assert setting.origin == "acme/decisions/case-verdict.yaml:4"

    def test_of_the_last_folder_count(self, base, site, tmp_path):
        other = tmp_path / "zeta"
        write(site, "decisions/case-verdict.yaml", OVERRIDE)
        write(other, "decisions/case-verdict.yaml", OVERRIDE.replace("yes", "no"))

        setting = (
            loaded(base, site, other).definitions.decisions["case-verdict"].settings["strict"]
        )

        assert setting.value is False
        assert setting.origin == "zeta/decisions/case-verdict.yaml:4"

    def test_leave_the_tests_of_the_decision_to_the_values_they_were_written_for(self, base, site):
        write(site, "decisions/case-verdict.yaml", OVERRIDE)

        found = loaded(base, site)

        assert found.tested["case-verdict"].settings["strict"].value is False
        assert found.definitions.decisions["case-verdict"].settings["strict"].value is True

    def test_that_do_not_fit_are_told_where_they_were_written(self, base, site):
        write(site, "decisions/case-verdict.yaml", OVERRIDE.replace("yes", "perhaps"))

        [told] = loading.load([base, site]).diagnostics

        assert str(told.mark) == "acme/decisions/case-verdict.yaml:4:12"

    def test_change_the_hash_of_procedures_that_ask_the_decision_and_of_no_other(self, base, site):
        before = loaded(base).definitions
        write(site, "decisions/case-verdict.yaml", OVERRIDE)

        after = loaded(base, site).definitions

        changed = {key for key in before.hashes if before.hashes[key] != after.hashes[key]}
        assert changed == {"case-review", "case-reopening"}
        assert before.generation != after.generation

    def test_show_where_they_are_from(self, base, site):
        write(site, "decisions/case-verdict.yaml", OVERRIDE)

        lines = written_out(loaded(base, site).sources["decision", "case-verdict"])

        [value] = [line for line in lines if "value:" in line.text]
        assert (value.text.strip(), str(value.mark)) == (
            "value: yes",
            "acme/decisions/case-verdict.yaml:4:5",
        )
        assert value.is_grafted
        assert sum(line.is_grafted for line in lines) == len({"value", "why"})


class TestWritingOut:
    @pytest.mark.slow
    def test_says_the_same_again_for_every_shipped_definition(self):
        for source in shipped.loaded().sources.values():
            text = "\n".join(line.text for line in written_out(source))

            again, diagnostics = parse(f"{text}\n".encode(), source.file)

            assert diagnostics == ()
            assert again.data == source.data

    def test_keeps_texts_that_look_like_something_else(self, base):
        write(base, "roles/odd.yaml", ROLE.format(key="odd").replace("Archivist", "'5'"))

        lines = written_out(loading.load([base]).sources["role", "odd"])

        assert lines[1].text == 'title: "5"'


def test_all_that_is_wrong_is_told_at_once_sorted_by_place(base):
    # given mistakes of every phase: text, shape, names, sense
    write(base, "roles/archivist.yaml", "role: archivist\ntitle: [\n")
    write(base, "roles/porter.yaml", ROLE.format(key="porter") + "fallbck: manager\n")
    write(base, "forms/note.yaml", (base / "forms/note.yaml").read_text().replace("text", "txt"))
    review = base / "procedures/case-management/case-review.yaml"
    text = review.read_text().replace("accept: tell", "accept: nowhere")
    review.write_text(text.replace("case.status = closed", "case.status = shut"))

    # when they are loaded
    told = loading.load([base]).diagnostics

    # then one look shows them all
    assert {item.code[:3] for item in told} >= {"YML", "SCH", "REF", "EXP", "PRC"}
    assert [item.mark for item in told] == sorted(item.mark for item in told)


def test_a_broken_definition_is_not_missed_by_those_that_name_it(base):
    write(base, "decisions/case-verdict.yaml", "decision: case-verdict\nhits: some\n")

    told = loading.load([base]).diagnostics

    assert {item.mark.file for item in told} == {"definitions/decisions/case-verdict.yaml"}


def test_a_broken_entity_is_not_missed_by_those_that_name_it(base):
    write(base, "entities/case.yaml", "entity: case\nfields: none\n")

    told = loading.load([base]).diagnostics

    assert {item.mark.file for item in told} == {"definitions/entities/case.yaml"}


def test_numbers_of_settings_stay_exact(base, site):
    text = (base / "decisions/case-weight.yaml").read_text()
    settings = (
        "settings:\n  share: { type: number, value: 0.30, why: A third would be too much. }\n"
    )
    write(base, "decisions/case-weight.yaml", text.replace("output:", f"{settings}output:"))

    definitions = loading.load([base, site]).definitions
    setting = definitions.decisions["case-weight"].settings["share"]

    assert setting.value == Decimal("0.30")


def test_a_choice_of_something_that_is_none_is_told(base):
    text = (base / "decisions/case-weight.yaml").read_text()
    write(base, "decisions/case-weight.yaml", text.replace("case.weight", "case.subject"))

    [told] = [item for item in loading.load([base]).diagnostics if item.is_error]

    assert told.message == "'subject' is no choice, but text."
    assert str(told.mark) == "definitions/decisions/case-weight.yaml:5:37"
