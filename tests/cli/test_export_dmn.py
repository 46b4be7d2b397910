"""`procedura export dmn`: decisions for the tools of others, and back."""

import shlex

import pytest

from server import cli
from server.settings import Settings


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def command(words: str):
        status = cli.run(shlex.split(words), Settings(), None)
        said = capsys.readouterr()
        return status, said.out, said.err

    return command


@pytest.mark.slow
def test_every_decision_becomes_a_file_that_can_be_imported(run, tmp_path):
    status, said, _ = run("export dmn --to out")

    files = sorted((tmp_path / "out").iterdir())
    assert (status, said) == (0, f"{len(files)} decisions written to out.\n")
    for file in files:
        assert run(f"import dmn {file} --to back")[0] == 0
    assert [file.stem for file in files] == sorted(
        file.stem for file in (tmp_path / "back" / "decisions").iterdir()
    )
