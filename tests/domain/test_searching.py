"""What is typed into a search, and what is shown of a text in which it was found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.searching import (
    EXCERPT,
    LONGEST_WORD,
    WORDS,
    Piece,
    Word,
    asked,
    excerpt,
    folded,
    marked,
    resembling,
    whole_words,
)


def words(text: str) -> tuple[Word, ...]:
    return asked(text).words


def shown(pieces: list[Piece]) -> str:
    return "".join(f"[{piece.text}]" if piece.is_hit else piece.text for piece in pieces)


class TestWhatIsTyped:
    @pytest.mark.parametrize(
        ("text", "meant"),
        [
            ("Printer burns", ["printer", "burns"]),
            ("printer PRINTER", ["printer"]),
            ('"mail" AND (x OR y)*', ["mail", "and", "x", "or", "y"]),
            ("srv-db_01.example.org", ["srv", "db", "01", "example", "org"]),
            ("Müller", ["müller"]),
            ("Mu\u0308ller", ["müller"]),
            ("", []),
            ("'\"\\%_*^:{}()", []),
            ("\x00 \ud800 🙂 ?!", []),
            ("принтер 打印机", ["принтер", "打印机"]),
        ],
    )
    def test_is_its_words(self, text, meant):
        assert [word.written for word in words(text)] == meant

    def test_counts_up_to_a_limit_and_says_so(self):
        assert not asked("x " * 500).more
        many = asked(" ".join(f"w{count}" for count in range(WORDS + 1)))
        assert (len(many.words), many.more) == (WORDS, True)
        assert len(words("a" * 10_000)[0].written) == LONGEST_WORD

    @given(st.text(max_size=300))
    def test_may_be_anything(self, text):
        for word in words(text):
            assert word.folded
            assert word.written.isalnum()
            resembling(word)
            assert shown(excerpt(text, [word]))


class TestFolding:
    @pytest.mark.parametrize(
        ("text", "bare"),
        [
            ("Müller", "muller"),
            ("ÀÉÎÕÚÇÑ", "aeioucn"),
            ("Straße STRASSE ẞ", "strasse strasse ss"),
            ("Łódź Ærø Œuvre Đ", "lodz aero oeuvre d"),
        ],
    )
    def test_leaves_letters_without_accents(self, text, bare):
        assert folded(text) == bare


class TestMistakes:
    @pytest.mark.parametrize("typed", ["pritner", "printr", "prinnter", "prinder"])
    def test_of_one_letter_are_seen_through(self, typed):
        assert "printer" in resembling(Word(typed))

    @pytest.mark.parametrize("typed", ["net", "123456", "a" * 16])
    def test_are_not_looked_for_in_what_is_short_long_or_a_number(self, typed):
        assert resembling(Word(typed)) == frozenset()


class TestExcerpts:
    def test_mark_what_begins_with_a_word(self):
        assert shown(marked("Printer prints in print", words("print"))) == (
            "[Printer] [prints] in [print]"
        )

    def test_mark_single_letters_only_where_they_stand_alone(self):
        assert shown(marked("Plan B by Bob", words("b"))) == "Plan [B] by Bob"

    def test_mark_whatever_the_accents(self):
        assert shown(marked("Herr MU\u0308LLER, Straße 1", words("muller strasse"))) == (
            "Herr [MU\u0308LLER], [Straße] 1"
        )

    def test_are_nothing_where_nothing_was_found(self):
        assert excerpt("Mail is slow", words("printer")) == []

    def test_show_where_most_words_stand_and_no_more(self):
        text = "toner " + "blank " * 100 + "the printer lacks toner " + "blank " * 100
        told = shown(excerpt(text, words("printer toner")))
        assert "the [printer] lacks [toner]" in told
        assert told.startswith("… blank")
        assert told.endswith("blank …")
        assert len(told) < EXCERPT + 60

    def test_show_a_short_text_whole(self):
        assert shown(excerpt("The printer burns", words("burns"))) == "The printer [burns]"


def test_whole_words_are_told_from_beginnings():
    assert whole_words("The Printer prints", words("printer print")) == 1
