from datetime import UTC, date, datetime

from admin.texts import iso, markdown, plain_moment, tag


class TestMarkdown:
    def test_lists_and_emphasis_are_rendered(self):
        assert "<li>One</li>" in markdown("1. One\n2. Two")
        assert "<strong>never</strong>" in markdown("**never**")

    def test_markup_in_an_instruction_is_shown_not_obeyed(self):
        rendered = markdown("<script>alert(1)</script> <b onclick=x>bold</b>")
        assert "<script" not in rendered
        assert "<b " not in rendered
        assert "&lt;script&gt;" in rendered

    def test_a_link_cannot_run_a_script(self):
        assert "href" not in markdown("[click](javascript:alert(1))")

    def test_a_table_is_one(self):
        assert "<table>" in markdown("| a | b |\n|---|---|\n| 1 | 2 |")


def test_moments_are_in_utc_for_machines_and_readable_without_scripts():
    at = datetime(2026, 3, 2, 9, 5, 3, tzinfo=UTC)
    assert iso(at) == "2026-03-02T09:05:03Z"
    assert plain_moment(at) == "02 Mar 2026, 09:05 UTC"
    assert iso(date(2026, 3, 2)) == "2026-03-02"


def test_a_colour_that_is_none_of_ours_becomes_grey():
    assert 'class="pill pill-grey"' in tag("New", "url(evil)")
    assert "&lt;b&gt;" in tag("<b>", "blue")
