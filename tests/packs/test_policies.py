"""What a reminder policy may say: stages around the day, copies, repeats, a day to begin on, lead times of packs."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from kit.rules import CPPS, CPS, every_shipped_pack, shipped_policies
from kit.world import load_shipped

from certtrack.errors import BadPack
from certtrack.packs import Policies, parse_policy, read_policy
from certtrack.rules.other_days import OtherKind
from certtrack.rules.reminders import Policy, Stage

TOP = """
key = "office"
version = {version}
credentials = ["us-wi-cps", "us-wi-cpps"]
send_at = 09:00:00
quiet_from = 20:00:00
quiet_until = 08:00:00
guard_above = 25
weekend = "earlier"
{top}
[calendar]
country = "US"
"""
STAGES = """
[[stages]]
days_before = 60

[[stages]]
days_before = 30
copies = ["supervisor"]

[[stages]]
days_before = 7
copies = ["supervisor", "organization"]

[[stages]]
due_day = true

[[stages]]
enters = "grace"

[[stages]]
days_after = 45
"""


def make(stages: str = STAGES, top: str = "", version: int = 1) -> Policy:
    return parse_policy(text_of(stages, top, version))


def text_of(stages: str, top: str = "", version: int = 1) -> str:
    return TOP.format(version=version, top=top) + stages


def one(*lines: str) -> str:
    """One stage more, of these lines."""
    return STAGES + "\n[[stages]]\n" + "\n".join(lines) + "\n"


def test_stages_lie_before_on_and_after_the_day() -> None:
    policy = make()
    assert [stage.key for stage in policy.stages] == [
        *("before_60", "before_30", "before_7", "due_day", "grace", "after_45")
    ]
    assert policy.find_stage("due_day") == Stage("due_day", days_before=0, both_addresses=True)
    assert policy.find_stage("after_45") == Stage("after_45", days_after=45, both_addresses=True)
    assert policy.find_stage("before_90") is None


def test_what_a_policy_doesn_t_say_is_that_it_begins_at_once_copies_nobody_soon_and_says_nothing_at_the_end() -> None:
    policy = make()
    assert (policy.from_on, policy.copy_after_days, policy.all_set, policy.lead_times) == (None, 3, False, ())


def test_far_stages_may_be_switched_off_unless_the_policy_says_otherwise_and_near_ones_never() -> None:
    policy = make(one("days_before = 31") + "\n[[stages]]\ndays_before = 14\n\n[[stages]]\ndays_before = 15\n")
    assert {stage.key for stage in policy.stages if stage.can_switch_off} == {"before_60", "before_31"}
    said = make(one("days_before = 45", "can_switch_off = false")).find_stage("before_45")
    assert said is not None
    assert not said.can_switch_off
    for near in ("days_before = 30", "due_day = true", "days_after = 5", 'enters = "grace"'):
        with pytest.raises(BadPack, match=r"of \w+ can't be true: only a stage more than 30 days before"):
            make(one(near, "can_switch_off = true"))


def test_late_stages_go_to_both_addresses_unless_the_policy_says_otherwise() -> None:
    policy = make(one("days_before = 14") + "\n[[stages]]\ndays_before = 15\n")
    early = {"before_60", "before_30", "before_15"}
    assert {stage.key for stage in policy.stages if not stage.both_addresses} == early
    said = make(
        one("days_before = 20", "both_addresses = true") + "\n[[stages]]\ndays_before = 5\nboth_addresses = false\n"
    )
    both = {stage.key: stage.both_addresses for stage in said.stages if stage.key in ("before_20", "before_5")}
    assert both == {"before_20": True, "before_5": False}


def test_a_pack_s_own_lead_times_go_to_both_addresses_as_their_models_do_and_when_they_are_late() -> None:
    stages = STAGES.replace("days_before = 7\n", "days_before = 10\nboth_addresses = false\n")
    own = make(stages + "\n[lead_times.us-wi-cpps]\ndays_before = [45, 20, 12, 9, 2]\n").for_pack(CPPS)
    assert [stage.key for stage in own.stages if stage.both_addresses and stage.days_before] == ["before_12"]


def test_both_policies_that_are_shipped_send_their_late_stages_to_both_addresses() -> None:
    for policy in load_shipped().policies.list():
        late = {stage.key for stage in policy.stages if (stage.days_before or 0) <= 14}
        assert {stage.key for stage in policy.stages if stage.both_addresses} == late


@pytest.mark.parametrize(
    ("stages", "top", "key", "said"),
    [
        (one("days_before = 60"), "", "stages", "the same"),
        (one("due_day = true"), "", "stages", "the same"),
        (one("days_after = 45"), "", "stages", "the same"),
        (one("due_day = false"), "", "stages[7].due_day", "must be true"),
        (one("days_after = 0"), "", "stages[7].days_after", "from 1 to"),
        (one("days_before = 5", "days_after = 5"), "", "stages[7].days_before", "isn't a key that is known"),
        (one("days_before = 20", 'copies = ["holder"]'), "", "stages[7].copies", '"supervisor" or "organization"'),
        (one("days_before = 2", 'copies = ["supervisor"]'), "", "stages[7].copies", "would be over by then"),
        (one("days_before = 4", 'copies = ["supervisor"]'), "copy_after_days = 5", "stages[7].copies", "5 days after"),
        (STAGES, "copy_after_days = 2", "copy_after_days", "from 3 to 60"),
        (one("days_before = 5", 'both_addresses = "yes"'), "", "stages[7].both_addresses", "true or false"),
        (one("days_before = 20", "repeats = 2"), "", "stages[7].repeat_every_days", "is missing"),
        (one("days_before = 20", "repeat_every_days = 2"), "", "stages[7].repeats", "is missing"),
        (one("days_after = 60", "repeat_every_days = 7", "repeats = 31"), "", "stages[7].repeats", "from 1 to 30"),
        (one("days_before = 20", "repeat_every_days = 13", "repeats = 1"), "", "stages[7].repeats", "run into it"),
        (one("days_after = 30", "repeat_every_days = 5", "repeats = 3"), "", "stages[7].repeats", "run into it"),
        (STAGES, 'from_on = "2027-01-01"', "from_on", "without quotes"),
        (STAGES, "all_set = 1", "all_set", "must be true or false"),
        (STAGES + "[lead_times.us-xx-cps]\ndays_before = [5]\n", "", "lead_times.us-xx-cps", "one of the packs"),
        (STAGES + "[lead_times.us-wi-cps]\ndays_before = []\n", "", "lead_times.us-wi-cps.days_before", "one or more"),
        (STAGES + "[lead_times.us-wi-cps]\ndays = [5]\n", "", "lead_times.us-wi-cps.days_before", "is missing"),
    ],
)
def test_what_can_t_be_followed_is_refused_by_file_and_key(
    tmp_path: Path, stages: str, top: str, key: str, said: str
) -> None:
    file = tmp_path / "office.toml"
    file.write_text(text_of(stages, top))
    with pytest.raises(BadPack) as caught:
        read_policy(file)
    assert str(caught.value).startswith(f"{file}: '{key}' ")
    assert said in str(caught.value)


def test_the_last_stage_before_the_day_may_be_repeated_until_the_day_and_the_day_itself_not_at_all() -> None:
    alone = "\n[[stages]]\ndays_before = 4\nrepeat_every_days = 2\nrepeats = {}\n"
    assert make(alone.format(2)).stages[0].repeats == 2
    with pytest.raises(BadPack, match="must end by the due day"):
        make(alone.format(3))
    with pytest.raises(BadPack, match="must end by the due day"):
        make("\n[[stages]]\ndue_day = true\nrepeat_every_days = 2\nrepeats = 1\n")


def test_the_repeats_of_a_phase_are_cut_by_the_pack_s_days_and_so_are_never_refused() -> None:
    stage = make("\n[[stages]]\nenters = 'grace'\nrepeat_every_days = 7\nrepeats = 30\n").stages[0]
    assert (stage.repeat_every_days, stage.repeats) == (7, 30)


def test_a_pack_s_own_lead_times_take_the_place_of_the_stages_before_the_day_alone() -> None:
    policy = make(STAGES + "\n[lead_times.us-wi-cpps]\ndays_before = [7, 120, 20, 45, 2]\n")
    assert policy.for_pack(CPS).stages == policy.stages
    own = policy.for_pack(CPPS)
    assert (own.ref, own.sha256) == (policy.ref, policy.sha256)
    assert [stage.key for stage in own.stages] == [
        *("before_120", "before_45", "before_20", "before_7", "before_2", "due_day", "grace", "after_45")
    ]
    assert {stage.key: stage.copies for stage in own.stages if stage.copies} == {
        "before_20": ("supervisor",),
        "before_7": ("supervisor", "organization"),
    }, "as urgent as the last of the policy's that has come by then; two days before, no copy would be in time"
    assert [stage.can_switch_off for stage in own.stages] == [True, True, *[False] * 6]


def test_repeats_that_run_into_a_pack_s_own_lead_times_are_refused() -> None:
    repeated = one("days_before = 20", "repeat_every_days = 5", "repeats = 2")
    with pytest.raises(
        BadPack, match=r"'lead_times\.us-wi-cps\.days_before' of before_20 must end before the next stage"
    ):
        make(repeated + "\n[lead_times.us-wi-cps]\ndays_before = [20, 10]\n")


def test_a_version_is_in_force_from_its_day_on_and_the_older_one_until_then() -> None:
    begins = date(2027, 1, 1)
    policies = Policies([make(), make(top="from_on = 2027-01-01", version=2)])
    for on, version in ((begins - timedelta(days=1), 1), (begins, 2), (date.max, 2), (date.min, 1)):
        found = policies.for_pack(CPS, on)
        assert found is not None
        assert found.version == version


def test_a_policy_whose_first_day_is_to_come_mails_nothing_yet() -> None:
    policies = Policies([make(top="from_on = 2027-01-01")])
    assert policies.for_pack(CPS, date(2026, 12, 31)) is None
    assert policies.for_pack(CPS, date(2027, 1, 1)) is not None


def test_a_pack_may_go_from_one_policy_to_another_on_one_day_but_never_belong_to_both() -> None:
    theirs = text_of(STAGES, "from_on = 2027-01-01").replace('"office"', '"theirs"').replace('"us-wi-cps", ', "")
    less = text_of(STAGES, "from_on = 2027-01-01", 2).replace(', "us-wi-cpps"', "")
    policies = Policies([make(), parse_policy(theirs), parse_policy(less)])
    keys = [found.key for on in (date(2026, 12, 31), date(2027, 1, 1)) if (found := policies.for_pack(CPPS, on))]
    assert keys == ["office", "theirs"]
    with pytest.raises(BadPack, match="office and theirs are both policies for us-wi-cpps"):
        Policies([make(), parse_policy(theirs)])


SUBJECT = """
[[subjects]]
kind = "{kind}"

[[subjects.stages]]
{lines}
"""


def test_what_falls_due_beside_cycles_has_stages_of_its_own() -> None:
    policy = make(STAGES + SUBJECT.format(kind="exam_sitting", lines="days_before = 3"))
    found = policy.find_for("exam_sitting")
    assert found is not None
    assert [stage.key for stage in found.stages] == ["before_3"]
    assert (policy.find_for("background_check"), "before_3" in {stage.key for stage in policy.stages}) == (None, False)


@pytest.mark.parametrize("kind", ["requirement", "provisional_term"])
def test_of_a_day_that_a_certification_s_rules_say_others_may_be_told_too(kind: OtherKind) -> None:
    lines = 'days_before = 30\ncopies = ["supervisor"]\n\n[[subjects.stages]]\ndays_before = 1'
    found = make(STAGES + SUBJECT.format(kind=kind, lines=lines)).find_for(kind)
    assert found is not None
    assert {stage.key: stage.copies for stage in found.stages} == {"before_30": ("supervisor",), "before_1": ()}


def test_the_shipped_policy_copies_of_a_term_s_last_month_what_it_copies_of_a_certification_s() -> None:
    [policy] = [one for one in shipped_policies().list() if one.ref == "us@2"]
    term, own = policy.find_for("provisional_term"), {stage.key: stage.copies for stage in policy.stages}
    assert term is not None
    assert all(stage.copies == own[stage.key] for stage in term.stages if stage.days_before)
    assert term.stages[-1].copies == own["grace"]


def test_what_the_shipped_packs_have_beside_cycles_is_reminded_of_by_their_policy() -> None:
    for pack in every_shipped_pack():
        policy = shipped_policies().for_pack(pack.key, date(2027, 1, 1))
        if policy is None:
            continue
        clocks = pack.hours is not None and any(one.every_years for one in pack.hours.minima)
        assert not clocks or policy.find_for("requirement"), pack.key
        assert pack.provisional is None or policy.find_for("provisional_term"), pack.key


@pytest.mark.parametrize(
    ("kind", "lines", "said"),
    [
        ("birthday", "days_before = 3", r"subjects\[1\].kind"),
        ("exam_sitting", 'enters = "grace"', r"subjects\[1\].stages' must fall before"),
        ("exam_sitting", "days_after = 3", r"subjects\[1\].stages' must not come after the day"),
        ("background_check", 'days_before = 9\ncopies = ["supervisor"]', r"subjects\[1\].stages' must have no copies"),
        ("exam_sitting", 'days_before = 9\ncopies = ["organization"]', r"subjects\[1\].stages' must have no copies"),
        ("requirement", 'days_before = 2\ncopies = ["supervisor"]', r"subjects\[1\].stages\[1\].copies' come 3 days"),
        ("provisional_term", 'enters = "late"', r"subjects\[1\].stages' must fall before"),
        ("exam_sitting", "days_before = 0", r"subjects\[1\].stages\[1\].days_before"),
    ],
)
def test_stages_that_such_a_day_can_not_have_are_refused_by_their_key(kind: str, lines: str, said: str) -> None:
    with pytest.raises(BadPack, match=said):
        make(STAGES + SUBJECT.format(kind=kind, lines=lines))


def test_a_kind_is_told_of_once() -> None:
    twice = SUBJECT.format(kind="exam_sitting", lines="days_before = 3") * 2
    with pytest.raises(BadPack, match=r"subjects\[2\].kind"):
        make(STAGES + twice)
