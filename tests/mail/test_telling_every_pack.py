"""What is told under every shipped pack, in each phase: no day that never comes, no way that nobody has published."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from kit.mails import make_item
from kit.rules import every_shipped_pack, make_cycle, make_facts

from certtrack.language import LOCALES, say
from certtrack.mail.telling import tell
from certtrack.rules.cycles import days_of, phases_of
from certtrack.rules.pack import Length, Need, Pack, Phase, Value
from certtrack.rules.standing import stand

DUE_ON = date(2027, 6, 30)
BY_KEY = {pack.key: pack for pack in every_shipped_pack()}


def list_days(pack: Pack) -> Iterator[date]:
    """The first and the second day of each phase."""
    for phase in phases_of(days_of(pack, make_cycle(DUE_ON))):
        yield from (phase.from_on, phase.from_on + timedelta(days=1))


def mail(pack: Pack, today: date, locale: str = "en") -> str:
    part = tell(make_item(due_on=DUE_ON, pack=pack), today=today, office="Lakeside Peers", locale=locale)
    return " ".join([part.first, *(paragraph.whole for paragraph in part.paragraphs)]).replace(
        "\N{NO-BREAK SPACE}", " "
    )


def page(pack: Pack, today: date, locale: str = "en") -> list[str]:
    """The standing in one sentence, and what it rests on."""
    standing = stand(pack, make_facts(make_cycle(DUE_ON)), today)
    reasons = (reason for reason in standing.because if reason.code == "in_phase")
    told = [say(locale, "standing_sentence", standing), *(say(locale, "because", reason) for reason in reasons)]
    return [text.replace("\N{NO-BREAK SPACE}", " ") for text in told]


def without_end(pack: Pack, phase: Phase) -> Pack:
    """The same where nothing says how long that phase lasts."""
    endless: Value[tuple[Length, ...] | None] = Value(None, pack.deadline.source, "unknown")
    return replace(pack, grace=endless) if phase == "grace" else replace(pack, late=endless)


@pytest.mark.parametrize("pack", BY_KEY.values(), ids=lambda pack: pack.key)
@pytest.mark.parametrize("locale", LOCALES)
def test_no_day_that_never_comes_is_told(pack: Pack, locale: str) -> None:
    told = [text for day in list_days(pack) for text in (mail(pack, day, locale), *page(pack, day, locale))]
    assert told
    assert [text for text in told if "9999" in text] == []


@pytest.mark.parametrize("pack", BY_KEY.values(), ids=lambda pack: pack.key)
def test_training_and_exam_are_a_way_back_only_where_the_rules_say_so(pack: Pack) -> None:
    needs = pack.needs.get("full_route")
    is_said = needs is not None and {"training", "exam"} <= set(needs.value)
    told = " ".join(text for day in list_days(pack) for text in (mail(pack, day), *page(pack, day)))
    assert ("training and exam" in told or "the training and the exam" in told) == (
        is_said and any(phase.phase == "full_route" for phase in phases_of(days_of(pack, make_cycle(DUE_ON))))
    )


@pytest.mark.parametrize("phase", ["grace", "late"])
def test_of_a_phase_without_a_published_end_it_is_said_that_none_is_published(phase: Phase) -> None:
    pack = without_end(BY_KEY["us-wi-cps"], phase)
    after = DUE_ON + timedelta(days=1 if phase == "grace" else 40)
    assert "a recertification may still be taken; until when isn't published" in mail(pack, after - timedelta(days=30))
    assert mail(pack, after).startswith("Your recertification was due on Wednesday, June 30, 2027.")
    assert "It isn't published until when a recertification is still taken." in mail(pack, after)
    sentence, reason = page(pack, after)
    assert sentence == "Due on June 30, 2027. Until when a recertification is still taken isn't published."
    assert reason.endswith("on; no last day is published for it.")


@pytest.mark.parametrize(
    ("needs", "before", "since"),
    [
        (("application", "training"), "there is still a way back.", "There is still a way back, and no last day"),
        ((), "there may be a way back; which one isn't published.", "It isn't published what the way back is."),
    ],
)
def test_another_way_back_is_called_what_it_is(needs: tuple[Need, ...], before: str, since: str) -> None:
    pack = BY_KEY["us-nc-cpss"]
    source = pack.deadline.source
    pack = replace(pack, needs={"full_route": Value(needs, source, "verified")} if needs else {})
    assert before in mail(pack, DUE_ON + timedelta(days=30))
    assert since in mail(pack, DUE_ON + timedelta(days=31))
    assert page(pack, DUE_ON + timedelta(days=31))[0] == "Due on June 30, 2027. What is left is the whole way back."


def test_what_is_sent_in_and_what_has_a_date_are_told_apart() -> None:
    said = mail(BY_KEY["us-nc-cpss"], DUE_ON + timedelta(days=31))
    assert "Send in the application. Ask for the next dates of the training." in said
    assert "Send in the fee of $105." in mail(BY_KEY["us-ga-cps"], DUE_ON.replace(year=2028))
