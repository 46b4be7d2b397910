"""What each verb becomes in BPMN, and what is written beside it."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings

from server.notation import Titles, as_bpmn
from tests.notation.bpmn.exports import NAMESPACES
from tests.notation.procedures import a_long_one, a_procedure, a_task, a_whole_one, procedures

BPMN = f"{{{NAMESPACES['bpmn']}}}"
OURS = "{urn:procedura:language}"


def exported(procedure, titles=None):
    return ET.fromstring(as_bpmn(procedure, titles or Titles()))


def by_id(tree):
    return {
        node.get("id"): node
        for node in tree.iter()
        if node.tag.startswith(BPMN) and node.get("id") is not None
    }


def tag(node):
    return node.tag.removeprefix(BPMN)


def text_of(node, *path):
    found = node.find("/".join(f"bpmn:{part}" for part in path), NAMESPACES)
    return None if found is None else found.text


WHOLE = by_id(exported(a_whole_one()))
LONG = by_id(exported(a_long_one()))


class TestAProcedure:
    def test_is_a_participant_whose_process_can_be_executed(self):
        assert WHOLE["pool.incident"].get("processRef") == "incident"
        assert WHOLE["incident"].get("isExecutable") == "true"

    def test_has_a_lane_for_each_role_with_all_that_stands_in_it(self):
        titles = Titles(roles={"desk": "Service desk analyst"})
        [lanes] = exported(a_procedure(a_task("one")), titles).iter(f"{BPMN}laneSet")
        assert [lane.get("name") for lane in lanes] == ["Service desk analyst"]
        assert [node.text for lane in lanes for node in lane] == [
            "start.one.0",
            "step.one",
            "end.done.0",
        ]

    def test_keeps_its_identifiers_as_long_as_keys_stay(self):
        longer = a_procedure(a_task("zero"), a_task("one"))
        assert set(by_id(exported(a_procedure(a_task("one"))))) - {
            "start.one.0",
            "flow.start.one.0",
        } <= set(by_id(exported(longer)))


class TestStarts:
    def test_one_that_people_make_has_no_trigger(self):
        tree = exported(a_procedure(a_task("one")))
        [start] = tree.iter(f"{BPMN}startEvent")
        assert [tag(child) for child in start] == ["outgoing"]

    def test_of_several_that_people_make_each_is_a_message(self):
        assert LONG["start.by-phone"].find("bpmn:messageEventDefinition", NAMESPACES) is not None
        assert LONG["message.asked.by-phone"].get("name") == "A user phones"

    def test_one_after_another_procedure_awaits_what_that_sends(self):
        definition = LONG["start.after-events"].find("bpmn:messageEventDefinition", NAMESPACES)
        assert definition.get("messageRef") == "message.event-handling.to.incident"

    def test_a_period_is_a_cycle_and_a_moment_a_date(self):
        monthly = text_of(WHOLE["start.monthly"], "timerEventDefinition", "timeCycle")
        at_night = text_of(WHOLE["start.at-night"], "timerEventDefinition", "timeDate")
        assert (monthly, at_night) == ("R/P1M", "recovery.planned_at")


class TestSteps:
    def test_people_work_in_user_tasks_of_their_role(self):
        task = LONG["step.identify"]
        assert tag(task) == "userTask"
        owner = text_of(task, "potentialOwner", "resourceAssignmentExpression", "formalExpression")
        assert owner == "desk"

    def test_outcomes_are_a_gateway_after_the_task(self):
        assert tag(LONG["outcome.solve"]) == "exclusiveGateway"
        flow = LONG["flow.outcome.solve.solved"]
        assert flow.get("name") == "The user confirms the solution"
        assert flow.get("targetRef") == "merge.step.close"
        assert text_of(flow, "conditionExpression") == 'outcome = "solved"'

    def test_a_decision_is_a_business_rule_task_that_names_it(self):
        assert tag(LONG["step.can-desk"]) == "businessRuleTask"
        assert LONG["step.can-desk"].get(f"{OURS}decision") == "may-resolve"

    def test_a_choice_has_its_conditions_and_a_default(self):
        assert tag(LONG["step.kind"]) == "exclusiveGateway"
        assert text_of(LONG["flow.step.kind.known"], "conditionExpression") == "kind = known"
        assert LONG["step.kind"].get("default") == "flow.step.kind.otherwise"
        assert text_of(LONG["flow.step.kind.otherwise"], "conditionExpression") is None

    def test_where_ways_meet_a_gateway_stands(self):
        assert tag(LONG["merge.step.answer"]) == "exclusiveGateway"
        assert len(LONG["merge.step.answer"].findall("bpmn:incoming", NAMESPACES)) == 2

    def test_the_application_works_in_tasks_of_its_own(self):
        tags = {key: tag(LONG[f"step.{key}"]) for key in ("route", "tell", "problem", "escalate")}
        assert tags == {
            "route": "scriptTask",
            "tell": "sendTask",
            "problem": "sendTask",
            "escalate": "endEvent",
        }

    def test_handing_over_sends_the_message_that_the_other_procedure_awaits(self):
        assert (
            LONG["step.problem"].get("messageRef") == "message.incident.to.problem-investigation"
        )
        definition = LONG["step.escalate"].find("bpmn:messageEventDefinition", NAMESPACES)
        assert definition.get("messageRef") == "message.incident.to.incident-escalation"

    def test_an_approval_is_signed_side_by_side(self):
        approval = WHOLE["step.approve"]
        loop = approval.find("bpmn:multiInstanceLoopCharacteristics", NAMESPACES)
        assert tag(approval) == "userTask"
        assert loop.get("isSequential") == "false"
        assert len(approval.findall("bpmn:potentialOwner", NAMESPACES)) == 2

    def test_a_call_names_the_process_that_is_called(self):
        assert tag(WHOLE["step.call"]) == "callActivity"
        assert WHOLE["step.call"].get("calledElement") == "activation"

    def test_waiting_with_a_limit_is_a_race_of_two_events(self):
        assert tag(WHOLE["step.wait"]) == "eventBasedGateway"
        awaited = text_of(WHOLE["wait.wait"], "timerEventDefinition", "timeDate")
        assert awaited == "recovery.begins_on"
        assert WHOLE["flow.late.wait"].get("targetRef") == "merge.step.stopped"

    def test_waiting_for_a_condition_is_an_event(self):
        assert tag(WHOLE["step.pause"]) == "intermediateCatchEvent"
        assert text_of(WHOLE["step.pause"], "conditionalEventDefinition", "condition") == (
            "service.is_up"
        )

    def test_being_late_tells_somebody_while_the_task_goes_on(self):
        timer = WHOLE["due.size"]
        assert (timer.get("attachedToRef"), timer.get("cancelActivity")) == ("step.size", "false")
        assert text_of(timer, "timerEventDefinition", "timeDuration") == "1 working day"
        assert WHOLE["told.size"].get("name") == "Tell desk"


class TestLists:
    def test_branches_that_all_finish_fork_and_join(self):
        assert tag(LONG["step.both"]) == tag(LONG["join.both"]) == "parallelGateway"
        assert LONG["flow.step.both.proposal"].get(f"{OURS}branch") == "proposal"

    def test_branches_that_do_not_wait_end_all_in_a_process_of_their_own(self):
        recover = WHOLE["step.recover"]
        assert tag(recover) == "subProcess"
        ends = {
            end.get("id"): end.find("bpmn:terminateEventDefinition", NAMESPACES) is not None
            for end in recover.findall("bpmn:endEvent", NAMESPACES)
        }
        assert ends == {"recover.end.branch-arrivals": False, "recover.end.branch-track": True}

    def test_turns_are_instances_that_grow_with_the_list(self):
        [loop] = WHOLE["step.each-service"].findall(
            "bpmn:multiInstanceLoopCharacteristics", NAMESPACES
        )
        assert loop.get("isSequential") == "false"
        assert loop.get(f"{OURS}live") == "true"
        assert text_of(loop, "loopCardinality") == "count(recovery.members)"
        assert text_of(loop, "completionCondition") == "numberOfCompletedInstances >= 2"

    def test_what_is_done_as_needed_interrupts_nothing(self):
        needed = WHOLE["needed.ask"]
        [start] = needed.findall("bpmn:startEvent", NAMESPACES)
        assert needed.get("triggeredByEvent") == "true"
        assert start.get("isInterrupting") == "false"

    def test_what_stops_the_run_does(self):
        [start] = WHOLE["stop.condition"].findall("bpmn:startEvent", NAMESPACES)
        assert start.get("isInterrupting") is None
        assert text_of(start, "conditionalEventDefinition", "condition") == (
            "recovery.status in [cancelled, closed]"
        )

    def test_each_sub_process_has_a_picture_of_its_own(self):
        planes = {
            plane.get("bpmnElement")
            for plane in exported(a_whole_one()).iterfind(".//bpmndi:BPMNPlane", NAMESPACES)
        }
        assert planes == {
            "collaboration.incident",
            "step.prepare",
            "step.recover",
            "step.each-service",
            "each-service.needed.look",
            "recover.needed.corrective-task",
            "needed.ask",
            "stop.condition",
        }


@pytest.mark.slow
class TestAnyProcedure:
    @settings(max_examples=60, deadline=None)
    @given(procedures())
    def test_is_exported_whole_always_the_same_and_with_identifiers_of_its_own(self, procedure):
        text = as_bpmn(procedure, Titles())
        ids = [node.get("id") for node in ET.fromstring(text).iter() if node.get("id")]
        assert len(ids) == len(set(ids))
        assert {f"step.{step.key}" for step in procedure.walk()} <= set(ids)
        assert text == as_bpmn(procedure, Titles())
