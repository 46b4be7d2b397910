"""Verbs for whoever writes definitions: check, show, explain, init and schema."""

import json
import shlex
from pathlib import Path

import pytest

from server import cli
from server.loading.explaining import explanations
from server.settings import Settings

pytestmark = pytest.mark.slow

OVERRIDE = """\
overrides: incident-priority
settings:
  high_from:
    value: 19
    why: Fewer of our requests are to count as high.
"""


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs a command in a folder of its own: the status, and what was said on either stream."""
    monkeypatch.chdir(tmp_path)

    def command(words: str, *sites: Path):
        status = cli.run(shlex.split(words), Settings(definitions=sites), None)
        said = capsys.readouterr()
        return status, said.out, said.err

    return command


@pytest.fixture
def site(tmp_path) -> Path:
    return tmp_path / "acme"


def write(folder: Path, path: str, text: str) -> None:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


class TestCheck:
    def test_says_that_nothing_is_wrong_with_the_shipped_definitions(self, run):
        assert run("check") == (0, "Nothing is wrong with the definitions.\n", "")

    def test_tells_what_is_wrong_where_and_what_to_do(self, run, site):
        write(site, "decisions/incident-priority.yaml", OVERRIDE.replace("high_from", "hihg_from"))

        status, said, _ = run("check acme")

        assert status == 1
        assert said == (
            "acme/decisions/incident-priority.yaml:3:3: error SIT004: Decision 'incident-priority' "
            "has no setting 'hihg_from'.\n"
            "    hint: Did you mean 'high_from'?\n"
            "1 error, no warnings. 'procedura explain CODE' says more about each.\n"
        )

    def test_looks_into_the_folders_of_the_environment_unless_others_are_named(self, run, site):
        write(site, "roles/clerk.yml", "role: clerk\n")

        assert run("check", site)[0] == 1
        assert run("check .", site)[0] == 0

    def test_plays_the_tests_of_decisions_with_the_values_they_were_written_for(self, run, site):
        write(site, "decisions/incident-priority.yaml", OVERRIDE)

        assert run("check acme")[0] == 0

    def test_tells_a_test_that_fails(self, run, site):
        write(
            site,
            "decisions/case-fee.yaml",
            """\
decision: case-fee
title: What does it cost?
inputs: { pages: { type: whole_number } }
output: { fee: { type: money } }
hits: first
rules: [{ otherwise: { fee: 20 } }]
tests:
  - { given: { pages: 3 }, expect: { fee: 20 } }
  - { given: { pages: 3 }, expect: { fee: 10 } }
""",
        )

        status, said, _ = run("check acme")

        assert status == 1
        assert (
            "acme/decisions/case-fee.yaml:9:5: error DEC902: Decision 'case-fee' should say fee 10 "
            "here, and says fee 20." in said
        )

    def test_answers_programs_in_json(self, run, site):
        write(site, "decisions/incident-priority.yaml", OVERRIDE.replace("19", "many"))

        status, said, _ = run("check --format json acme")

        told = json.loads(said)
        assert (status, told["errors"], told["warnings"]) == (1, 1, 0)
        assert told["diagnostics"] == [
            {
                "code": "EXP003",
                "severity": "error",
                "file": "acme/decisions/incident-priority.yaml",
                "line": 4,
                "column": 12,
                "message": "'many' is not a whole number.",
                "hint": "",
            }
        ]

    def test_answers_code_scanning_in_sarif(self, run, site):
        write(site, "decisions/incident-priority.yaml", OVERRIDE.replace("high_from", "hihg_from"))

        status, said, _ = run("check --format sarif acme")

        told = json.loads(said)
        [scan] = told["runs"]
        [rule] = scan["tool"]["driver"]["rules"]
        [result] = scan["results"]
        assert (status, told["version"]) == (1, "2.1.0")
        assert (rule["id"], rule["name"]) == ("SIT004", "no-such-setting")
        assert (result["ruleId"], result["ruleIndex"], result["level"]) == ("SIT004", 0, "error")
        assert result["message"]["text"].endswith("Did you mean 'high_from'?")
        assert result["locations"] == [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "acme/decisions/incident-priority.yaml"},
                    "region": {"startLine": 3, "startColumn": 3},
                }
            }
        ]

    def test_annotates_pull_requests(self, run, site):
        write(site, "decisions/incident-priority.yaml", OVERRIDE.replace("high_from", "hihg_from"))

        _, said, _ = run("check --format github acme")

        assert said.splitlines()[0] == (
            "::error file=acme/decisions/incident-priority.yaml,line=3,col=3,title=SIT004::"
            "Decision 'incident-priority' has no setting 'hihg_from'.%0ADid you mean 'high_from'?"
        )

    def test_tells_of_a_folder_that_is_not_there(self, run):
        status, said, _ = run("check nowhere")

        assert status == 1
        assert "nowhere:1:1: error SIT007: There is no such folder." in said


class TestShow:
    def test_writes_out_a_definition(self, run):
        status, said, _ = run("show role service-owner")

        assert status == 0
        assert said.splitlines()[0].startswith("# ")
        assert "\nrole: service-owner\n" in said

    def test_says_which_values_are_the_organisations_own(self, run, site):
        write(site, "decisions/incident-priority.yaml", OVERRIDE)

        _, said, _ = run("show decision incident-priority", site)

        assert "    value: 19  # from acme/decisions/incident-priority.yaml:4:5\n" in said
        assert said.count("# from") == len({"value", "why"})

    def test_tells_the_origin_of_every_line(self, run, site):
        write(site, "decisions/incident-priority.yaml", OVERRIDE)

        _, said, _ = run("show decisions incident-priority --origin", site)

        lines = said.splitlines()
        [own] = [line for line in lines if "value: 19" in line]
        assert own.startswith("acme/decisions/incident-priority.yaml:4 ")
        assert all(" | " in line for line in lines)

    def test_shows_what_the_rules_engine_is_told(self, run):
        status, said, _ = run("show decision incident-priority --compiled")

        assert status == 0
        assert said.startswith("# incident-priority: 4 rules")

    @pytest.mark.parametrize(
        ("words", "answer"),
        [
            (
                "show role servce-owner",
                "There is no role 'servce-owner'. Did you mean 'service-owner'?",
            ),
            ("show rolle x", "There is no kind of definition 'rolle'. Did you mean 'role'?"),
            ("show role operator --compiled", "Only decisions are compiled."),
        ],
    )
    def test_says_what_may_have_been_meant(self, run, words, answer):
        status, _, said = run(words)

        assert status == 1
        assert said.startswith(answer)


class TestExplain:
    def test_says_what_a_code_means_with_an_example(self, run):
        status, said, _ = run("explain prc003")

        assert status == 0
        assert said.startswith("PRC003 unreachable-step: no way leads to a step.\n")
        assert "\n    procedure: case-review\n" in said

    def test_lists_all_codes(self, run):
        _, said, _ = run("explain")

        assert [line.split()[0] for line in said.splitlines()] == list(explanations())

    def test_says_what_may_have_been_meant(self, run):
        assert run("explain PRC999")[0] == 1
        assert "There is no code 'PRC999'." in run("explain PRC999")[2]


class TestInit:
    def test_makes_a_folder_with_which_nothing_is_wrong(self, run, site):
        status, said, _ = run("init acme")

        assert status == 0
        assert "procedura check acme" in said
        assert run("check acme") == (0, "Nothing is wrong with the definitions.\n", "")

    def test_holds_a_folder_for_every_kind_and_schemas_for_editors(self, run, site):
        run("init acme")

        folders = {item.name for item in site.iterdir() if item.is_dir()}
        assert folders == {
            "calendars", "correlations", "decisions", "entities", "forms", "kpis", "notifications",
            "procedures", "processes", "roles", "scenarios", "schemas", "targets", ".vscode",
        }  # fmt: skip
        settings = json.loads((site / ".vscode" / "settings.json").read_text())
        for schema in settings["yaml.schemas"]:
            assert (site / schema).is_file()
        assert len(settings["yaml.schemas"]) == len(list((site / "schemas").iterdir()))

    def test_shows_an_example_that_counts_once_it_is_renamed(self, run, site):
        run("init acme")
        [example] = (site / "decisions").iterdir()

        example.rename(example.with_suffix(""))

        assert run("check acme")[0] == 0
        _, said, _ = run(f"show decision {example.name.split('.')[0]}", site)
        assert f"# from acme/decisions/{example.with_suffix('').name}" in said

    def test_writes_nothing_over(self, run, site):
        write(site, "roles/ours.yaml", "role: ours\n")

        status, _, said = run("init acme")

        assert status == 1
        assert said.startswith("acme is not empty.")
        assert [item.name for item in site.iterdir()] == ["roles"]

    def test_does_not_take_a_file_for_a_folder(self, run, site):
        site.write_text("")

        assert run("init acme")[0] == 1


class TestExport:
    def test_writes_every_procedure_as_bpmn(self, run, tmp_path):
        status, said, _ = run("export bpmn --to out")
        files = {path.name for path in (tmp_path / "out").iterdir()}
        assert status == 0
        assert said == f"{len(files)} procedures written to out.\n"
        assert "event-handling.bpmn" in files

    def test_writes_the_one_that_is_named_to_standard_output(self, run):
        status, said, _ = run("export bpmn event-handling")
        assert status == 0
        assert said.startswith("<?xml")
        assert said.count("<bpmn:process ") == 1

    def test_wants_a_folder_for_more_than_one(self, run):
        assert run("export bpmn") == (
            1,
            "",
            "Each procedure becomes a file. Say where with '--to DIR', or name just one.\n",
        )

    def test_says_what_may_have_been_meant(self, run):
        assert run("export bpmn event-handlin") == (
            1,
            "",
            "There is no procedure 'event-handlin'. Did you mean 'event-handling'?\n",
        )

    def test_says_when_it_cannot_write(self, run, tmp_path):
        (tmp_path / "out").write_text("a file")
        status, _, said = run("export bpmn event-handling --to out")
        assert status == 1
        assert said == "'out' cannot be written into: File exists.\n"

    def test_exports_nothing_while_something_is_wrong(self, run, site):
        write(site, "decisions/incident-priority.yaml", OVERRIDE.replace("high_from", "hihg_from"))
        assert run("export bpmn event-handling", site) == (
            1,
            "",
            "The definitions have errors. 'procedura check' tells them.\n",
        )


class TestSchema:
    def test_writes_a_schema_for_every_kind(self, run, tmp_path):
        status, said, _ = run("schema out/schemas")

        written = sorted(item.name for item in (tmp_path / "out" / "schemas").iterdir())
        assert status == 0
        assert f"{len(written)} schemas are in out/schemas." in said
        assert "procedure.schema.json" in written

    def test_says_when_it_cannot_write(self, run, tmp_path):
        (tmp_path / "out").write_text("")

        status, _, said = run("schema out")

        assert status == 1
        assert said.startswith("The schemas cannot be written:")


class TestFmt:
    def test_formats_files_and_says_which(self, run, site):
        write(site, "roles/clerk.yaml", "role: clerk\ntitle:  Clerk  \nmay: {case: [read]}\n")
        write(site, "roles/judge.yaml", "role: judge\n")

        status, said, _ = run("fmt acme")

        assert (status, said) == (0, "acme/roles/clerk.yaml\n1 file changed.\n")
        assert (site / "roles/clerk.yaml").read_text() == (
            "role: clerk\ntitle:  Clerk\nmay: { case: [read] }\n"
        )

    def test_only_says_which_would_change_when_it_checks(self, run, site):
        write(site, "roles/clerk.yaml", "role: clerk  \n")

        status, said, _ = run("fmt --check acme/roles/clerk.yaml")

        assert (status, said) == (1, "acme/roles/clerk.yaml\n1 file would change.\n")
        assert (site / "roles/clerk.yaml").read_text() == "role: clerk  \n"

    def test_tells_what_cannot_be_read(self, run, site):
        write(site, "roles/clerk.yaml", "role: clerk\n\ttitle: Clerk\n")

        status, _, told = run("fmt acme")

        assert status == 1
        assert told.startswith("acme/roles/clerk.yaml:2:1: error YML002: A tab stands here.")


class TestTest:
    def test_plays_the_shipped_stories_and_tests(self, run):
        status, said, _ = run("test")

        assert status == 0
        assert "none went otherwise than told." in said
        assert "of decisions, none failed." in said
        assert "7 tests of correlations, none failed." in said
        assert "17 tests of targets, none failed." in said

    def test_plays_the_tests_of_one_correlation(self, run):
        assert run("test prometheus-alertmanager")[1] == (
            "No stories, none went otherwise than told.\n"
            "No tests of decisions, none failed.\n"
            "7 tests of correlations, none failed.\n"
        )

    def test_plays_the_tests_of_one_target(self, run):
        assert run("test outage-resolution")[1] == (
            "No stories, none went otherwise than told.\n"
            "No tests of decisions, none failed.\n"
            "2 tests of targets, none failed.\n"
        )

    def test_plays_no_tests_of_hours_that_an_organisation_has_put_its_own_in_place_of(
        self, run, site
    ):
        # given people who work in the mornings only
        own = "calendar: office-hours\nreplaces: office-hours\ntitle: Mornings\nzone: UTC\n"
        write(site, "calendars/office-hours.yaml", f"{own}week: {{ monday: 8:00-12:00 }}\n")

        # then the tests of targets that are counted by the shipped hours tell nothing about theirs
        for target, played in (("outage-resolution", True), ("incident-resolution", False)):
            status, said, _ = run(f"test --folder acme {target}")
            assert (status, "of targets, none failed" in said) == (0, played)

    def test_tells_where_the_clock_of_an_organisations_own_target_stands_elsewhere(
        self, run, site
    ):
        own = (
            "target: two-hours\ntitle: Two hours\nentity: incident_request\n"
            "done_when: status = resolved\ngoal: 2 hours\ntests:\n  - test: It is late\n"
            "    changes: [{ at: 2026-03-02 09:00 }]\n"
            "    expect: [{ at: 2026-03-02 12:30, state: missed, remaining: -1 hour - 15 minutes }]\n"
        )
        write(site, "targets/two-hours.yaml", own)

        status, said, _ = run("test --folder acme two-hours")

        assert status == 1
        assert said.startswith(
            "acme/targets/two-hours.yaml:9:14: error TGT902: The clock of 'two-hours' should be "
            "missed, remaining -(1 hour + 15 minutes) here, and is missed, remaining "
            "-(1 hour + 30 minutes)."
        )
        assert "1 test of targets, 1 failed." in said

    def test_tells_where_a_story_goes_otherwise(self, run, site):
        write(site, "scenarios/printing.yaml", PRINTING)

        status, said, _ = run("test --folder acme printing")

        assert status == 1
        assert said == (
            "acme/scenarios/printing.yaml:13:19: story 'A printer is jammed'\n"
            "    Expected 'review' to be open; open is 'choose-group' in "
            "incident-request-assignment.\n"
            "acme/scenarios/printing.yaml:13:19: story 'A printer is jammed'\n"
            "    Expected nothing else to be open; open is 'choose-group' in "
            "incident-request-assignment besides.\n"
            "1 story, 1 went otherwise than told.\n"
            "No tests of decisions, none failed.\n"
        )

    def test_prints_the_stories_that_nobody_has_told(self, run, site):
        write(site, "scenarios/printing.yaml", PRINTING.replace("[review]", "[choose-group]"))

        status, said, _ = run("test --coverage --bar 100 --folder acme printing")

        assert status == 1
        assert "# Nothing passes these edges of incident-request-assignment:" in said
        assert '  - story: "Incident Request Assignment: usable, send_back"\n' in said
        assert "      # so that return-to-service-desk says send_back\n" in said
        assert said.endswith(" %; more is asked.\n")

    def test_answers_programs_in_json(self, run):
        status, said, _ = run("test --format json solution-approval")

        told = json.loads(said)
        assert (status, told["right"], told["unexpected"]) == (0, True, [])
        assert told["coverage"]["procedures"]["solution-approval"]["edges"] == {
            "passed": 12,
            "total": 12,
            "missing": [],
        }

    def test_knows_no_other_names(self, run):
        assert run("test solution-aproval") == (
            1,
            "",
            (
                "No scenario, procedure with scenarios, decision, correlation, KPI or target is called "
                "'solution-aproval'. Did you mean 'solution-approval'?\n"
            ),
        )


PRINTING = """\
scenario: printing
title: Who gets printer requests
procedure: incident-request-assignment
given:
  people: { lily: requester, anna: service-desk-analyst }
  records:
    incident_request:
      jam: { summary: A jam, requester: lily }
stories:
  - story: A printer is jammed
    when:
      - { begin: incident-request-assignment, start: registered, about: jam }
    then: { open: [review] }
"""
