"""Templates in one language: what they say is looked up once, when they are compiled, and not each time they are shown.

A page says some thousand sentences, most of them again and again down a table; to look them up took half of its time.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from babel.support import NullTranslations
from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer

_NAMES = ("_", "gettext")
_Node = TypeVar("_Node", bound=nodes.Node)


class SpokenEnvironment(Environment):
    """An environment whose sentences are those of one catalogue, given by `speak` before the first template."""

    say: Callable[[str], str] = str
    """A sentence of the sources, in the language of this environment."""

    def speak(self, catalogue: NullTranslations, set_words: Callable[[str], str] = str) -> None:
        """Say everything in the language of this catalogue, each of its sentences as `set_words` gives it."""
        set_once = cache(set_words)

        def say_many(one: str, many: str, count: int) -> str:
            return set_once(catalogue.ngettext(one, many, count))

        self.say = lambda sentence: set_once(catalogue.gettext(sentence))
        self.install_gettext_callables(self.say, say_many, newstyle=True)  # type: ignore[attr-defined]  # added by the extension

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:  # the hook that jinja2 has for another way of generating
        spoken = _Speaker(self.say).visit(source)
        spoken.set_environment(self)
        return super()._generate(spoken, name, filename, defer_init)


class Once(dict[Any, Any]):
    """What a macro says of each value that it is asked for, said once: for what comes again and again down a table.

    In a template `{% set cells = once(heat_cell) %}`, and then `{{ cells[row.total] }}` in place of the macro's call.
    """

    def __init__(self, macro: Callable[[Any], Any]) -> None:
        super().__init__()
        self._macro = macro

    def __missing__(self, value: Any) -> Any:  # noqa: ANN401  # whatever the macro takes and gives
        said = self[value] = self._macro(value)
        return said


class _Speaker(NodeTransformer):
    """Puts the sentence of the catalogue where a template asks for one that stands in it."""

    def __init__(self, say: Callable[[str], str]) -> None:
        self._say = say

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802  # jinja2's name for it
        self.generic_visit(node)
        sentence = _find_sentence(node)
        if sentence is None:
            return node
        said = self._say(sentence)
        if not node.kwargs:
            said = said % {}  # as the extension does it: a sign of percent is written twice in any case
        words = nodes.MarkSafeIfAutoescape(_at(nodes.Const(said), node))
        if not node.kwargs:
            return _at(words, node)
        values = [_at(nodes.Pair(_at(nodes.Const(one.key), node), one.value), node) for one in node.kwargs]
        return _at(nodes.Mod(_at(words, node), _at(nodes.Dict(values), node)), node)


def _find_sentence(node: nodes.Call) -> str | None:
    """The sentence that the call asks for; None where it is another call, or the sentence is known only later."""
    if not (isinstance(node.node, nodes.Name) and node.node.name in _NAMES) or node.dyn_args or node.dyn_kwargs:
        return None
    first = node.args[0] if len(node.args) == 1 else None
    return first.value if isinstance(first, nodes.Const) and isinstance(first.value, str) else None


def _at(made: _Node, node: nodes.Node) -> _Node:
    made.set_lineno(node.lineno, override=True)
    return made
