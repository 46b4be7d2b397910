"""DMN files, a few lines each."""

from __future__ import annotations

from collections.abc import Mapping

VERSIONS = {
    "1.2": "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "1.3": "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "1.4": "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "1.5": "https://www.omg.org/spec/DMN/20230324/MODEL/",
}


def a_file(*parts: str, version: str = "1.3") -> str:
    return (
        f'<definitions xmlns="{VERSIONS[version]}" name="test" namespace="x">\n'
        + "\n".join(parts)
        + "\n</definitions>"
    )


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def data(name: str, typ: str = "number") -> str:
    return f'<inputData id="i-{name}" name="{name}"><variable name="{name}" typeRef="{typ}"/></inputData>'


def text(expression: str) -> str:
    return f"<text>{escaped(expression)}</text>"


def formula(expression: str) -> str:
    return f"<literalExpression>{text(expression)}</literalExpression>"


def a_decision(
    name: str,
    logic: str,
    *inputs: str,
    typ: str = "",
    decisions: tuple[str, ...] = (),
) -> str:
    needs = [f'<requiredInput href="#i-{item}"/>' for item in inputs]
    needs += [f'<requiredDecision href="#d-{item}"/>' for item in decisions]
    required = "".join(
        f"<informationRequirement>{item}</informationRequirement>" for item in needs
    )
    return (
        f'<decision id="d-{name}" name="{name}"><variable name="{name}" typeRef="{typ}"/>'
        f"{required}{logic}</decision>"
    )


def a_table(
    columns: Mapping[str, str],
    *rows: str,
    policy: str = 'hitPolicy="UNIQUE"',
    outputs: str = "<output/>",
) -> str:
    """Rows are cells and outputs, parted by `|`; columns are expressions with their types."""
    written = "".join(
        f'<input><inputExpression typeRef="{typ}">{text(name)}</inputExpression></input>'
        for name, typ in columns.items()
    )
    rules = ""
    for row in rows:
        cells = [part.strip() for part in row.split("|")]
        inner = "".join(
            f"<inputEntry>{text(cell)}</inputEntry>"
            if number < len(columns)
            else f"<outputEntry>{text(cell)}</outputEntry>"
            for number, cell in enumerate(cells)
        )
        rules += f"<rule>{inner}</rule>"
    return f"<decisionTable {policy}>{written}{outputs}{rules}</decisionTable>"


def a_function(name: str, parameters: Mapping[str, str], logic: str) -> str:
    written = "".join(
        f'<formalParameter name="{key}" typeRef="{typ}"/>' for key, typ in parameters.items()
    )
    return (
        f'<businessKnowledgeModel id="b-{name}" name="{name}"><variable name="{name}"/>'
        f"<encapsulatedLogic>{written}{logic}</encapsulatedLogic></businessKnowledgeModel>"
    )
