"""Verbs for whoever runs an installation: database, accounts and tokens."""

import io
import shlex
from pathlib import Path

import pytest

from server import cli
from server.cli import serve
from server.settings import Settings
from server.storage.database import Database
from server.usecases import access, publish
from server.usecases.rights import rights_now
from tests.builders import stored

pytestmark = pytest.mark.slow

PASSWORD = "correct horse"


class Terminal:
    """Runs verbs of the command line on one database."""

    def __init__(self, settings: Settings, capsys, monkeypatch) -> None:
        self.settings = settings
        self.capsys = capsys
        self.monkeypatch = monkeypatch

    def __call__(self, words: str, typed: str = "") -> tuple[int, str, str]:
        self.monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        status = cli.run(shlex.split(words), self.settings, None)
        told = self.capsys.readouterr()
        return status, told.out, told.err


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(database=f"sqlite:///{tmp_path / 'procedura.db'}", data=tmp_path)


@pytest.fixture
def run(settings: Settings, capsys, monkeypatch) -> Terminal:
    return Terminal(settings, capsys, monkeypatch)


@pytest.fixture
def app(run: Terminal, settings: Settings):
    """The application over the shipped definitions, with a person called Ann Lee."""
    run("db apply")
    database = Database(settings.database)
    app = publish.build(database, settings.definitions)
    stored(database, app.models, "person", name="Ann Lee", active=True)
    yield app
    database.dispose()


class TestTheDatabase:
    def test_is_planned_then_applied_then_fits(self, run: Terminal):
        status, told, _ = run("db plan")
        assert status == 0
        assert "safe    incident_request: a new table." in told.splitlines()

        status, told, _ = run("db apply")
        assert (status, told.splitlines()[-1]) == (0, "Done.")

        assert run("db plan") == (0, "The database fits the definitions: nothing to do.\n", "")
        assert run("db apply")[0] == 0

    def test_is_brought_to_what_a_site_folder_adds(
        self, app, settings: Settings, tmp_path: Path, capsys, monkeypatch
    ):
        site = tmp_path / "site"
        (site / "entities").mkdir(parents=True)
        (site / "entities" / "vehicle.yaml").write_text(VEHICLE)
        run = Terminal(
            Settings(definitions=(site,), database=settings.database), capsys, monkeypatch
        )
        status, _, wrong = run("account list")
        assert status == 1
        assert "1 step behind the definitions" in wrong

        status, told, _ = run("db apply")

        assert (status, "vehicle: a new table" in told) == (0, True)
        [copy] = tmp_path.glob("procedura-before-*.db")
        assert f"As it was before: {copy}" in told
        assert run("account list")[0] == 0

    def test_is_copied(self, app, run: Terminal, tmp_path: Path):
        assert run(f"db backup {tmp_path / 'copy.db'}")[0] == 0
        status, _, wrong = run(f"db backup {tmp_path / 'copy.db'}")
        assert (status, "is there already" in wrong) == (1, True)

    def test_is_not_touched_for_definitions_with_errors(
        self, settings: Settings, tmp_path: Path, capsys, monkeypatch
    ):
        site = tmp_path / "site"
        (site / "entities").mkdir(parents=True)
        (site / "entities" / "vehicle.yaml").write_text("entity: bicycle\n")
        run = Terminal(
            Settings(definitions=(site,), database=settings.database), capsys, monkeypatch
        )
        status, _, wrong = run("db apply")
        assert (status, "error" in wrong) == (1, True)
        assert not (tmp_path / "procedura.db").exists()


class TestTheFirstAccount:
    def test_enters_an_administrator_who_can_log_in(self, run: Terminal, settings: Settings):
        run("db apply")
        words = "account add alex --person 'Alex Morgan' --administrator"
        assert run(words, f"{PASSWORD}\n") == (0, "Alex Morgan can log in as alex.\n", "")
        database = Database(settings.database)
        app = publish.build(database, settings.definitions)
        alex = access.log_in(app, "alex", PASSWORD)
        assert rights_now(app, alex).roles == {"administrator"}
        database.dispose()

    def test_leaves_nobody_behind_when_it_is_refused(self, run: Terminal):
        run("db apply")
        words = "account add alex --person 'Alex Morgan' --administrator"
        assert run(words, "short\n")[0] == 1
        assert run("account add alex --person 'Alex Morgan'", f"{PASSWORD}\n")[0] == 1


class TestAccounts:
    def test_are_made_listed_closed_and_opened(self, app, run: Terminal):
        assert run("account add ann --person 'Ann Lee'", PASSWORD)[0] == 0
        assert access.log_in(app, "ann", PASSWORD).name == "Ann Lee"
        assert "Ann Lee" in run("account list")[1]

        run("account close ann")
        assert "(closed)" in run("account list")[1]
        run("account open ann")
        assert run("account password ann", "battery staple\n")[0] == 0
        assert access.log_in(app, "ann", "battery staple").name == "Ann Lee"

    def test_are_refused_with_a_reason(self, app, run: Terminal):
        assert run("account add ann --person Nobody")[2] == "There is no person 'Nobody'.\n"
        status, _, wrong = run("account add ann --person 1", "short\n")
        assert (status, "password: A password has 8 to 1000" in wrong) == (1, True)
        assert run("account close bob")[2] == "There is no account 'bob'.\n"


class TestTokens:
    def test_are_made_listed_and_revoked(self, app, run: Terminal):
        run("account add ann --person 1", PASSWORD)
        status, token, _ = run("token create ann --label script --days 7")
        assert status == 0
        assert access.actor_of_token(app, token.strip()).login == "ann"
        listed = run("token list ann")[1]
        assert listed.split()[0] == "1"
        assert "script" in listed

        run("token revoke ann 1")
        assert "revoked" in run("token list ann")[1]

    def test_are_refused_with_a_reason(self, app, run: Terminal):
        assert run("token create bob --label x")[2] == "There is no open account 'bob'.\n"
        with pytest.raises(SystemExit):
            run("token create bob --label x --days 0")


VEHICLE = """\
entity: vehicle
title: Vehicle
plural: vehicles
purpose: Cars and vans that staff may borrow.
label: plate
fields:
  plate: { title: Plate, type: text, required: yes, at_most: 20, guideline: As on the vehicle. }
"""


class TestLinks:
    def test_lead_to_the_first_account_and_then_to_a_new_password(self, app, run: Terminal):
        status, told, _ = run("account set-up")
        assert status == 0
        key = told.strip().removeprefix("http://127.0.0.1:5000/set-up/")
        access.set_up(app, key, "alex", "Alex Morgan", PASSWORD)
        assert run("account set-up")[::2] == (
            1,
            "There are accounts already.\nhint: See them with 'procedura account list'.\n",
        )

        status, told, _ = run("account reset alex")
        assert status == 0
        key = told.strip().removeprefix("http://127.0.0.1:5000/password/")
        assert access.set_password_by_link(app, key, "battery staple").login == "alex"
        assert run("account reset bob")[::2] == (1, "There is no account 'bob'.\n")

    def test_to_the_first_account_are_printed_where_nobody_can_log_in(
        self, app, settings: Settings, capsys
    ):
        serve.tell_how_to_begin(settings)
        [sentence, address] = capsys.readouterr().out.splitlines()
        assert sentence.startswith("Nobody can log in yet.")
        access.require_set_up_link(app, address.rsplit("/", 1)[1])
        access.create_administrator(app, "alex", "Alex Morgan", PASSWORD)
        serve.tell_how_to_begin(settings)
        assert capsys.readouterr().out == ""
