"""Every action that the code writes into the audit, read off the code itself: nothing is run."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kit.checkout import list_files
from kit.wheel import CHECKOUT

ACTION = re.compile(r"[a-z_]+\.[a-z_]+")
_WRITERS = ("record_event", "NewEvent", "record_change", "note_look", "_note", "_record", "_write_event")
TABLES = ("training", "training_session", "enrollment", "training_attendance", "training_elsewhere")
"""The nouns of records that are told by the name of their table."""


@dataclass
class Found:
    """What the code writes: whole `actions`, and what couldn't be read off it, with its place."""

    actions: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class _Maker:
    """A function that makes an action of a noun and of its argument `name`, the `place`th."""

    module: Path
    function: str
    noun: str
    name: str
    place: int


def find_actions() -> Found:
    """Literals that are an action, and those that a function makes of a noun and of what it is given."""
    trees = {path: ast.parse(path.read_text()) for path in list_files("certtrack", "jobs") if path.suffix == ".py"}
    found = Found()
    for tree in trees.values():
        named = _list_constants(tree)
        found.actions |= {text for call in _list_calls(tree) for text in _list_texts(call, named)}
    makers = {maker for path, tree in trees.items() for maker in _list_makers(path, tree)}
    seen: set[_Maker] = set()
    while makers - seen:
        maker = (makers - seen).pop()
        seen.add(maker)
        for path, tree in trees.items():
            if path == maker.module or _imports(tree, maker):
                makers |= _follow(maker, path, tree, found)
    return found


def _list_calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name_of(node) in _WRITERS:
            yield node


def _list_constants(tree: ast.Module) -> dict[str, str]:
    """Constants of the module that are an action."""
    return {
        ast.unparse(node.targets[0]): str(node.value.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and _is_action(node.value.value)
    }


def _is_action(value: object) -> bool:
    return isinstance(value, str) and ACTION.fullmatch(value) is not None


def _list_texts(call: ast.Call, named: dict[str, str]) -> Iterator[str]:
    for each in ast.walk(call):
        if isinstance(each, ast.Constant) and _is_action(each.value):
            yield str(each.value)
        elif isinstance(each, ast.Name) and each.id in named:
            yield named[each.id]


def _imports(tree: ast.AST, maker: _Maker) -> bool:
    """True where a module takes the maker from the maker's own."""
    module = ".".join(maker.module.relative_to(CHECKOUT).with_suffix("").parts)
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == module
        and any(one.name == maker.function for one in node.names)
        for node in ast.walk(tree)
    )


def _name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _list_makers(path: Path, tree: ast.AST) -> Iterator[_Maker]:
    """Functions that make such an action, f"credit.{what}", of one of their arguments."""
    for function in _list_functions(tree):
        names = _list_arguments(function)
        for text in (one for call in _list_calls(function) for one in ast.walk(call) if isinstance(one, ast.JoinedStr)):
            *begun, rest = text.values
            if isinstance(rest, ast.FormattedValue) and isinstance(rest.value, ast.Name) and rest.value.id in names:
                name = rest.value.id
                for noun in _list_nouns(begun):
                    yield _Maker(path, function.name, noun, name, names.index(name))


def _list_nouns(begun: list[ast.expr]) -> tuple[str, ...]:
    """What stands before the verb: a noun, or the name of one of these tables."""
    text = ast.unparse(ast.JoinedStr(begun))
    if text == "f'{record.__tablename__}.'":
        return TABLES
    return (text[2:-2],) if re.fullmatch(r"f'[a-z_]+\.'", text) else ()


def _list_functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _list_arguments(function: ast.FunctionDef) -> list[str]:
    given = function.args
    names = [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return names[1:] if names[:1] == ["self"] else names


def _follow(maker: _Maker, path: Path, tree: ast.AST, found: Found) -> set[_Maker]:
    """What the calls of a maker give it; those that hand on an argument of their own are makers, too."""
    more: set[_Maker] = set()
    for function in _list_functions(tree):
        names = _list_arguments(function)
        for call in ast.walk(function):
            if not isinstance(call, ast.Call) or _name_of(call) != maker.function:
                continue
            given = _find_given(call, maker)
            for one in _list_ways(given):
                if isinstance(one, ast.Constant) and isinstance(one.value, str):
                    found.actions.add(f"{maker.noun}.{one.value}")
                elif isinstance(one, ast.Name) and one.id in names:
                    more.add(_Maker(path, function.name, maker.noun, one.id, names.index(one.id)))
                elif not (isinstance(one, ast.Constant) and one.value is None) and given is not None:
                    found.unread.add(f"{path.name} {function.name}: {maker.noun}.{ast.unparse(one)}")
    return more


def _find_given(call: ast.Call, maker: _Maker) -> ast.expr | None:
    by_name = {word.arg: word.value for word in call.keywords}
    if maker.name in by_name:
        return by_name[maker.name]
    return call.args[maker.place] if maker.place < len(call.args) else None


def _list_ways(node: ast.expr | None) -> Iterator[ast.expr]:
    """Each value that the expression may have, as far as it is written there."""
    if isinstance(node, ast.IfExp):
        yield from _list_ways(node.body)
        yield from _list_ways(node.orelse)
    elif node is not None:
        yield node
