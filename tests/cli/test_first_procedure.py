"""The walk to a first procedure: every file that it shows is taken, and its stories go as told."""

import re
from pathlib import Path

import pytest

from server import cli
from server.settings import Settings

pytestmark = pytest.mark.slow

GUIDE = Path(__file__).parents[2] / "docs" / "first-procedure.md"
FILE = re.compile(r"```yaml\n# our-definitions/(\S+)\n(.*?)```", re.DOTALL)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "our-definitions"
    for name, text in FILE.findall(GUIDE.read_text()):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


@pytest.fixture
def run(site: Path, capsys: pytest.CaptureFixture[str]):
    """Runs a command over the folder: the status, and what was said."""

    def command(*words: str) -> tuple[int, str]:
        status = cli.run(words, Settings(definitions=(site,)), None)
        said = capsys.readouterr()
        return status, said.out + said.err

    return command


def test_everything_it_shows_hangs_together(site: Path, run):
    assert run("check") == (0, "Nothing is wrong with the definitions.\n")
    kinds = {path.parent.name for path in site.rglob("*.yaml")}
    assert {"decisions", "entities", "forms", "scenarios", "equipment"} <= kinds


@pytest.mark.parametrize("scenario", ["printer-requests", "laptop-purchase"])
def test_its_stories_go_as_told(run, scenario: str):
    status, said = run("test", scenario)
    assert status == 0, said
    assert "none went otherwise than told" in said


def test_the_slip_it_suggests_is_told(site: Path, run):
    table = site / "decisions" / "laptop-agreement.yaml"
    table.write_text(table.read_text().replace("settings:", "settigns:"))
    status, said = run("check")
    assert status == 1
    assert "Did you mean 'settings'?" in said
