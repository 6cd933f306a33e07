"""What another reminder policy would change is told beforehand, and then comes so."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from kit.background_checks import keep_check
from kit.exams import grant, hold, seat
from kit.forecast import Days, foretell, list_foretold
from kit.planning import Planner
from kit.world import World, load_shipped

from certtrack.errors import BadPack
from certtrack.packs import Policies, parse_policy
from certtrack.rules.reminders import Policy
from certtrack.services.background_checks.records import NewCheck
from certtrack.services.forecast.preview import Ahead, Difference, compare_ahead, list_differences
from certtrack.services.forecast.scope import Scope

FROM = date(2026, 5, 15)
TO = date(2026, 12, 31)


def make_policy(world: World, *days: int, without: tuple[int, ...] = (), version: int = 2, top: str = "") -> Policy:
    """The world's policy in another version: with stages of so many days before besides the others, without those."""
    text = re.sub(r"^version = .*$", f"version = {version}\n{top}", world.policy.raw, flags=re.MULTILINE)
    for number in without:
        text = text.replace(f"[[stages]]\ndays_before = {number}\n", "")
    return parse_policy(text + "".join(f"\n[[stages]]\ndays_before = {number}\n" for number in days))


def preview(world: World, policy: Policy) -> tuple[Ahead, list[Difference]]:
    with world.database.reading() as session:
        ahead = compare_ahead(session, world.rulebook, policy, at=world.at, to_on=TO)
        found = list_differences(session, ahead, Scope(), at=world.at, from_on=world.today, to_on=TO)
        return ahead, sorted(found, key=lambda one: (one.mail.on, one.mail.key))


def settle_until_today(world: World, planner: Planner, *due: date) -> list[int]:
    """People who were told all until yesterday; their cycles."""
    world.move_to(FROM - timedelta(days=1))
    cycles = [world.certify(world.person(), day)[1] for day in due]
    planner.look()
    planner.settle()
    world.move_to(FROM)
    return cycles


def test_each_mail_that_is_added_dropped_or_moved_is_told_with_its_days(world: World, planner: Planner) -> None:
    settle_until_today(world, planner, date(2026, 10, 31))
    _, found = preview(world, make_policy(world, 45, without=(60,)))
    told = [(one.change, one.mail.stage, one.mail.on, one.was_on) for one in found]
    assert told == [
        ("dropped", "before_60", date(2026, 9, 1), date(2026, 9, 1)),
        ("added", "before_45", date(2026, 9, 16), None),
    ]
    assert preview(world, make_policy(world, version=3))[1] == [], "the same stages on the same days"
    later = re.sub("send_at = 09:00:00", "send_at = 09:30:00", make_policy(world, version=4).raw)
    assert preview(world, parse_policy(later))[1] == []
    unmoved = re.sub('weekend = "earlier"', 'weekend = "none"', make_policy(world, version=5).raw)
    kinds = {(one.change, one.mail.stage, one.mail.on, one.was_on) for one in preview(world, parse_policy(unmoved))[1]}
    assert ("moved", "before_90", date(2026, 8, 2), date(2026, 7, 31)) in kinds
    assert {one[0] for one in kinds} == {"moved"}


@pytest.mark.parametrize("guard_above", [25, 3])
def test_whom_the_change_mails_at_once_is_counted_and_whether_that_waits(
    world: World, planner: Planner, guard_above: int
) -> None:
    settle_until_today(world, planner, *[FROM + timedelta(days=44)] * 4, date(2026, 12, 1))
    raw = make_policy(world, 45).raw.replace("guard_above = 25", f"guard_above = {guard_above}")
    policy = parse_policy(raw)
    ahead, found = preview(world, policy)
    [first] = ahead.first_mails
    assert (first.on, first.people, first.is_held) == (FROM, 4, guard_above == 3)
    at_once = [one for one in found if one.mail.on == FROM]
    assert {(one.change, one.mail.stage) for one in at_once} == {
        ("kept_back" if guard_above == 3 else "added", "before_45")
    }
    assert len(at_once) == 4

    planner.change_policy(2, 45, with_=f"guard_above = {guard_above}")
    planner.look()
    states = {row.state for row in planner.rows() if row.stage == "before_45"}
    assert states == {"held" if guard_above == 3 else "planned"}


def test_a_change_of_a_later_day_is_foreseen_for_that_day(world: World, planner: Planner) -> None:
    settle_until_today(world, planner, date(2026, 10, 31))
    ahead, found = preview(world, make_policy(world, 45, 150, top="from_on = 2026-09-10"))
    assert [first.on for first in ahead.first_mails] == [date(2026, 9, 10)]
    assert [(one.change, one.mail.stage, one.mail.on) for one in found] == [("added", "before_45", date(2026, 9, 16))]
    assert foretell(world, TO), "nothing of it is in force"


def test_what_is_used_already_is_compared_with_how_it_would_be_without_it(world: World, planner: Planner) -> None:
    settle_until_today(world, planner, date(2026, 10, 31))
    planner.change_policy(2, 45)
    policy = next(one for one in world.rulebook.policies.list() if one.ref == "us-wi@2")
    assert {one.mail.stage for one in preview(world, policy)[1]} == {"before_45"}


def test_a_policy_that_cant_stand_beside_the_others_is_refused(world: World) -> None:
    other = parse_policy(make_policy(world).raw.replace('key = "us-wi"', 'key = "another"'))
    with pytest.raises(BadPack):
        preview(world, other)


def test_a_version_that_a_later_one_keeps_from_ever_being_in_force_is_refused_with_the_number_it_needs(
    world: World, planner: Planner
) -> None:
    sooner = make_policy(world, 50, version=8, top="from_on = 2026-06-01")
    autumn = make_policy(world, version=9, top="from_on = 2026-09-10")
    with_autumn = replace(world.rulebook, policies=Policies([world.policy, autumn]))
    with world.database.reading() as session:
        ahead = compare_ahead(session, with_autumn, sooner, at=world.at, to_on=TO)
        assert [first.policy for first in ahead.first_mails] == ["us-wi@8"], "until the later one is"

    planner.change_policy(9, 45)
    with pytest.raises(BadPack, match=r"'version' would never be in force: us-wi@9 is a later one\. Make it 10\."):
        preview(world, make_policy(world, 50, version=3))


CHECK = 'kind = "background_check"\n'
STAGE = "\n[[subjects.stages]]\ndays_before = {}\n"


def make_next(world: World, change: dict[str, str], top: str = "") -> Policy:
    """The newest policy that is shipped in its next version, with these parts of its text replaced."""
    newest = world.policy
    text = newest.raw.replace(f"version = {newest.version}\n", f"version = {newest.version + 1}\n{top}")
    for old, new in change.items():
        assert old in text
        text = text.replace(old, new)
    return parse_policy(text)


def keep_other_days(world: World) -> tuple[int, int]:
    """Carol sits an exam on July 2 and has a check that is good until October 31; who they are."""
    world.rulebook = load_shipped()
    world.move_to(FROM - timedelta(days=1))
    grant(world)
    carol, dave = world.person(), world.person("Dave")
    seat(world, hold(world, held_on=date(2026, 7, 2)), carol)
    keep_check(world, dave, NewCheck(FROM - timedelta(days=9), date(2026, 10, 31), "A letter"))
    return carol, dave


@pytest.mark.parametrize("top", ["", "from_on = 2026-06-05\n"])
def test_days_beside_those_of_cycles_are_previewed_and_then_come_so(world: World, planner: Planner, top: str) -> None:
    carol, dave = keep_other_days(world)
    world.certify(carol, date(2030, 10, 31))
    planner.look()
    world.move_to(FROM)
    no_day_before = {STAGE.format(3) + STAGE.format(1): STAGE.format(3)}
    policy = make_next(world, {CHECK: CHECK + STAGE.format(50)} | no_day_before, top)
    told = [(one.change, one.mail.person_id, one.mail.stage, one.mail.on) for one in preview(world, policy)[1]]
    assert told == [
        ("dropped", carol, "before_1", date(2026, 7, 1)),
        ("added", dave, "before_50", date(2026, 9, 11)),
    ]
    world.rulebook = replace(world.rulebook, policies=Policies([*world.rulebook.policies.list(), policy]))
    foreseen = list_foretold(foretell(world, date(2026, 9, 30)))
    days = Days(world, planner)
    days.run(date(2026, 9, 30))
    assert foreseen == days.list_told(FROM, date(2026, 9, 30))
    assert {"before_50", "before_14"} <= {stage for _, stage, *_ in foreseen}


def test_a_version_that_is_there_already_with_another_text_is_refused_and_told_its_next_number(world: World) -> None:
    known = world.policy
    with pytest.raises(BadPack, match=f"'version'.*{known.ref}.*{known.version + 1}"):
        preview(world, parse_policy(known.raw.replace("guard_above = 25", "guard_above = 24")))


def test_what_waits_for_release_goes_on_waiting(world: World, planner: Planner) -> None:
    world.move_to(FROM - timedelta(days=1))
    planner.roster(26, date(2026, 8, 10))
    planner.look()
    world.move_to(FROM)
    assert preview(world, make_policy(world))[1] == []
    assert [one.change for one in preview(world, make_policy(world, without=(30,)))[1]] == []
