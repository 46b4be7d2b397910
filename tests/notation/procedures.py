"""Procedures made by hand, and a strategy that makes any."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st

from server.domain.beginning import (
    Beginning,
    Every,
    Period,
)
from server.domain.decision import Decision, Rule
from server.domain.expression.tree import Constant, Expression
from server.domain.procedure import Procedure
from server.domain.step import (
    Approve,
    AsNeeded,
    Branch,
    Call,
    Choose,
    ContinueIn,
    Decide,
    Do,
    Due,
    End,
    Group,
    Notify,
    Outcome,
    Set,
    Signer,
    Start,
    Step,
    Together,
    Turns,
    WaitUntil,
)
from server.domain.values import YES_NO
from server.domain.ways import DONE


def an_expression(text):
    """What stands in YAML as `text`; only the text matters to a diagram."""
    return Expression(text, Constant(value=True, type=YES_NO, span=(0, len(text))), YES_NO)


def a_condition(text):
    rules = (
        Rule("holds", {"then": "yes"}, an_expression(text)),
        Rule("otherwise", {"then": "no"}),
    )
    return Decision("condition", "", {}, {}, rules)


def a_task(key, role="desk", title="", outcomes=None, then=None):
    """`outcomes` maps a key to (label, target)."""
    return Step(
        key,
        Do(text=title or key, role=role, instruction=""),
        title=title,
        outcomes={
            name: Outcome(name, label, target)
            for name, (label, target) in (outcomes or {}).items()
        },
        then=then,
    )


def a_decision(key, outcomes, title="", decision="may-resolve"):
    ways = {name: Outcome(name, then=target) for name, target in outcomes.items()}
    return Step(key, Decide(decision, {}), title=title, outcomes=ways)


def a_gateway(key, rows, title=""):
    """`rows` are (rule, target); the last is `otherwise`."""
    rules = tuple(
        Rule(
            name,
            {"then": target},
            None if index == len(rows) - 1 else an_expression(f"kind = {name}"),
        )
        for index, (name, target) in enumerate(rows)
    )
    return Step(key, Choose(Decision(key, title, {}, {}, rules), {}), title=title)


def some_turns(name="member", members="recovery.members", **rest):
    return Turns(name, an_expression(members), **rest)


def a_procedure(
    *steps, lanes=("desk",), starts=(), key="incident", title="Incident", needed=(), stops=None
):
    return Procedure(
        key=key,
        title=title,
        process="incident-management",
        about="incident_request",
        purpose="",
        chapter=8,
        number=1,
        lanes=dict.fromkeys(lanes),
        starts=starts,
        steps=steps,
        as_needed=needed,
        stops_when=a_condition(stops) if stops else None,
    )


def a_whole_one():
    """Every verb and everything that can stand around a list."""
    return a_procedure(
        Step(
            "size",
            Do(
                text="",
                role="desk",
                instruction="",
                due=Due(an_expression("1 working day"), "desk"),
            ),
            title="Size the teams",
        ),
        Step(
            "approve",
            Approve(None, "", "", (Signer("manager"), Signer("desk"))),
            title="Approve the teams",
            outcomes={
                "approved": Outcome("approved"),
                "rejected": Outcome("rejected", then="size"),
                "late": Outcome("late", then="stopped"),
            },
        ),
        Step(
            "call",
            Call("activation"),
            outcomes={"done": Outcome("done"), "stopped": Outcome("stopped", then="stopped")},
        ),
        Step(
            "wait",
            WaitUntil(an_expression("recovery.begins_on"), at_latest=an_expression("3 days")),
            outcomes={"late": Outcome("late", then="stopped")},
        ),
        Step(
            "prepare",
            Group((a_task("phone"), a_task("write", role="specialist"))),
            title="Prepare the site",
        ),
        Step(
            "recover",
            Together(
                (
                    Branch(
                        "arrivals",
                        (Step("arrive", Do("", "desk", ""), each=some_turns(all_at_once=True)),),
                    ),
                    Branch(
                        "track",
                        (
                            Step(
                                "each-service",
                                Group(
                                    (
                                        a_task(
                                            "progress",
                                            role="manager",
                                            title="Recovered yet?",
                                            outcomes={
                                                "not_yet": ("Not yet", "pause"),
                                                "recovered": ("Recovered", "announce"),
                                            },
                                        ),
                                        Step(
                                            "pause",
                                            WaitUntil(condition=a_condition("service.is_up")),
                                            then="progress",
                                        ),
                                        a_task("announce", role="specialist"),
                                    ),
                                    (AsNeeded("look", "Look closely", (a_task("look-at-it"),)),),
                                ),
                                each=some_turns("item", all_at_once=True, finish_when=2),
                            ),
                        ),
                    ),
                ),
                finish_when="track",
                as_needed=(
                    AsNeeded(
                        "corrective-task",
                        "Hand out a corrective task",
                        (a_task("correct", role="manager"), a_task("check-it")),
                    ),
                ),
            ),
            title="Recover",
        ),
        Step("stopped", End("stopped-early")),
        lanes=("desk", "specialist", "manager"),
        starts=(
            Beginning("monthly", every=Every(1, Period.MONTH, some_turns("manager"))),
            Beginning("at-night", at=an_expression("recovery.planned_at"), begins_at="prepare"),
        ),
        needed=(AsNeeded("ask", "Ask the owner", (a_task("ask-owner", role="manager"),)),),
        stops="recovery.status in [cancelled, closed]",
    )


def a_long_one():
    """Every kind of step, loops, branches side by side, long labels."""
    return a_procedure(
        a_task("identify", title="Find the user and the service"),
        a_gateway(
            "kind",
            [("question", "answer"), ("known", "answer"), ("otherwise", "register")],
            title="What is it?",
        ),
        a_task("answer", title="Answer the question from the catalogue", then="close"),
        a_task("register", title="Register the incident request with its impact and urgency"),
        a_decision("can-desk", {"yes": "solve", "no": "route"}, title="Can the desk resolve it?"),
        a_task(
            "solve",
            title="Solve it",
            outcomes={
                "solved": ("The user confirms the solution", "close"),
                "not_solved": ("It takes a specialist after all", "route"),
            },
        ),
        Step("route", Set(), title="Route to the group"),
        a_task(
            "assign",
            role="coordinator",
            title="Assign a specialist",
            outcomes={
                "assigned": ("Assigned", "diagnose"),
                "missing": ("Information is missing", "register"),
                "elsewhere": ("It belongs to another group", "route"),
            },
        ),
        a_task("diagnose", role="specialist", title="Diagnose the failure"),
        Step(
            "both",
            Together(
                (
                    Branch("verification", (a_task("verify", title="Verify with the user"),)),
                    Branch(
                        "proposal",
                        (
                            a_task("propose", role="specialist", title="Write the solution"),
                            a_task("review", role="coordinator", title="Review the solution"),
                        ),
                    ),
                )
            ),
            title="Verify and propose",
        ),
        a_gateway(
            "solved",
            [("no", "diagnose"), ("outage", "escalate"), ("otherwise", "tell")],
            title="Is it solved?",
        ),
        Step("escalate", ContinueIn("incident-escalation")),
        Step("tell", Notify("incident-resolved")),
        Step("problem", Start("problem-investigation")),
        a_task("close", title="Close the request"),
        Step("closed", End("closed")),
        lanes=("desk", "coordinator", "specialist"),
        starts=(
            Beginning("by-phone", by="desk", title="A user phones"),
            Beginning("by-mail", by="desk", title="A user writes a mail"),
            Beginning("after-events", after="event-handling", begins_at="route"),
            Beginning("reopened", when="escalation", begins_at="diagnose"),
        ),
    )


ROLES = ("desk", "coordinator", "specialist", "manager")
_words = st.text(
    st.sampled_from("abcdefgh iklmnop rstuvwy ÄÖ<&>\"'§漢"), min_size=1, max_size=40
).filter(str.strip)


@st.composite
def procedures(draw):
    """Any procedure: jumps to and fro, branches side by side, every verb that has a shape."""
    lanes = ROLES[: draw(st.integers(1, 4))]
    counter = iter(range(1000))

    def a_list(depth):
        keys = [f"s{next(counter)}" for _ in range(draw(st.integers(1, 9 if not depth else 4)))]
        return tuple(a_step(key, [*keys, DONE], depth) for key in keys)

    def a_step(key, targets, depth):
        target = st.sampled_from(targets)
        verbs = ["do", "do", "outcomes", "decide", "choose", "set", "start"]
        verbs += ["approve", "call", "wait", "each"]
        verbs += ["together", "group"] if depth < 2 else []
        verbs += [] if depth else ["end", "continue"]
        match draw(st.sampled_from(verbs)):
            case "do":
                then = draw(st.none() | target)
                return a_task(key, draw(st.sampled_from(lanes)), draw(_words), then=then)
            case "outcomes":
                ways = {
                    f"o{n}": (draw(_words), draw(st.none() | target))
                    for n in range(draw(st.integers(1, 5)))
                }
                return a_task(key, draw(st.sampled_from(lanes)), draw(_words), ways)
            case "decide":
                ways = {f"v{n}": draw(target) for n in range(draw(st.integers(1, 6)))}
                return a_decision(key, ways, draw(_words))
            case "choose":
                rows = [(f"r{n}", draw(target)) for n in range(draw(st.integers(1, 4)))]
                return a_gateway(key, rows, draw(_words))
            case "set":
                return Step(key, Set(), draw(_words))
            case "start":
                return Step(key, Start("other"))
            case "approve":
                ways = {
                    name: Outcome(name, then=draw(target)) for name in ("approved", "rejected")
                }
                signers = (Signer(draw(st.sampled_from(lanes))),)
                return Step(key, Approve(None, "", "", signers), draw(_words), outcomes=ways)
            case "call":
                ways = {name: Outcome(name, then=draw(target)) for name in ("done", "stopped")}
                return Step(key, Call("another"), outcomes=draw(st.sampled_from([{}, ways])))
            case "wait":
                latest = draw(st.none() | st.just(an_expression("3 days")))
                ways = {"late": Outcome("late", then=draw(target))} if latest else {}
                return Step(
                    key, WaitUntil(an_expression(draw(_words)), at_latest=latest), outcomes=ways
                )
            case "each":
                verb = draw(st.sampled_from([Do("", lanes[0], ""), Call("another"), Set()]))
                return Step(key, verb, draw(_words), each=some_turns())
            case "group":
                needed = (AsNeeded(f"n{key}", draw(_words), a_list(depth + 1)),)
                return Step(
                    key,
                    Group(a_list(depth + 1), draw(st.sampled_from([(), needed]))),
                    draw(_words),
                    each=draw(st.none() | st.just(some_turns())),
                )
            case "end":
                return Step(key, End("cancelled"))
            case "continue":
                return Step(key, ContinueIn("another"))
            case "together":
                branches = tuple(
                    Branch(f"b{n}", a_list(depth + 1)) for n in range(draw(st.integers(1, 3)))
                )
                finish = draw(st.sampled_from(["all", "first", "b0"]))
                each = draw(st.none() | st.just(some_turns(finish_when=Fraction(2, 3))))
                return Step(key, Together(branches, finish), draw(_words), each=each)

    steps = a_list(0)
    starts = tuple(
        Beginning(f"start-{n}", by=draw(st.sampled_from(lanes)), begins_at=step)
        for n, step in enumerate(
            draw(st.lists(st.none() | st.sampled_from([step.key for step in steps]), max_size=4))
        )
    )
    needed = (AsNeeded("ask", draw(_words), a_list(1)),) if draw(st.booleans()) else ()
    stops = draw(st.none() | _words)
    return a_procedure(*steps, lanes=lanes, starts=starts, needed=needed, stops=stops)


def made_sound(procedure):
    """The same with a way through: each step may lead to the next one of its list."""
    return replace(
        procedure,
        steps=_sound_list(procedure.steps, outermost=True),
        as_needed=_sound_needed(procedure.as_needed),
    )


def _sound_needed(items):
    return tuple(replace(item, steps=_sound_list(item.steps)) for item in items)


def _sound_list(steps, *, outermost=False):
    following = [*(step.key for step in steps[1:]), DONE]
    return tuple(
        _sound(step, then, may_end=outermost and then == DONE)
        for step, then in zip(steps, following, strict=True)
    )


def _sound(step, following, *, may_end):
    step = replace(step, then=None)
    if step.is_last and not may_end:
        return replace(step, action=Set())
    match step.action:
        case Choose(gateway=gateway):
            first = replace(gateway.rules[0], then={"then": following})
            ruled = replace(gateway, rules=(first, *gateway.rules[1:]))
            return replace(step, action=Choose(ruled, {}))
        case Group(steps=steps, as_needed=needed):
            inner = Group(_sound_list(steps), _sound_needed(needed))
            return replace(step, action=inner)
        case Together(branches=branches, finish_when=finish):
            walked = tuple(replace(each, steps=_sound_list(each.steps)) for each in branches)
            return replace(step, action=Together(walked, finish))
        case WaitUntil():
            return step
        case _:
            ways = {
                key: replace(outcome, then=None) if not number else outcome
                for number, (key, outcome) in enumerate(step.outcomes.items())
            }
            return replace(step, outcomes=ways)
