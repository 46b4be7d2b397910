"""`procedura import dmn`: decisions out of the files of others."""

import shlex
from pathlib import Path

import pytest

from server import cli
from server.settings import Settings
from tests.notation.dmn.files import a_decision, a_file, a_table, data, formula


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs a command in a folder of its own: the status, and what was said on either stream."""
    monkeypatch.chdir(tmp_path)

    def command(words: str):
        status = cli.run(shlex.split(words), Settings(), None)
        said = capsys.readouterr()
        return status, said.out, said.err

    return command


@pytest.fixture
def site(tmp_path) -> Path:
    return tmp_path / "acme"


class TestImport:
    FILE = a_file(
        a_decision(
            "May Sign",
            a_table({"Age": "number"}, ">= 18 | true", "< 18 | false"),
            "Age",
            typ="boolean",
        ),
        data("Age"),
    )

    @pytest.mark.slow
    def test_writes_the_decisions_of_a_dmn_file_where_check_finds_them(self, run, site, tmp_path):
        (tmp_path / "sign.dmn").write_text(self.FILE)

        status, said, _ = run("import dmn sign.dmn --to acme")

        assert (status, said) == (
            0,
            "1 decision written to acme/decisions. 'procedura check' looks them over.\n",
        )
        assert (site / "decisions" / "may-sign.yaml").read_text() == (
            "# yaml-language-server: $schema=../schemas/decision.schema.json\n"
            "decision: may-sign\n"
            "title: May Sign\n"
            "inputs:\n"
            "  age: { type: number }\n"
            "output:\n"
            "  may_sign: { type: yes_no }\n"
            "hits: exactly-one\n"
            "rules:\n"
            '  - { rule: r1, if: { age: ">= 18" }, then: { may_sign: yes } }\n'
            "  - { rule: r2, if: { age: < 18 }, then: { may_sign: no } }\n"
        )
        status, said, _ = run("check acme")
        assert (status, said.count("error"), said.count("REF009")) == (0, 1, 1)

    def test_writes_a_single_one_to_standard_output(self, run, tmp_path):
        (tmp_path / "sign.dmn").write_text(self.FILE)

        status, said, _ = run("import dmn sign.dmn")

        assert status == 0
        assert said.splitlines()[1] == "decision: may-sign"

    def test_writes_over_nothing(self, run, site, tmp_path):
        (tmp_path / "sign.dmn").write_text(self.FILE)
        (site / "decisions").mkdir(parents=True)
        (site / "decisions" / "may-sign.yaml").write_text("mine")

        assert run("import dmn sign.dmn --to acme") == (
            1,
            "",
            "'acme/decisions/may-sign.yaml' is there already. Nothing is written.\n",
        )
        assert (site / "decisions" / "may-sign.yaml").read_text() == "mine"

    def test_refuses_what_cannot_be_carried_with_file_and_line(self, run, site, tmp_path):
        (tmp_path / "sign.dmn").write_text(a_file(a_decision("Root", formula("sqrt(4)"))))

        assert run("import dmn sign.dmn --to acme") == (
            1,
            "",
            "sign.dmn:2: The function 'sqrt' cannot be carried. Nothing is written.\n",
        )
        assert not site.exists()

    def test_says_when_there_is_no_such_file(self, run):
        assert run("import dmn gone.dmn") == (
            1,
            "",
            "'gone.dmn' cannot be read: No such file or directory.\n",
        )

    def test_asks_where_several_shall_go(self, run, tmp_path):
        two = a_file(a_decision("A", formula("1")), a_decision("B", formula("2")))
        (tmp_path / "two.dmn").write_text(two)

        status, _, told = run("import dmn two.dmn")

        assert (status, told) == (
            1,
            "The file has 2 decisions (a, b). Say where with '--to DIR'.\n",
        )
