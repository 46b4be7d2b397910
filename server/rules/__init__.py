"""Facts in, verdicts out. The only room that knows durable-rules.

Decisions are typed tables; durable-rules evaluates them, driven through a narrow gate (`columns`,
`lowering`, `rulesets`, `matcher`), and a second evaluator in Python (`tables`) answers the same.
"""

from server.rules.explaining import FailedCondition, RuleExplanation
from server.rules.hashing import content_hash
from server.rules.plan import compiled_text, hoisted_share
from server.rules.rulebook import Rules
from server.rules.tables import DURABLE, PYTHON
from server.rules.trial import failed_tests, try_tables

__all__ = [
    "DURABLE",
    "PYTHON",
    "FailedCondition",
    "RuleExplanation",
    "Rules",
    "compiled_text",
    "content_hash",
    "failed_tests",
    "hoisted_share",
    "try_tables",
]
