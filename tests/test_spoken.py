"""What a template says is what its catalogue says, whether it is looked up when it is compiled or when it is shown."""

import pytest
from babel.support import NullTranslations
from jinja2 import DictLoader, Environment, StrictUndefined, UndefinedError
from markupsafe import Markup

from certtrack.language import LOCALES, translations
from certtrack.spoken import Once, SpokenEnvironment

SAID = {
    "plain": "{{ _('Standing') }} {{ gettext('Due') }}",
    "values": "{{ _('due on %(day)s', day=day) }} {{ _('%(which)s: %(word)s', which=1, word=x) }}",
    "percent": "{{ _('100%% of %(what)s', what=x) }} {{ _('100%%') }}",
    "chosen": "{{ {'a': _('Standing'), 'b': _('Due')}[code] }}{% set said = _('Person') %}{{ said | upper }}",
    "variable": "{{ _(sentence) }} {{ _(sentence, **{}) }}",
    "many": "{{ ngettext('1 day ago', '%(num)d days ago', 3) }}",
    "within": "{{ _('due on %(day)s', day=_('Due') ~ _('due on %(day)s', day=day)) }}",
    "called": "{% macro a(word) %}[{{ word }}]{% endmacro %}{{ a(_('Standing')) }}{{ a(_('due on %(day)s', day=x)) }}",
}
VALUES = {"day": "<b>", "x": Markup("<i>x</i>"), "code": "b", "sentence": "Standing"}


def make(kind: type[Environment], catalogue: NullTranslations, *, autoescape: bool) -> Environment:
    jinja = kind(
        loader=DictLoader(SAID), extensions=["jinja2.ext.i18n"], autoescape=autoescape, undefined=StrictUndefined
    )
    if isinstance(jinja, SpokenEnvironment):
        jinja.speak(catalogue)
    else:
        jinja.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]  # added by the extension
    return jinja


@pytest.mark.parametrize("autoescape", [True, False])
@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", SAID)
def test_a_template_says_the_same_as_where_each_sentence_is_looked_up_each_time(
    name: str, locale: str, autoescape: bool
) -> None:
    catalogue = translations(locale)
    spoken, looked_up = (
        make(kind, catalogue, autoescape=autoescape).get_template(name).render(VALUES)
        for kind in (SpokenEnvironment, Environment)
    )
    assert spoken == looked_up


def test_a_sentence_that_stands_in_the_template_is_looked_up_once_however_often_it_is_shown() -> None:
    asked = []

    class Counting(NullTranslations):
        def gettext(self, message: str) -> str:
            asked.append(message)
            return message

    template = make(SpokenEnvironment, Counting(), autoescape=True).get_template("plain")
    assert [template.render(VALUES) for _ in range(3)] == ["Standing Due"] * 3
    assert asked == ["Standing", "Due"]


def test_a_value_that_is_missing_is_an_error_as_before() -> None:
    template = make(SpokenEnvironment, NullTranslations(), autoescape=True).get_template("values")
    with pytest.raises(UndefinedError):
        template.render()


def test_what_a_macro_says_of_a_value_is_said_once() -> None:
    asked = []

    def double(number: int) -> int:
        asked.append(number)
        return 2 * number

    said = Once(double)
    assert [said[number] for number in (1, 2, 1, 2, 1)] == [2, 4, 2, 4, 2]
    assert asked == [1, 2]
