"""What is foreseen comes so, whoever the people are: worlds drawn by chance, with all that keeps mail back."""

import random
from datetime import date, timedelta

import pytest
from kit.crowd import Crowd
from kit.forecast import Days, foretell, list_foretold
from kit.planning import Planner
from kit.world import World

FROM = date(2026, 5, 15)
TO = FROM + timedelta(days=32)


@pytest.mark.parametrize(
    ("seed", "has"),
    [
        (
            3,
            {
                "provisional_term",
                "requirement",
                "exam_sitting",
                "repeat",
                "supervisor",
                "organization",
                "by_name",
                "cause",
                "application_sent",
            },
        ),
        (6, {"exam_sitting", "repeat", "supervisor", "asked_for_time", "has_plan", "no_address"}),
        (7, {"background_check", "all_set", "day_moved", "seen", "has_plan", "suspended", "switched_off"}),
    ],
)
def test_whatever_the_world_the_coming_mails_are_those_that_were_foreseen(
    world: World, planner: Planner, seed: int, has: set[str]
) -> None:
    Crowd(world, planner, random.Random(seed)).gather(5)  # noqa: S311  # the same people each time
    mails = foretell(world, TO)
    has = has | {"provisional_term", "requirement"}
    there = {word for mail in mails for word in (mail.subject_kind, mail.stage, mail.audience, mail.kept_back)}
    assert has - {"repeat"} <= there, "all that is asked about is in the world"
    assert "repeat" not in has or any(mail.occurrence for mail in mails if mail.stage != "day_moved")
    assert any(mail.audience == "supervisor" and mail.subject_kind != "cycle" for mail in mails)
    days = Days(world, planner)
    days.run(TO)
    assert list_foretold(mails) == days.list_told(FROM, TO)
