"""What the browser is sent: everything from us, nothing that the policy would refuse."""

import json
import re
from pathlib import Path

import pytest

import admin
from admin import assets
from admin.shell import GROUP_ICONS
from tests.conftest import missing

ADMIN = Path(admin.__file__).parent
TEMPLATES = sorted((ADMIN / "templates").rglob("*.html"))
SOURCES = sorted(ADMIN.glob("*.py"))


def named_icons():
    for template in TEMPLATES:
        text = template.read_text(encoding="utf-8")
        yield from re.findall(r"""icon\(\s*['"]([a-z0-9-]+)['"]""", text)
        yield from re.findall(r"""icon\('([a-z0-9-]+)' if""", text)
        yield from re.findall(r"""m\.empty\(.*?,\s*'([a-z0-9]+(?:-[a-z0-9]+)*)'\)""", text)
    for source in SOURCES:
        text = source.read_text(encoding="utf-8")
        yield from re.findall(r"""menu_icon_value="([a-z0-9-]+)\"""", text)
        yield from re.findall(
            r"""super\(\).__init__\("[^"]+", "[^"]+", "[^"]+", "([^"]+)"\)""", text
        )
    yield from GROUP_ICONS.values()


def test_every_icon_that_is_named_is_carried():
    assert set(named_icons()) <= set(assets.ICONS)


def test_no_icon_is_carried_for_nothing():
    text = "".join(path.read_text(encoding="utf-8") for path in (*TEMPLATES, *SOURCES))
    unused = [
        icon for icon in assets.ICONS if text.count(f"'{icon}'") + text.count(f'"{icon}"') < 1
    ]
    assert unused == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_nothing_that_the_content_security_policy_refuses(template):
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=", text), "no inline styles"
    assert not re.search(r"\son[a-z]+=", text), "no inline handlers"
    assert "<style" not in text
    assert not re.search(r"<script(?![^>]*\ssrc=)", text), "no inline scripts"
    assert not re.search(r"""(?:src|href)=["']https?:""", text), "nothing from elsewhere"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_form_that_changes_something_carries_its_token(template):
    text = template.read_text(encoding="utf-8")
    forms = re.findall(r"<form[^>]*method=\"post\".*?</form>", text, re.DOTALL)
    assert all("csrf()" in form for form in forms)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_only_our_own_drawings_are_put_in_unescaped(template):
    assert set(re.findall(r"\{\{\s*(\w+)\|safe", template.read_text(encoding="utf-8"))) <= {
        "diagram",
        "drawing",
    }


def test_the_lock_file_names_no_address_and_every_integrity():
    lock = json.loads((ADMIN / "package-lock.json").read_text(encoding="utf-8"))
    packages = [entry for name, entry in lock["packages"].items() if name]
    assert all("resolved" not in entry and "integrity" in entry for entry in packages)


def test_everything_is_copied_with_its_licence(tmp_path):
    if not assets.PACKAGES.is_dir():
        missing("no admin/node_modules: run `make assets`")
    # given an old file that is no longer wanted
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "jquery.js").touch()
    # when the assets are made
    assets.copy(vendor=tmp_path / "vendor")
    # then just those that the pages use are there, and no map is pointed to
    there = {path.name for path in (tmp_path / "vendor").iterdir()}
    assert there == {*assets.FILES.values(), "icons.svg", "LICENSES.txt"}
    for script in (tmp_path / "vendor").glob("*.js"):
        assert b"sourceMappingURL" not in script.read_bytes()
    licences = (tmp_path / "vendor" / "LICENSES.txt").read_text(encoding="utf-8")
    for name in ("@tabler/core", "htmx.org", "tom-select", "@fontsource-variable/inter"):
        assert f"{name} " in licences
