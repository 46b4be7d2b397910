"""Stories of votes go as told, and pass every way out of them."""

from __future__ import annotations

from server.rules import Rules
from server.usecases.rehearsal import play_all
from tests.promises.shop import read
from tests.usecases.council_hall import COUNCIL


def test_votes_go_as_their_stories_tell() -> None:
    definitions = read(COUNCIL)

    played = list(play_all(definitions, Rules(definitions.decisions).decide))

    assert [found for story in played for found in story.differences] == []
    assert len(played) == 4
