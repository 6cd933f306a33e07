"""Each case that systems of this kind have met is held by a test that is there, or ruled out with a reason."""

import ast
import tomllib
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parent.parent


@cache
def list_tests(path: Path) -> frozenset[str]:
    found = ast.walk(ast.parse(path.read_text()))
    return frozenset(node.name for node in found if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))


def test_every_edge_case_is_held_by_tests_that_are_there_or_ruled_out_with_a_reason() -> None:
    topics = tomllib.loads((TESTS / "edge_cases.toml").read_text())
    cases = [(case, held) for topic in topics.values() for case, held in topic.items()]
    assert len(cases) > 60
    for case, held in cases:
        if isinstance(held, str):
            assert held.startswith("Ruled out"), case
            continue
        assert held, case
        for place in held:
            file, name = place.split("::")
            assert name in list_tests(TESTS / file), f"{case}: there is no {place}"
