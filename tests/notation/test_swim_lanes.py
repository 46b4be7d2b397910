"""The diagram of a procedure: everything in it, nothing on top of anything."""

import itertools
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings

from server.domain.beginning import Beginning
from server.domain.step import (
    ContinueIn,
    End,
    Step,
)
from server.domain.ways import walk
from server.notation import Titles, swim_lanes
from server.notation.layout import PAGE, lay_out, rows_of
from server.notation.lettering import ELLIPSIS
from server.notation.reading import diagram
from tests.notation.measuring import faults
from tests.notation.procedures import (
    a_decision,
    a_gateway,
    a_long_one,
    a_procedure,
    a_task,
    a_whole_one,
    procedures,
)

SVG = "{http://www.w3.org/2000/svg}"
NOTHING = frozenset()


def nowhere(_kind, _key):
    return None


def everywhere(kind, key):
    return f"/{kind}/{key}?a=1&b=2"


def laid_out(procedure):
    return lay_out(diagram(procedure, Titles(), nowhere, NOTHING, NOTHING))


def drawn(procedure, link=nowhere, done=NOTHING, current=NOTHING, titles=None):
    return ET.fromstring(
        swim_lanes(procedure, titles or Titles(), link=link, done=done, current=current)
    )


def boxes(tree):
    return {node.get("data-key"): node for node in tree.iter() if node.get("data-key")}


def words(node):
    return " ".join("".join(text.itertext()) for text in node.iter(f"{SVG}text"))


class TestADiagram:
    def test_shows_each_step_once(self):
        procedure = a_long_one()
        keys = [node.get("data-key") for node in drawn(procedure).iter() if node.get("data-key")]
        assert sorted(keys) == sorted(set(keys))
        assert {step.key for step in walk(procedure.steps)} <= set(keys)

    def test_writes_the_outcomes_into_the_box(self):
        shown = boxes(drawn(a_long_one()))
        assert words(shown["assign"]) == (
            "Assign a specialist Assigned Information is missing It belongs to another group"
        )

    def test_a_gateway_says_otherwise_for_its_last_row(self):
        gateway = a_gateway("kind", [("question", "one"), ("rest", "two")], title="Which?")
        shown = boxes(drawn(a_procedure(gateway, a_task("one"), a_task("two"))))
        assert words(shown["kind"]) == "Which? Question Otherwise"

    def test_the_lanes_are_the_roles_in_their_order_by_title(self):
        tree = drawn(a_long_one(), titles=Titles(roles={"desk": "Service desk analyst"}))
        heads = [words(node) for node in tree.iter() if node.get("class") == "lane-head"]
        assert heads == ["Service desk analyst", "Coordinator", "Specialist"]

    def test_starts_that_lead_to_one_step_share_a_box(self):
        shown = boxes(drawn(a_long_one()))
        assert words(shown["start:identify:0"]) == "A user phones A user writes a mail"
        assert words(shown["start:route:0"]) == "After Event handling"

    def test_a_procedure_without_starts_still_shows_where_it_begins(self):
        assert "start:one:0" in boxes(drawn(a_procedure(a_task("one"))))

    def test_a_decision_stands_in_the_lane_of_what_leads_to_it(self):
        procedure = a_procedure(
            a_task("first", "desk"),
            a_task("second", "specialist"),
            a_decision("ask", {"yes": "done", "no": "first"}),
            lanes=("desk", "specialist"),
        )
        layout = laid_out(procedure)
        lanes = {place.box.key: place.box.lane for place in layout.places}
        assert lanes["ask"] == lanes["second"] == 1

    def test_the_end_of_the_list_gets_a_box(self):
        shown = boxes(drawn(a_procedure(a_task("only"))))
        assert words(shown["end:done:0"]) == "Done"

    def test_nothing_follows_an_end_or_another_procedure(self):
        procedure = a_procedure(
            a_gateway("which", [("a", "stop"), ("b", "other")]),
            Step("stop", End("cancelled")),
            Step("other", ContinueIn("change")),
        )
        assert {way.source for way in laid_out(procedure).ways} == {"start:which:0", "which"}

    def test_branches_meet_again(self):
        layout = laid_out(a_long_one())
        into = {way.source for way in layout.ways if way.target == "join:both"}
        assert into == {"verify", "review"}

    def test_a_way_to_an_earlier_step_is_marked_as_leading_back(self):
        layout = laid_out(a_long_one())
        back = {(way.source, way.target) for way in layout.ways if way.is_back}
        assert back == {("assign", "register"), ("assign", "route"), ("solved", "diagnose")}


class TestTheWholeLanguage:
    def test_each_step_has_its_box_and_what_is_done_as_needed_too(self):
        shown = boxes(drawn(a_whole_one()))
        assert {step.key for step in a_whole_one().walk()} <= set(shown)
        assert words(shown["needed:corrective-task"]) == "Hand out a corrective task"

    def test_nothing_leads_to_what_is_done_as_needed(self):
        ways = laid_out(a_whole_one()).ways
        assert not [way for way in ways if way.target.startswith("needed:")]
        assert [way.target for way in ways if way.source == "needed:ask"] == ["ask-owner"]
        assert not [way for way in ways if way.source == "ask-owner"]

    def test_a_repeated_step_says_for_whom_and_how(self):
        shown = boxes(drawn(a_whole_one()))
        assert words(shown["arrive"]) == "Arrive For each member, all at once"
        assert words(shown["each-service"]) == "Each service For each item, all at once"
        assert words(shown["join:each-service"]) == "When 2 are done"

    def test_a_task_says_by_when_it_is_due(self):
        assert words(boxes(drawn(a_whole_one()))["size"]) == "Size the teams Within 1 working day"

    def test_an_approval_stands_in_the_lane_of_its_first_signer(self):
        places = {place.box.key: place.box for place in laid_out(a_whole_one()).places}
        assert laid_out(a_whole_one()).diagram.lanes[places["approve"].lane].title == "Manager"
        assert places["approve"].kind == "approval by Manager, Desk"

    def test_waiting_says_what_for_and_leads_on_in_time_or_late(self):
        shown = boxes(drawn(a_whole_one()))
        assert words(shown["wait"]) == "Until recovery.begins_on In time Late"
        assert words(shown["pause"]) == "Until service.is_up"

    def test_a_called_procedure_has_a_thick_border_and_leads_there(self):
        shown = boxes(drawn(a_whole_one(), link=everywhere))
        assert shown["call"].get("href") == "/procedure/activation?a=1&b=2"
        assert "is-call" in shown["call"].get("class")

    def test_a_group_leads_on_from_its_last_step_and_turns_from_where_they_meet(self):
        ways = {(way.source, way.target) for way in laid_out(a_whole_one()).ways}
        assert {("prepare", "phone"), ("write", "recover")} <= ways
        assert {("announce", "join:each-service"), ("join:each-service", "join:recover")} <= ways

    def test_what_starts_by_itself_says_when(self):
        shown = boxes(drawn(a_whole_one()))
        assert words(shown["start:size:0"]) == "Every month, for each manager"
        assert words(shown["start:prepare:0"]) == "At recovery.planned_at"

    def test_what_stops_it_stands_below_all_else_in_its_lane(self):
        layout = laid_out(
            a_procedure(
                a_task("one", outcomes={"on": ("On", "two"), "out": ("Out", "three")}),
                a_task("two", then="done"),
                a_task("three", "specialist"),
                lanes=("desk", "specialist"),
                stops="request.status = closed",
            )
        )
        places = {place.box.key: place for place in layout.places}
        stop = places.pop("stop:condition")
        assert all(stop.y >= place.y for place in places.values())

    def test_says_what_stops_it_from_outside(self):
        shown = boxes(drawn(a_whole_one()))
        assert (
            words(shown["stop:condition"]) == "Stops when recovery.status in [cancelled, closed]"
        )


class TestAPage:
    def test_has_room_for_22_steps_in_five_lanes(self):
        # given steps that go from lane to lane, and back to the first from here and there
        roles = ("desk", "coordinator", "specialist", "manager", "owner")
        steps = [
            a_task(
                f"step-{number}",
                roles[number * 3 % 5],
                "Forty characters are what a title may be",
                {"on": ("Go on", None), "back": ("Once more", "step-0")}
                if number % 5 == 4
                else {},
            )
            for number in range(22)
        ]
        procedure = a_procedure(*steps, lanes=roles)
        # then nothing has to be scrolled sideways or is cut
        assert laid_out(procedure).width <= PAGE
        assert ELLIPSIS not in swim_lanes(procedure, Titles(), link=nowhere)
        assert faults(swim_lanes(procedure, Titles(), link=nowhere)) == []


class TestLinks:
    def test_every_step_leads_somewhere(self):
        shown = boxes(drawn(a_long_one(), link=everywhere))
        assert shown["assign"].get("href") == "/step/assign?a=1&b=2"
        assert shown["can-desk"].get("href") == "/decision/may-resolve?a=1&b=2"
        assert shown["escalate"].get("href") == "/procedure/incident-escalation?a=1&b=2"
        assert shown["tell"].get("href") == "/notification/incident-resolved?a=1&b=2"

    def test_a_start_after_another_procedure_leads_there(self):
        tree = drawn(a_long_one(), link=everywhere)
        lines = {node.get("href") for node in tree.iter() if node.get("class") == "start-line"}
        assert "/procedure/event-handling?a=1&b=2" in lines

    def test_a_link_says_what_it_is(self):
        shown = boxes(drawn(a_long_one(), link=everywhere, titles=Titles(roles={"desk": "Desk"})))
        assert shown["identify"].get("aria-label") == (
            "Find the user and the service, task of Desk"
        )

    def test_the_words_that_are_seen_are_the_words_that_are_said(self):
        for node in boxes(drawn(a_long_one(), link=everywhere)).values():
            if node.get("aria-label"):
                assert node.get("aria-label").startswith(words(node))

    def test_what_has_no_address_is_no_link(self):
        assert not [node for node in drawn(a_long_one()).iter() if node.tag == f"{SVG}a"]


class TestARun:
    def test_marks_what_is_done_and_where_it_rests_in_words_too(self):
        tree = drawn(
            a_long_one(),
            link=everywhere,
            done=frozenset({"identify"}),
            current=frozenset({"kind"}),
        )
        shown = boxes(tree)
        assert "is-done" in shown["identify"].get("class")
        assert shown["identify"].get("aria-label").endswith(", done")
        assert "is-current" in shown["kind"].get("class")
        assert shown["kind"].get("aria-label").endswith(", here now")
        assert "is-" not in shown["close"].get("class").replace("is-task", "")


@pytest.mark.slow
class TestAnyProcedure:
    @settings(max_examples=80, deadline=None)
    @given(procedures())
    def test_is_drawn_whole_and_always_the_same(self, procedure):
        svg = swim_lanes(procedure, Titles(), link=everywhere)
        keys = [node.get("data-key") for node in ET.fromstring(svg).iter() if node.get("data-key")]
        assert len(keys) == len(set(keys))
        assert {step.key for step in procedure.walk()} <= set(keys)
        assert svg == swim_lanes(procedure, Titles(), link=everywhere)
        assert "style=" not in svg
        assert "<script" not in svg

    @settings(max_examples=100, deadline=None)
    @given(procedures())
    def test_nothing_lies_on_anything_and_all_words_fit(self, procedure):
        assert faults(swim_lanes(procedure, Titles(), link=everywhere)) == []

    @settings(max_examples=50, deadline=None)
    @given(procedures())
    def test_lines_turn_at_right_angles(self, procedure):
        for way in laid_out(procedure).ways:
            for (x1, y1), (x2, y2) in itertools.pairwise(way.points):
                assert x1 == x2 or y1 == y2

    @settings(max_examples=80, deadline=None)
    @given(procedures())
    def test_lines_to_different_boxes_never_cover_each_other(self, procedure):
        layout = laid_out(procedure)
        pieces = [
            (way.target, piece) for way in layout.ways for piece in itertools.pairwise(way.points)
        ]
        for (target, one), (other_target, other) in itertools.combinations(pieces, 2):
            if target != other_target:
                assert not covers(one, other), (target, one, other_target, other)

    @settings(max_examples=100, deadline=None)
    @given(procedures())
    def test_every_box_stands_below_what_leads_to_it_and_is_written_before_it(self, procedure):
        shown = diagram(procedure, Titles(), nowhere, NOTHING, NOTHING)
        rows = rows_of(shown)
        order = {box.key: index for index, box in enumerate(shown.boxes)}
        for box in shown.boxes:
            for follower in box.followers:
                if order[follower] > order[box.key]:
                    assert rows[follower] > rows[box.key]


def covers(one, other):
    """Two straight pieces run over each other for more than a point."""
    for axis in (0, 1):
        lines = [piece[0][axis] == piece[1][axis] for piece in (one, other)]
        if all(lines) and abs(one[0][axis] - other[0][axis]) < 1.5:
            (a, b), (c, d) = (
                sorted((piece[0][1 - axis], piece[1][1 - axis])) for piece in (one, other)
            )
            if min(b, d) - max(a, c) > 0.5:
                return True
    return False


def test_a_start_of_a_role_without_a_lane_names_the_role():
    start = Beginning("by-clerk", by="clerk", title="A letter comes")
    shown = boxes(drawn(a_procedure(a_task("one"), starts=(start,))))
    assert words(shown["start:one:0"]) == "A letter comes (Clerk)"
