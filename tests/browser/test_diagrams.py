"""Diagrams in a real browser, with the letters it really has: those of the guide, and BPMN.

For BPMN it needs `npm ci` in tests/notation/bpmn.
"""

import re

import pytest
from playwright.sync_api import Page

from tests.conftest import missing
from tests.notation.bpmn.exports import EXPORTS, TOOLS

pytestmark = pytest.mark.browser

WIDEST = 5
"""How many lanes fit a page without scrolling."""
MEASURE = """
(theme) => {
  document.documentElement.dataset.bsTheme = theme;
  const inside = (part, whole) => part.left >= whole.left - 1 && part.right <= whole.right + 1
    && part.top >= whole.top - 1 && part.bottom <= whole.bottom + 1;
  const meet = (one, other) => one.left < other.right - 1 && other.left < one.right - 1
    && one.top < other.bottom - 2 && other.top < one.bottom - 2;
  const found = [];
  const texts = [...document.querySelectorAll('.diagram text')].map(
    (text) => [text.textContent, text.getBoundingClientRect()]);
  texts.forEach(([words, area], at) => texts.slice(at + 1).forEach(([others, other]) => {
    if (meet(area, other)) found.push(`“${words}” runs into “${others}”`);
  }));
  for (const box of document.querySelectorAll('.diagram .box')) {
    const area = box.getBoundingClientRect();
    for (const text of box.parentElement.querySelectorAll('text')) {
      if (!inside(text.getBoundingClientRect(), area)) {
        found.push(`“${text.textContent}” does not fit its box`);
      }
    }
  }
  const frame = document.querySelector('.diagram-frame');
  const lanes = document.querySelectorAll('.diagram .lane').length;
  return [found, frame.scrollWidth > frame.clientWidth + 1, lanes, document.fonts.check('13px "Inter Variable"')];
}
"""
DRAW = """
async (text) => {
  if (window.viewer) window.viewer.destroy();
  window.viewer = new BpmnJS({ container: '#canvas' });
  const { warnings } = await window.viewer.importXML(text);
  window.viewer.get('canvas').zoom('fit-viewport');
  const elements = window.viewer.get('elementRegistry').getAll().map((each) => each.id);
  return [warnings.map(String), elements];
}
"""


def test_words_of_every_diagram_of_the_guide_fit_as_the_browser_writes_them(product, log_in):
    alex = log_in("alex")
    definitions = product.app.definitions
    addresses = [f"/guide/procedures/{key}/" for key in definitions.procedures]
    addresses += [f"/guide/processes/{key}/" for key in definitions.processes]
    faults = {}
    for address in addresses:
        page = alex.go(address)
        for theme in ("light", "dark"):
            found, scrolls, lanes, has_letters = page.evaluate(MEASURE, theme)
            assert has_letters, "the font that widths are taken from"
            if scrolls and lanes <= WIDEST:
                found.append(f"{lanes} lanes do not fit the page")
            if found:
                faults[address, theme] = found
    assert faults == {}


@pytest.fixture(scope="module")
def viewer(browser):
    """A page with bpmn-js, and what went wrong on it."""
    script = TOOLS / "bpmn-js" / "dist" / "bpmn-viewer.production.min.js"
    if not script.exists():
        missing("no bpmn-js: run 'npm ci' in tests/notation/bpmn")
    page: Page = browser.new_page(viewport={"width": 800, "height": 900})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.set_content('<div id="canvas" style="width: 800px; height: 900px"></div>')
    page.add_script_tag(path=script)
    yield page, errors
    page.close()


def test_bpmn_js_draws_every_procedure(viewer):
    page, errors = viewer
    empty = page.screenshot()
    for key, text in EXPORTS.items():
        warnings, elements = page.evaluate(DRAW, text)
        assert warnings == [], key
        drawn = {*re.findall(r'<bpmndi:BPMN(?:Shape|Edge) id="[^"]+" bpmnElement="([^"]+)"', text)}
        assert drawn <= set(elements), key
        assert page.screenshot() != empty, key
    assert errors == []
