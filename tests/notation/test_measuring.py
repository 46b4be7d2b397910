"""The measure itself finds what is wrong with a picture."""

import pytest

from tests.notation.measuring import faults

PAGE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 200">{}'
    '<g data-key="one"><rect class="box" x="10" y="10" width="100" height="40"/>'
    '<text x="20" y="30">Register</text></g></svg>'
)
TEXT = '<g data-key="two"><rect class="box" x="150" y="10" width="100" height="60"/>{}</g>'


def test_a_picture_in_order_has_no_faults():
    assert faults(PAGE.format(TEXT.format('<text x="160" y="30">Close it</text>'))) == []


@pytest.mark.parametrize(
    ("seeded", "fault"),
    [
        (
            '<g data-key="two"><rect class="box" x="90" y="20" width="90" height="40"/></g>',
            "box 'two' lies on box 'one'",
        ),
        (
            '<g data-key="two"><rect class="box" x="250" y="20" width="90" height="40"/></g>',
            "box 'two' leaves the page",
        ),
        ('<g class="ways"><path d="M60 60L60 5"/></g>', "a line runs through box 'one'"),
        (
            TEXT.format('<text x="160" y="30">A title that is far too long</text>'),
            "“A title that is far too long” does not fit box 'two'",
        ),
        (
            TEXT.format('<text x="160" y="30">One</text><text x="165" y="35">Two</text>'),
            "“One” runs into “Two”",
        ),
        (
            (
                '<rect class="lane even" x="0" y="0" width="40" height="200"/>'
                '<g class="lane-head"><text x="20" y="9" text-anchor="middle">Coordinator</text></g>'
            ),
            "“Coordinator” does not fit its lane",
        ),
    ],
)
def test_says_what_is_wrong(seeded, fault):
    assert faults(PAGE.format(seeded)) == [fault]
