"""How a row of the team stands, in words: complete hours are no application, and what isn't sure has no tick."""

from dataclasses import replace
from datetime import date

import pytest
from kit.invented import invent
from kit.rules import make_cycle, make_facts

from certtrack.db.models import Certification, Person
from certtrack.language import say_by
from certtrack.rules.facts import CreditFact, CreditPart, StepFact
from certtrack.rules.heat import make_heat
from certtrack.rules.pack import Pack
from certtrack.rules.standing import stand
from certtrack.services.team.page import TeamRow, list_areas

DUE = date(2027, 10, 31)
TOTAL = "[hours.total]\nminutes = 300\n"
OPENS = TOTAL + '[window]\ndays_before = 90\nsure = "verified"\n'
UNKNOWN = '[hours.total]\nminutes = "unknown"\nsure = "unknown"\n'


def make_row(pack: Pack, as_of: date, minutes: int = 300, *steps: StepFact) -> TeamRow:
    on = date(2026, 5, 4)
    parts = (CreditPart(minutes, ()),)
    credit = CreditFact(1, on, on, parts, "course", "in_person", "participant", "on_paper", "checked")
    facts = replace(make_facts(make_cycle(DUE)), credits=(credit,), steps=steps)
    standing = stand(pack, facts, as_of)
    heat = make_heat(standing, [area.key for area in list_areas(pack)])
    return TeamRow(Certification(), Person(), pack, standing, heat, DUE, is_over=False)


def say(macro: str, row: TeamRow, locale: str = "en") -> str:
    return say_by("team/words.jinja", locale, macro, row).replace("\N{NO-BREAK SPACE}", " ").strip()


def tell(row: TeamRow) -> tuple[str, str, str]:
    """Its line, its icon, and the line below."""
    return say("state_word", row), say("state_shape", row).split(" ")[0], say("state_note", row)


def test_hours_that_are_complete_ask_for_the_application_until_it_is_sent() -> None:
    near = date(2027, 10, 27)
    row = make_row(invent(TOTAL), near)
    assert row.needs_a_hand
    assert tell(row) == ("Application to send", "todo", "hours complete")
    assert say("state_word", row, "es") == "Solicitud por enviar"
    assert say("state_note", row, "es") == "horas completas"
    sent = make_row(invent(TOTAL), near, 300, StepFact(1, 1, "sent", date(2027, 10, 26)))
    assert tell(sent) == ("Sent on Oct 26, 2027", "wait", "answer not known")


def test_before_the_application_can_be_sent_the_hours_are_complete_and_it_is_said_when() -> None:
    pack = invent(OPENS)
    assert tell(make_row(pack, date(2027, 8, 1))) == ("Hours complete", "done", "application from Aug 2, 2027")
    assert tell(make_row(pack, date(2027, 8, 2))) == ("Application to send", "todo", "hours complete")


@pytest.mark.parametrize("pack", [invent(UNKNOWN), invent(hours=None)])
def test_where_rules_publish_too_little_it_can_t_be_said_for_sure(pack: Pack) -> None:
    assert tell(make_row(pack, date(2027, 10, 27))) == ("Can't be said for sure", "unsure", "")


def test_hours_that_are_missing_go_first() -> None:
    word, shape, note = tell(make_row(invent(TOTAL), date(2027, 10, 27), 240))
    assert (word, shape, note) == ("Still to do: 1 hour", "todo", "")
