"""What the guides show: every file is taken, and every command and story goes as told."""

import re
from functools import partial
from pathlib import Path

import pytest
import yaml

from server import cli
from server.settings import Settings

pytestmark = pytest.mark.slow

DOCS = Path(__file__).parents[2] / "docs"
FILE = re.compile(r"```yaml\n# (?:our-definitions/)?(\w+/\S+)\n(.*?)```", re.DOTALL)
COMMAND = re.compile(r"^procedura (test|check) ?(.*)$", re.MULTILINE)


@pytest.fixture
def guide() -> str:
    return "first-procedure.md"


@pytest.fixture
def site(tmp_path: Path, guide: str, run_in_folder) -> Path:
    """The folder that `init` makes, with every file that the guide shows."""
    folder = tmp_path / "our-definitions"
    assert run_in_folder(None, "init", str(folder))[0] == 0
    for name, text in FILE.findall((DOCS / guide).read_text()):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


@pytest.fixture
def run_in_folder(capsys: pytest.CaptureFixture[str]):
    """Runs a command where PROCEDURA_DEFINITIONS names a folder, or none: status, what was said."""

    def command(folder: Path | None, *words: str) -> tuple[int, str]:
        folders = () if folder is None else (folder,)
        status = cli.run(words, Settings(definitions=folders), None)
        said = capsys.readouterr()
        return status, said.out + said.err

    return command


@pytest.fixture
def run(site: Path, run_in_folder):
    """Runs a command over the folder of the guide."""
    return partial(run_in_folder, site)


def test_everything_it_shows_hangs_together(site: Path, run):
    assert run("check") == (0, "Nothing is wrong with the definitions.\n")
    kinds = {path.parent.name for path in site.rglob("*.yaml")}
    assert {"decisions", "entities", "forms", "scenarios", "equipment"} <= kinds


def test_every_check_and_story_it_calls_for_goes_as_told(run):
    commands = COMMAND.findall((DOCS / "first-procedure.md").read_text())

    assert {name for _, name in commands} == {"", "printer-requests", "laptop-purchase"}
    for verb, name in commands:
        status, said = run(verb, *name.split())
        assert status == 0, said
        assert "none went otherwise than told" in said or verb == "check"


def test_what_is_copied_has_all_that_is_shipped(site: Path, run, run_in_folder):
    # given the table that the guide shows, with its own rule taken out
    shown = yaml.safe_load((site / "decisions" / "incident-routing.yaml").read_text())
    [shipped] = yaml.safe_load_all(run_in_folder(None, "show", "decision", "incident-routing")[1])

    # then what is left is the shipped one
    ours = [item for item in shown["rules"] if item.get("rule") != "broken"]
    assert [item.get("rule") for item in ours] == [item.get("rule") for item in shipped["rules"]]
    assert shown["settings"].keys() == shipped["settings"].keys()
    assert shown["inputs"] == shipped["inputs"]


def test_the_example_that_init_leaves_shows_a_slip(site: Path, run):
    example = site / "decisions" / "incident-priority.yaml.example"
    file = example.rename(example.with_suffix(""))
    assert run("check")[0] == 0
    file.write_text(file.read_text().replace("settings:\n", "settigns:\n"))
    status, said = run("check")
    assert status == 1
    assert "Did you mean 'settings'?" in said


@pytest.mark.parametrize("guide", ["process-administrators.md"])
def test_the_files_of_the_guide_for_administrators_hang_together(site: Path, run):
    assert (site / "decisions" / "incident-priority.yaml").exists()
    assert run("check") == (0, "Nothing is wrong with the definitions.\n")
    status, said = run("test", "printer-requests")
    assert status == 0, said


def test_the_slip_it_suggests_is_told(site: Path, run):
    table = site / "decisions" / "laptop-agreement.yaml"
    table.write_text(table.read_text().replace("settings:", "settigns:"))
    status, said = run("check")
    assert status == 1
    assert "Did you mean 'settings'?" in said
