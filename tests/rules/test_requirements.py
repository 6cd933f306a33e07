"""Requirements of every kind: other dimensions, clocks, counts, roles, caps, first terms, surplus, service, twins."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from kit.invented import invent
from kit.rules import make_cycle, make_facts

from certtrack.rules.facts import CertificationFacts, CreditFact, CreditPart, ServiceFact, SupervisedFact
from certtrack.rules.pack import Pack
from certtrack.rules.requirements import CreditCount, Requirement
from certtrack.rules.standing import Standing, stand

D = date.fromisoformat
START, DUE = D("2025-03-16"), D("2027-03-15")
AREAS = "[hours.areas.law.minimum]\nminutes = 120\n[hours.areas.ethics]\n[hours.areas.ethics.minimum]\nminutes = 60\n"


def credit(minutes: int, *areas: str, no: int = 1, on: str = "2026-01-10", **more: Any) -> CreditFact:
    day = D(on)
    parts = (CreditPart(minutes, areas),)
    made = CreditFact(no, day, day, parts, "course", "in_person", "participant", "file", "waiting", f"Course {no}")
    return replace(made, **more)


def facts(*given: CreditFact, issued_on: str = "2025-03-15", **more: Any) -> CertificationFacts:
    made = make_facts(make_cycle(DUE, start_on=START))
    return replace(made, credits=given, issued_on=D(issued_on) if issued_on else None, **more)


def judge(pack: Pack, its: CertificationFacts, as_of: date = DUE) -> Standing:
    return stand(pack, its, as_of)


def line(standing: Standing, key: str) -> Requirement:
    return next(one for one in standing.counted.requirements if one.key == key)


def told(standing: Standing, no: int = 1) -> CreditCount:
    return next(one for one in standing.counted.credits if one.id == no)


def test_areas_total_and_elective_are_met_to_the_minute() -> None:
    pack = invent(AREAS)
    enough = facts(credit(120, "law"), credit(60, "ethics", no=2), credit(1020, no=3))
    assert judge(pack, enough).hours == "complete"
    one_less = facts(credit(119, "law"), credit(60, "ethics", no=2), credit(1021, no=3))
    assert judge(pack, one_less).hours == "short"
    assert line(judge(pack, one_less), "law").open == 1
    assert line(judge(pack, one_less), "total").open == 0


def test_hours_in_a_form_are_a_dimension_of_their_own() -> None:
    pack = invent('[hours.minima.live]\ndimension = "format"\nminutes = 300\nforms = ["in_person", "live_online"]\n')
    found = judge(pack, facts(credit(900, form="recorded"), credit(299, no=2)))
    assert (line(found, "live").counted, line(found, "live").open, found.hours) == (299, 1, "short")
    found = judge(pack, facts(credit(900, form="recorded"), credit(300, no=2, form="live_online")))
    assert found.hours == "complete"
    assert told(found, 2).others == (("live", 300),)


def test_a_named_sponsor_is_known_whatever_its_capitals_and_signs() -> None:
    pack = invent('[hours.minima.own]\ndimension = "sponsor"\nminutes = 360\nsponsors = ["G.M.H. Network"]\n')
    found = judge(pack, facts(credit(360, provider="gmh network"), credit(900, no=2, provider="g m h NETWORK")))
    assert line(found, "own").counted == 360
    assert told(found, 1).others == ()


def test_separate_trainings_are_counted_whatever_their_length() -> None:
    pack = invent("[hours.areas.ethics]\n[hours.areas.ethics.minimum]\ncredits = 2\n")
    found = judge(pack, facts(credit(1200, "ethics")))
    assert (line(found, "ethics").unit, line(found, "ethics").counted, line(found, "ethics").open) == ("credits", 1, 1)
    assert judge(pack, facts(credit(1190, "ethics"), credit(10, "ethics", no=2))).hours == "complete"


def test_what_a_credit_gives_to_an_area_that_is_counted_by_itself_is_told_once() -> None:
    ethics = "[hours.areas.ethics.minimum]\n{}\n[hours.areas.ethics]\n"
    found = judge(invent(ethics.format("credits = 1")), facts(credit(240, "ethics")))
    assert (told(found).shares, told(found).others) == ((), (("ethics", 1),))
    found = judge(invent(ethics.format("minutes = 180\nevery_years = 6")), facts(credit(240, "ethics")))
    assert (told(found).shares, told(found).others) == ((), (("ethics", 180),))


@pytest.mark.parametrize(
    ("on", "counted"), [("2021-03-15", 0), ("2021-03-16", 180), ("2025-03-15", 180), ("2027-03-15", 180)]
)
def test_a_clock_of_its_own_looks_back_over_its_years(on: str, counted: int) -> None:
    pack = invent("[hours.areas.safety]\n[hours.areas.safety.minimum]\nminutes = 180\nevery_years = 6\n")
    found = judge(pack, facts(credit(180, "safety", on=on), credit(1200, no=2)))
    assert (line(found, "safety").counted, line(found, "safety").dimension) == (counted, "clock")
    assert found.hours == ("complete" if counted else "short")


@pytest.mark.parametrize(
    ("adds", "total", "most", "hours"),
    [("false", 1200, None, "complete"), ("true", 1380, None, "short"), ('"unknown"', 1200, 1380, "unconfirmed")],
)
def test_a_role_asks_for_more_inside_the_total_on_top_of_it_or_nobody_knows(
    adds: str, total: int, most: int | None, hours: str
) -> None:
    pack = invent(
        f'[hours.areas.lead]\n[hours.areas.lead.minimum]\nminutes = 180\nrole = "supervisor"\nadds_to_total = {adds}\n'
    )
    its = facts(credit(180, "lead"), credit(1020, no=2))
    found = judge(pack, replace(its, roles=frozenset({"supervisor"})))
    assert (line(found, "total").needed, line(found, "total").needed_most, found.hours) == (total, most, hours)
    assert [one.key for one in judge(pack, its).counted.requirements] == ["total"]


def test_a_cap_on_an_area_leaves_what_fits_elsewhere() -> None:
    pack = invent("[hours.areas.family]\n[hours.areas.family.most]\nminutes = 480\n[hours.areas.law]\n")
    found = judge(pack, facts(credit(600, "family"), credit(600, "family", "law", no=2)))
    assert line(found, "total").counted == 1080
    assert (told(found, 1).minutes, told(found, 1).code) == (480, "over_limit")
    assert told(found, 2).minutes == 600


def test_a_cap_within_a_cap_binds_both() -> None:
    pack = invent(
        '[hours.limits.recorded]\nminutes = 600\nforms = ["recorded"]\n'
        '[hours.limits.recorded_webinars]\nminutes = 120\nforms = ["recorded"]\nactivities = ["webinar"]\n'
    )
    webinar = credit(300, form="recorded", activity="webinar")
    found = judge(pack, facts(webinar, credit(600, no=2, form="recorded"), credit(300, no=3)))
    assert line(found, "total").counted == 900
    assert told(found, 1).minutes <= 120


def test_a_cap_never_takes_an_hour_that_an_area_needs() -> None:
    pack = invent(AREAS + '[hours.limits.recorded]\nminutes = 120\nforms = ["recorded"]\n')
    found = judge(
        pack,
        facts(credit(300, form="recorded"), credit(120, "law", no=2, form="recorded"), credit(1080, "ethics", no=3)),
    )
    assert line(found, "law").open == 0
    assert line(found, "total").counted == 1200


@pytest.mark.parametrize(
    ("issued_on", "hours"), [("2025-03-15", "short"), ("2026-03-15", "short"), ("2026-03-16", "complete")]
)
def test_whoever_was_certified_within_a_year_of_the_due_day_is_exempt(issued_on: str, hours: str) -> None:
    pack = invent('[first_cycle]\nhours = "exempt"\nwithin_months = 12\n')
    found = judge(pack, replace(facts(issued_on=issued_on), cycles=(make_cycle(DUE, start_on=D(issued_on)),)))
    assert found.hours == hours


def test_a_short_first_term_asks_for_its_months_alone() -> None:
    pack = invent('[first_cycle]\nhours = "prorated"\nends = "next"\n')
    its = replace(facts(issued_on="2026-05-20"), cycles=(make_cycle(DUE, start_on=D("2026-05-20")),))
    assert line(judge(pack, its), "total").needed == 500  # ten months of twenty-four, the last one begun


def test_nobody_is_called_short_where_the_hours_of_a_first_term_are_not_published() -> None:
    pack = invent('[first_cycle]\nhours = "unknown"\n')
    its = replace(facts(), cycles=(make_cycle(DUE, start_on=D("2025-03-15")),))
    assert judge(pack, its).hours == "unconfirmed"


def test_in_a_provisional_term_service_is_asked_for_and_no_hours() -> None:
    pack = invent(
        "[provisional]\nmonths = 6\nextensions = 1\nextension_months = 6\n[provisional.service]\nminutes = 15000\n"
    )
    term = make_cycle(D("2025-09-15"), start_on=D("2025-03-15"))
    served = ServiceFact(1, D("2025-04-01"), D("2025-08-31"), 14_999)
    its = replace(facts(credit(60, on="2025-05-05")), cycles=(term,), service=(served,))
    found = judge(pack, its, D("2025-09-15"))
    assert [(one.key, one.open) for one in found.counted.requirements] == [("service", 1)]
    assert (told(found).code, found.hours) == ("provisional_term", "short")
    more = ServiceFact(2, D("2025-09-01"), D("2025-09-01"), 1)
    assert judge(pack, replace(its, service=(served, more)), D("2025-09-15")).hours == "complete"
    extended = replace(its, cycles=(replace(term, due_on=D("2026-03-15"), due_source="extended"),))
    assert [one.key for one in judge(pack, extended, D("2026-01-01")).counted.requirements] == ["service"]


def test_service_and_supervision_may_be_asked_for_beside_the_hours() -> None:
    pack = invent("[renewal.service]\nminutes = 3000\n[renewal.supervision]\nminutes = 120\n")
    held = (SupervisedFact(1, D("2026-01-01"), 60), SupervisedFact(2, D("2025-03-15"), 60))
    across = ServiceFact(1, D("2025-03-01"), D("2025-12-31"), 3000)
    found = judge(pack, facts(credit(1200), service=(across,), supervision=held))
    assert (line(found, "service").counted, line(found, "service").unsure) == (0, 3000)
    assert (line(found, "supervision").counted, found.hours) == (60, "short")


@pytest.mark.parametrize(("counts", "codes", "total"), [
    ("once", ["same_course", "counts"], 120), ("each_time", ["counts", "counts"], 210),
    (None, ["counts", "counts"], 210),
    ("unknown", ["same_course_not_published", "counts"], 120),
])  # fmt: skip
def test_the_same_course_counts_as_often_as_the_rules_say(counts: str | None, codes: list[str], total: int) -> None:
    pack = invent(f'[hours.same_course]\ncounts = "{counts}"\n' if counts else "")
    twice = (credit(90, title="Listening, part 1"), credit(120, no=2, on="2026-09-10", title="LISTENING part 1"))
    found = judge(pack, facts(*twice))
    assert [one.code for one in found.counted.credits] == codes
    assert line(found, "total").counted == total


def test_the_same_course_as_presenter_and_as_participant_is_one_course() -> None:
    pack = invent('[hours.same_course]\ncounts = "once"\n[hours.presenting]\ncounts = "yes"\n')
    shown = credit(90, no=2, title="Listening", role="presenter")
    found = judge(pack, facts(credit(120, title="Listening"), shown))
    assert [one.code for one in found.counted.credits] == ["counts", "same_course"]


def test_other_providers_and_other_titles_are_other_courses() -> None:
    pack = invent('[hours.same_course]\ncounts = "once"\n')
    its = facts(
        credit(60, title="A", provider="X"), credit(60, no=2, title="A", provider="Y"), credit(60, no=3, title="")
    )
    assert line(judge(pack, its), "total").counted == 180


@pytest.mark.parametrize(("most", "carried"), [(120, 120), (600, 300), (0, 0), (None, 0)])
def test_a_surplus_is_carried_over_once_capped_and_for_the_total_alone(most: int | None, carried: int) -> None:
    pack = invent(AREAS + (f"[hours.carry_over]\nminutes = {most}\n" if most is not None else ""))
    cycles = tuple(
        make_cycle(D(due), start_on=D(start), no=no, closed_on=D(closed) if closed else None)
        for no, (start, due, closed) in enumerate(
            [
                ("2021-03-16", "2023-03-15", "2023-03-16"),
                ("2023-03-16", "2025-03-15", "2025-03-16"),
                ("2025-03-16", "2027-03-15", None),
            ]
        )
    )
    its = replace(facts(credit(1500, "law", on="2024-01-10")), cycles=cycles)
    found = judge(pack, its)
    assert (line(found, "total").counted, line(found, "law").counted) == (carried, 0)
    earlier = replace(facts(credit(1500, "law", on="2022-01-10")), cycles=cycles)
    assert line(judge(pack, earlier), "total").counted == 0


def test_a_credit_shorter_than_the_least_does_not_count_and_others_are_rounded_down() -> None:
    pack = invent("[hours.smallest]\nminutes = 60\n[hours.rounding]\nminutes = 15\n")
    found = judge(pack, facts(credit(59), credit(74, no=2)))
    assert (told(found, 1).code, told(found, 2).minutes) == ("too_short", 60)


@pytest.mark.parametrize(
    ("counts", "code"), [("yes", "counts"), ("no", "presenting_excluded"), ("unknown", "presenting_not_published")]
)
def test_presenting_counts_as_the_rules_say(counts: str, code: str) -> None:
    pack = invent(f'[hours.presenting]\ncounts = "{counts}"\n')
    assert told(judge(pack, facts(credit(60, role="presenter")))).code == code


def test_late_hours_are_those_of_the_months_before_the_application() -> None:
    pack = invent("[late]\nmonths = 24\n[late_hours]\nmonths_before = 24\n")
    its = facts(credit(600, on="2025-05-01"), credit(600, no=2, on="2027-02-01"), credit(600, no=3, on="2027-06-01"))
    assert line(judge(pack, its, DUE), "total").counted == 1200
    assert line(judge(pack, its, D("2027-05-01")), "total").counted == 600
    assert line(judge(pack, its, D("2027-06-01")), "total").counted == 1200


def test_without_cycles_everything_that_was_ever_earned_counts() -> None:
    pack = invent('[hours]\ncounted_over = "ever"\n' + AREAS, term={"years": "unknown", "sure": "unknown"})
    its = replace(facts(credit(120, "law", on="2011-01-01"), credit(1080, "ethics", no=2)), cycles=())
    found = judge(pack, its)
    assert (found.validity, found.hours, line(found, "total").counted) == ("not_established", "complete", 1200)
