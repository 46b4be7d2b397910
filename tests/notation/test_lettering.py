from hypothesis import given
from hypothesis import strategies as st

from server.notation.lettering import ELLIPSIS, width, wrap


class TestWrapping:
    def test_a_text_that_fits_stays_on_one_line(self):
        assert wrap("Close it", 100, 13) == ("Close it",)

    def test_breaks_between_words(self):
        assert wrap("Register the incident request", 100, 13) == (
            "Register the",
            "incident",
            "request",
        )

    def test_says_with_an_ellipsis_that_something_is_missing(self):
        lines = wrap("one two three four five six seven eight nine ten", 60, 13, lines=2)
        assert len(lines) == 2
        assert lines[-1].endswith(ELLIPSIS)

    def test_cuts_a_word_that_is_longer_than_a_line(self):
        assert "".join(wrap("Donaudampfschifffahrt", 40, 13, lines=9)) == "Donaudampfschifffahrt"

    def test_cuts_it_where_its_parts_are_joined(self):
        assert wrap("recovery.update_every", 80, 13) == ("recovery.", "update_", "every")

    def test_no_text_is_one_empty_line(self):
        assert wrap("", 100, 13) == ("",)

    @given(st.text(max_size=60), st.floats(30, 300), st.integers(1, 4))
    def test_no_line_is_wider_than_the_room_unless_one_letter_is(self, text, room, lines):
        wrapped = wrap(text, room, 13, lines)
        assert 1 <= len(wrapped) <= lines
        assert all(width(line, 13) <= room or len(line) <= 2 for line in wrapped)
