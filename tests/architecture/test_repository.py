"""What may never stand in a tracked file, and what setup.cfg has to say."""

from __future__ import annotations

import ast
import configparser
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.architecture.conftest import CHECKOUT

HOSTS = (
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "npmjs" + ".org",
    "npmjs" + ".com",
    "debian" + ".org",
    "jsdelivr" + ".net",
    "unpkg" + ".com",
    "docker" + ".io",
    "ghcr" + ".io",
)
MACHINE = re.compile(r"(?<![\w.~-])/(?:work|root|home/\w+|tmp/\w+)/[\w.]")
"""Paths of one machine. A folder below /tmp that a test names would be one as well."""
OWN = {"server", "admin", "definitions", "schemas", "tests", "benchmarks"}


def texts(tracked):
    for path in tracked:
        try:
            yield path.relative_to(CHECKOUT), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def test_no_file_names_a_registry(tracked):
    found = {(str(path), host) for path, text in texts(tracked) for host in HOSTS if host in text}
    assert found == set()


def test_no_file_names_a_path_of_one_machine(tracked):
    found = {
        (str(path), hit[0]) for path, text in texts(tracked) for hit in MACHINE.finditer(text)
    }
    assert found == set()


def test_nothing_that_others_wrote_is_committed(tracked):
    names = {path.relative_to(CHECKOUT).as_posix() for path in tracked}
    assert not {name for name in names if "node_modules/" in name or "static/vendor/" in name}
    assert not {name for name in names if name.endswith((".min.js", ".min.css", ".woff2", ".whl"))}


@pytest.mark.slow
def test_every_package_that_is_imported_is_one_that_is_installed():
    assert imported("server", "admin") <= required("options", "install_requires")
    assert imported("tests") <= (
        required("options", "install_requires") | required("options.extras_require", "test")
    )


@pytest.mark.slow
def test_every_package_that_is_installed_is_one_that_is_used():
    # psycopg is found by its name in a URL, Flask-Admin asks for Flask-SQLAlchemy, and for a
    # WTForms older than the one it breaks with; zoneinfo reads tzdata where the system has no zones
    unseen = {"psycopg", "flask-sqlalchemy", "wtforms", "tzdata"}
    assert required("options", "install_requires") - imported("server", "admin") <= unseen


def imported(*folders: str) -> set[str]:
    """The distributions whose packages the modules in these folders import."""
    known = packages_distributions()
    modules = {
        name.split(".")[0]
        for folder in folders
        for path in (CHECKOUT / folder).rglob("*.py")
        if not {"node_modules", ".pm4py"} & {*path.parts}
        for name in imports(path)
    }
    strangers = modules - OWN - sys.stdlib_module_names - {"__future__"}
    return {normal(known.get(name, [name])[0]) for name in strangers}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def required(section: str, option: str) -> set[str]:
    config = configparser.ConfigParser()
    config.read(CHECKOUT / "setup.cfg", encoding="utf-8")
    lines = config[section][option].strip().splitlines()
    return {normal(re.split(r"[\[<>=~!; ]", line.strip(), maxsplit=1)[0]) for line in lines}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
