"""What the guides show: every file is taken, and every command and story goes as told."""

import re
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import yaml

from server import cli, loading
from server.domain.expression import Expression, parse, resolve
from server.domain.values import Kind, Type
from server.settings import Settings
from server.storage.database import Database
from tests import shipped
from tests.scenarios.served import Served, with_office
from tests.scenarios.surfaces import within
from tests.scenarios.test_served import otherwise

pytestmark = pytest.mark.slow

DOCS = Path(__file__).parents[2] / "docs"
FILE = re.compile(r"```yaml\n# (?:our-definitions/)?(\w+/\S+)\n(.*?)```", re.DOTALL)
BLOCKS = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)


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


def test_what_is_copied_has_all_that_is_shipped(site: Path, run, run_in_folder):
    # given the table that the guide shows, with its own rule taken out
    shown = yaml.safe_load((site / "decisions" / "incident-routing.yaml").read_text())
    [shipped] = yaml.safe_load_all(run_in_folder(None, "show", "decision", "incident-routing")[1])

    # then what is left is the shipped one
    ours = [item for item in shown["rules"] if item.get("rule") != "broken"]
    assert [item.get("rule") for item in ours] == [item.get("rule") for item in shipped["rules"]]
    assert shown["settings"].keys() == shipped["settings"].keys()
    assert shown["inputs"] == shipped["inputs"]


@pytest.mark.parametrize("guide", ["process-administrators.md"])
def test_the_files_of_the_guide_for_administrators_hang_together(site: Path, run):
    assert (site / "decisions" / "incident-priority.yaml").exists()
    assert run("check") == (0, "Nothing is wrong with the definitions.\n")
    status, said = run("test", "printer-requests")
    assert status == 0, said


@pytest.mark.parametrize(
    "written", ["planned_event.ends_at + 2 days < now", "now + 3 working days"]
)
def test_the_moments_that_the_guide_for_administrators_reckons_with_are_known(written):
    assert f"`{written}`" in (DOCS / "process-administrators.md").read_text()

    names = {"planned_event": Type(Kind.REF, entity="planned_event")}
    found = resolve(parse(written), names, shipped.definitions().entities)

    assert isinstance(found, Expression), found


class TestTheWalk:
    """The guide done by somebody who types what it shows, block by block, in an empty folder."""

    @pytest.fixture
    def installation(self, tmp_path, monkeypatch, capsys) -> str:
        """The database of an installation that serves what is shipped."""
        monkeypatch.chdir(tmp_path)
        url = f"sqlite:///{tmp_path / 'served.db'}"
        assert cli.run(("db", "apply"), Settings(definitions=(), database=url), None) == 0
        capsys.readouterr()
        return url

    def test_goes_as_shown_and_its_procedure_is_served(self, installation, capsys, tmp_path):
        walked = Walk(installation, capsys)
        for shown, text in BLOCKS.findall((DOCS / "first-procedure.md").read_text()):
            walked.take(shown, text)
        assert walked.commands > 10

        served = loading.load(loading.folders([Path("our-definitions")])).definitions
        assert served is not None
        ours = [served.scenarios[key] for key in ("laptop-purchase", "printer-requests")]
        definitions = with_office(served)
        stage = Served(definitions, Database(f"sqlite:///{tmp_path / 'told.db'}"))
        stage.surface = within(stage, tmp_path)
        told = [(scenario, story) for scenario in ours for story in scenario.stories]
        assert list(otherwise(stage, told)) == []
        assert len(told) == 4


class Walk:
    """Somebody at a terminal."""

    def __init__(self, database: str, capsys: pytest.CaptureFixture[str]) -> None:
        self._settings = Settings(definitions=(), database=database)
        self._capsys = capsys
        self._said = ""
        self.commands = 0

    def take(self, shown: str, text: str) -> None:
        """What a block asks for: write a file, type commands, or read what the last one said."""
        if shown == "yaml":
            name = text.split("\n", 1)[0].removeprefix("# ")
            file = Path(name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        elif shown == "text":
            parts = (re.escape(part) for part in text.split("…\n"))
            assert re.fullmatch("(?:.*\n)*?".join(parts), self._said), self._said
        else:
            for line in text.splitlines():
                self._type(line)

    def _type(self, line: str) -> None:
        if line.startswith("export PROCEDURA_DEFINITIONS="):
            folder = Path(line.partition("=")[2])
            self._settings = replace(self._settings, definitions=(folder,))
            return
        program, *words = line.split()
        assert program == "procedura"
        cli.run(words, self._settings, None)
        said = self._capsys.readouterr()
        self._said = said.out + said.err
        self.commands += 1


def test_the_example_that_init_leaves_counts_without_its_ending(tmp_path: Path, run_in_folder):
    folder = tmp_path / "our-definitions"
    assert run_in_folder(None, "init", str(folder))[0] == 0
    example = folder / "decisions" / "incident-priority.yaml.example"
    example.rename(example.with_suffix(""))

    assert run_in_folder(folder, "check")[0] == 0
