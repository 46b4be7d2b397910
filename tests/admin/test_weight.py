"""What goes over the network is compressed, where that tells nobody what else stands on a page."""

import gzip

import pytest

TAKES_IT = {"Accept-Encoding": "gzip, deflate, br"}


def test_a_file_is_compressed_for_those_who_take_it(office):
    client = office.browser()
    plain = client.get("/static/screens.css", buffered=True)
    small = client.get("/static/screens.css", headers=TAKES_IT, buffered=True)
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.data) == plain.data
    assert len(small.data) < len(plain.data) / 2
    for answer in (plain, small):
        assert "Accept-Encoding" in answer.vary
        assert answer.headers["Cache-Control"] == "public, max-age=86400"
    assert "Content-Encoding" not in plain.headers


def test_a_file_is_not_sent_again_to_those_who_have_it(office):
    client = office.browser()
    first = client.get("/static/screens.css", headers=TAKES_IT, buffered=True)
    known = TAKES_IT | {"If-None-Match": first.headers["ETag"]}
    again = client.get("/static/screens.css", headers=known, buffered=True)
    assert again.status_code == 304
    assert again.data == b""


def test_a_part_of_a_file_is_sent_as_it_is(office):
    asked = TAKES_IT | {"Range": "bytes=0-9"}
    part = office.browser().get("/static/screens.css", headers=asked, buffered=True)
    assert part.status_code == 206
    assert "Content-Encoding" not in part.headers


def test_a_page_is_compressed_and_its_length_tells_nothing(office):
    client = office.browser("ann")
    answers = [client.get("/begin/", headers=TAKES_IT) for _ in range(20)]
    assert {answer.headers["Content-Encoding"] for answer in answers} == {"gzip"}
    assert all("Accept-Encoding" in answer.vary for answer in answers)
    assert all(int(answer.headers["Content-Length"]) == len(answer.data) for answer in answers)
    assert b"</html>" in gzip.decompress(answers[0].data)
    assert len({len(answer.data) for answer in answers}) > 5


@pytest.mark.parametrize("address", ["/search/?q=mail", "/?which=due", "/nothing/here"])
@pytest.mark.parametrize("led_by", [{}, {"Sec-Fetch-Site": "cross-site"}], ids=str)
def test_a_page_that_may_repeat_what_another_site_has_asked_goes_as_it_is(office, address, led_by):
    answer = office.browser("ann").get(address, headers=TAKES_IT | led_by)
    assert "Content-Encoding" not in answer.headers
    assert b"</html>" in answer.data


def test_a_page_to_which_one_of_ours_has_led_is_compressed(office):
    led = TAKES_IT | {"Sec-Fetch-Site": "same-origin"}
    answer = office.browser("ann").get("/search/?q=mail", headers=led)
    assert answer.headers["Content-Encoding"] == "gzip"


def test_an_answer_to_a_form_goes_as_it_is(office):
    answer = office.browser().post("/log-in", data={"login": "<mine>"}, headers=TAKES_IT)
    assert answer.status_code in {400, 401}
    assert "Content-Encoding" not in answer.headers
