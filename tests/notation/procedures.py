"""Procedures made by hand, and a strategy that makes any."""

from hypothesis import strategies as st

from server.domain.decision import Decision, Rule
from server.domain.expression.tree import Constant, Expression
from server.domain.procedure import (
    DONE,
    Beginning,
    Branch,
    Choose,
    ContinueIn,
    Decide,
    Do,
    End,
    Notify,
    Outcome,
    Procedure,
    Set,
    Start,
    Step,
    Together,
)
from server.domain.values import YES_NO

HOLDS = Expression("true", Constant(value=True, type=YES_NO, span=(0, 4)), YES_NO)


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
        Rule(name, {"then": target}, None if index == len(rows) - 1 else HOLDS)
        for index, (name, target) in enumerate(rows)
    )
    return Step(key, Choose(Decision(key, title, {}, {}, rules), {}), title=title)


def a_procedure(*steps, lanes=("desk",), starts=(), key="incident", title="Incident"):
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
        verbs += ["together"] if depth < 2 else []
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
            case "end":
                return Step(key, End("cancelled"))
            case "continue":
                return Step(key, ContinueIn("another"))
            case "together":
                branches = tuple(
                    Branch(f"b{n}", a_list(depth + 1)) for n in range(draw(st.integers(1, 3)))
                )
                return Step(key, Together(branches), draw(_words))

    steps = a_list(0)
    starts = tuple(
        Beginning(f"start-{n}", by=draw(st.sampled_from(lanes)), begins_at=step)
        for n, step in enumerate(
            draw(st.lists(st.none() | st.sampled_from([step.key for step in steps]), max_size=4))
        )
    )
    return a_procedure(*steps, lanes=lanes, starts=starts)
