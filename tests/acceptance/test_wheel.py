"""The wheel is the product: installed in an empty environment, away from the checkout, it serves."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.usecases.sample import PASSWORD
from tests.conftest import missing
from tests.journeys.servers import ServerProcess
from tests.journeys.town import Town

pytestmark = pytest.mark.slow

CHECKOUT = Path(__file__).parents[2]
PACKED = ("server", "admin", "definitions", "schemas")
BESIDE = ("setup.cfg", "pyproject.toml", "README.md", "LICENSE", "NOTICE")
VENDOR = CHECKOUT / "admin" / "static" / "vendor" / "icons.svg"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy, so that the checkout stays as it is."""
    if not VENDOR.exists():
        missing("no files for the browser: run 'make assets'")
    copy = tmp_path_factory.mktemp("copy")
    unpacked = shutil.ignore_patterns("__pycache__", "node_modules")
    for name in PACKED:
        shutil.copytree(CHECKOUT / name, copy / name, ignore=unpacked)
    for name in BESIDE:
        shutil.copy(CHECKOUT / name, copy / name)
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", str(copy))
    (built,) = (copy / "dist").glob("procedura-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command that an empty environment has after installing the wheel."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder)
    pip = (sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"))
    run(*pip, "install", "--quiet", "--no-compile", str(wheel))
    return folder / "bin" / "procedura"


@pytest.fixture(scope="module")
def server(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("installation")
    server = ServerProcess(f"sqlite:///{folder / 'procedura.db'}", folder, installed)
    server.carry_out("db", "apply")
    server.carry_out("sample")
    server.start()
    yield server
    server.kill()


def test_the_wheel_carries_what_it_needs_and_no_tests(wheel: Path):
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "definitions/model.yaml",
        "schemas/procedure.schema.json",
        "server/usecases/sample/organisation.yaml",
        "admin/static/vendor/tabler.min.css",
        "admin/static/vendor/LICENSES.txt",
    } <= names
    assert not [
        name for name in names if name.split("/")[0] not in PACKED and "dist-info" not in name
    ]
    assert {Path(name).name for name in names if "dist-info/" in name} >= {"LICENSE", "NOTICE"}


def test_an_installed_wheel_checks_its_own_definitions(installed: Path, tmp_path: Path):
    done = run(str(installed), "check", cwd=tmp_path)
    assert "error" not in done


def test_an_installed_wheel_serves_and_a_task_is_completed(server: ServerProcess):
    # given an analyst who has logged in
    town = Town(server, {"anna": token(server, "anna")})
    # when a user phones, and the analyst finishes the talk
    begun = town.begin(
        "incident-request-registration",
        "by-phone",
        "anna",
        caller="Lily Hart",
        message="The printer eats paper.",
    )
    (task,) = [line for line in begun["tasks"] if line["state"] == "open"]
    answers = {"outcome": None, "answers": {"is_about_existing": False}}
    done = town.command("anna", f"/tasks/{task['id']}/complete", answers)
    # then the next task is the one to register the request
    assert [line["step"] for line in done["opened"]] == ["register"]


def test_an_installed_wheel_shows_its_screens(server: ServerProcess):
    with urllib.request.urlopen(f"{server.address}/", timeout=30) as page:
        text = page.read().decode()
    assert "vendor/tabler.min.css" in text


def token(server: ServerProcess, login: str) -> str:
    request = urllib.request.Request(
        f"{server.address}/api/v1/tokens",
        method="POST",
        data=json.dumps({"login": login, "password": PASSWORD, "label": "acceptance"}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(json.load(answer)["token"])


def run(*words: str, cwd: Path | None = None) -> str:
    """Output of a program that must succeed."""
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
