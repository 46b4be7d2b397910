"""Copies what others wrote for the browser into `static/vendor/`: `python -m admin.assets`.

`make assets` runs `npm ci` in this folder before. The copies are never committed; the wheel carries
them with their licences, so that who installs it needs no Node. Nothing is bundled or changed,
except that references to source maps, which are not carried, are cut off.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

HERE = Path(__file__).parent
PACKAGES = HERE / "node_modules"
VENDOR = HERE / "static" / "vendor"

FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/css/tabler-vendors.min.css": "tabler-vendors.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "tom-select/dist/css/tom-select.bootstrap5.min.css": "tom-select.min.css",
    "tom-select/dist/js/tom-select.complete.min.js": "tom-select.min.js",
    "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2": "inter-latin.woff2",
    "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2": "inter-latin-ext.woff2",
    "@fontsource-variable/inter/files/inter-cyrillic-wght-normal.woff2": "inter-cyrillic.woff2",
    "@fontsource-variable/inter/files/inter-greek-wght-normal.woff2": "inter-greek.woff2",
}

ICONS = (
    *("activity", "adjustments", "affiliate", "alert-triangle", "arrow-back-up", "arrow-left"),
    *("arrow-right", "bell", "bolt", "book-2", "box", "building", "check", "chevron-down"),
    *("bookmark", "chevron-up", "columns"),
    *("chevron-left", "chevron-right", "clock", "database", "device-floppy", "download"),
    *("external-link", "eye", "file-text", "filter", "folder", "gauge", "git-fork", "git-merge"),
    *("hand-grab", "headset", "history", "inbox", "info-circle", "keyboard", "lifebuoy"),
    "list-check",
    *("lock", "logout", "map-2", "message", "mood-empty", "moon", "pencil", "player-play"),
    *("plus", "refresh", "route", "search", "server", "settings", "shield-check", "sitemap"),
    *("sun", "table", "tool", "trash", "user", "user-check", "user-plus", "users"),
    *("users-group", "x"),
)
"""The icons that templates and views may name; each becomes a symbol of `icons.svg`."""

BUNDLED = ("@orchidjs/sifter", "@orchidjs/unicode-variants", "@popperjs/core")
"""Packages that stand inside the files of others."""

_COPYRIGHT = {"@tabler/core": "Copyright 2018-2026 The Tabler Authors and Paweł Kuna"}
_SVG = "{http://www.w3.org/2000/svg}"
_SOURCE_MAP = re.compile(rb"\s*(//# sourceMappingURL=\S+|/\*# sourceMappingURL=.*?\*/)\s*$")
_MIT = """The MIT License (MIT)

{copyright}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or
substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM,
DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT
OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def copy(packages: Path = PACKAGES, vendor: Path = VENDOR) -> None:
    """Put everything that the screens need into `vendor`, in place of what was there."""
    shutil.rmtree(vendor, ignore_errors=True)
    vendor.mkdir(parents=True)
    for source, target in FILES.items():
        content = (packages / source).read_bytes()
        (vendor / target).write_bytes(_SOURCE_MAP.sub(b"\n", content))
    (vendor / "icons.svg").write_text(_sprite(packages), encoding="utf-8")
    (vendor / "LICENSES.txt").write_text(_licences(packages), encoding="utf-8")


def _sprite(packages: Path) -> str:
    ET.register_namespace("", _SVG.strip("{}"))
    sprite = ET.Element(f"{_SVG}svg")
    for name in ICONS:
        icon = ET.parse(packages / f"@tabler/icons/icons/outline/{name}.svg").getroot()  # noqa: S314  a package pinned by its hash
        symbol = ET.SubElement(sprite, f"{_SVG}symbol", id=name, viewBox="0 0 24 24")
        symbol.extend(shape for shape in icon if shape.get("stroke") != "none")
    return ET.tostring(sprite, encoding="unicode")


def _licences(packages: Path) -> str:
    names = ["@tabler/icons", *BUNDLED]
    names += dict.fromkeys(
        "/".join(source.split("/")[: 2 if source.startswith("@") else 1]) for source in FILES
    )
    parts = []
    for name in sorted(names):
        about = json.loads((packages / name / "package.json").read_text(encoding="utf-8"))
        head = f"{name} {about['version']} ({about['license']})"
        parts.append(f"{head}\n{'=' * len(head)}\n\n{_licence(packages, name, about['license'])}")
    return "\n\n".join(parts)


def _licence(packages: Path, name: str, licence: str) -> str:
    for file in sorted((packages / name).glob("LICEN[CS]E*")):
        return file.read_text(encoding="utf-8")
    if licence == "Apache-2.0":
        return "Under the Apache License 2.0, whose text stands with tom-select."
    return _MIT.format(copyright=_COPYRIGHT[name])


if __name__ == "__main__":
    if not PACKAGES.is_dir():
        sys.exit("There is no admin/node_modules: run `npm ci` in admin/ first (`make assets`).")
    copy()
