"""Files on record: once for a person, attached and detached by versions, seen by those whose right it is."""

from datetime import timedelta
from pathlib import Path

import pytest
from kit.credits import Cast, act_as, amend, count_minutes, decide, find_claim, list_events, log, make_new
from kit.files import keep, pdf, photo, picture
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import CreditVersion, Evidence, EvidenceLinkVersion
from certtrack.errors import NotFound
from certtrack.security import Actor, Role
from certtrack.services.credits.problems import BadCredit
from certtrack.services.credits.records import get_credit, withdraw_credit
from certtrack.services.evidence.intake import tidy_name
from certtrack.services.evidence.limits import MOST_FILES, BadFile
from certtrack.services.evidence.records import find_same, get_evidence, list_attached
from certtrack.services.evidence.shown import list_files
from certtrack.services.organizations import get_organization, set_role


def can_see(world: World, actor: Actor, person_id: int, evidence_id: int) -> bool:
    with world.database.reading() as session:
        try:
            get_evidence(session, actor, person_id, evidence_id, world.today)
        except NotFound:
            return False
        return True


def list_names(world: World, credit_id: int, minutes_ago: int | None = None) -> list[tuple[str, bool]]:
    known_at = None if minutes_ago is None else world.at - timedelta(minutes=minutes_ago)
    with world.database.reading() as session:
        files = list_files(session, [credit_id], known_at).get(credit_id, ())
        return [(file.name, file.is_attached) for file in files]


def test_what_is_kept_is_on_record_with_its_size_and_digest(world: World, cast: Cast, tmp_path: Path) -> None:
    keep(world, tmp_path, cast.carol, pdf(pages=2), name="C:\\scans\\ethics\n.pdf")
    keep(world, tmp_path, cast.carol, photo((800, 600)))

    with world.database.reading() as session:
        paper, picture_ = session.scalars(select(Evidence).order_by(Evidence.id))
        assert (paper.kind, paper.pages, paper.file_name, paper.size) == ("pdf", 2, "ethics .pdf", len(pdf(pages=2)))
        assert paper.sha256 == paper.came_sha256
        assert picture_.kind == "picture"
        assert picture_.size == (tmp_path / picture_.key[:2] / picture_.key / "page-1.jpg").stat().st_size
        assert picture_.sha256 != picture_.came_sha256
    assert list_events(world, "evidence") == [("evidence.kept", [cast.carol])] * 2


def test_the_same_file_is_found_again_for_the_same_person_only(world: World, cast: Cast, tmp_path: Path) -> None:
    number = keep(world, tmp_path, cast.carol)
    with world.database.reading() as session:
        came = session.get_one(Evidence, number).came_sha256
        found = find_same(session, world.actor, cast.carol, came, at=world.at, today=world.today)
        assert found is not None
        assert found.id == number
        assert find_same(session, world.actor, cast.carol + 1, came, at=world.at, today=world.today) is None


def test_a_file_that_may_be_taken_away_any_moment_is_not_found_again(world: World, cast: Cast, tmp_path: Path) -> None:
    unused, used = keep(world, tmp_path, cast.carol), keep(world, tmp_path, cast.carol, pdf())
    log(world, cast.carol, make_new(3, files=(used,)), cast.cps)
    later = world.at + timedelta(days=2)
    with world.database.reading() as session:
        found = {
            number: find_same(
                session,
                world.actor,
                cast.carol,
                session.get_one(Evidence, number).came_sha256,
                at=later,
                today=world.today,
            )
            for number in (unused, used)
        }
        assert [number for number, same in found.items() if same] == [used]


def test_a_file_that_is_attached_is_the_proof(world: World, cast: Cast, tmp_path: Path) -> None:
    bare = log(world, cast.carol, make_new(3, proof="none"), cast.cps)
    assert count_minutes(world, cast.cps, world.today) == ("short", 0)

    amend(world, bare, make_new(3, proof="none", files=(keep(world, tmp_path, cast.carol),)))

    assert count_minutes(world, cast.cps, world.today) == ("short", 180)
    with world.database.reading() as session:
        assert (get_credit(session, bare).proof, get_credit(session, bare).proof_seen_by) == ("file", None)


def test_a_file_is_no_proof_before_one_is_here_nor_once_none_is(world: World, cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(BadCredit):
        log(world, cast.carol, make_new(3, proof="file"), cast.cps)
    credit = log(world, cast.carol, make_new(3, files=(keep(world, tmp_path, cast.carol),)), cast.cps)
    with pytest.raises(BadCredit):
        amend(world, credit, make_new(3, proof="file", files=()))
    assert amend(world, credit, make_new(3, proof="none", files=()))
    assert count_minutes(world, cast.cps, world.today) == ("short", 0)


def test_one_file_backs_many_credits_and_a_credit_has_many(world: World, cast: Cast, tmp_path: Path) -> None:
    one, two = keep(world, tmp_path, cast.carol), keep(world, tmp_path, cast.carol, pdf(), name="b.pdf")
    first = log(world, cast.carol, make_new(3, files=(two, one)), cast.cps)
    second = log(world, cast.carol, make_new(2, files=(one,)), cast.cps)

    assert list_names(world, first) == [("a.jpg", True), ("b.pdf", True)]
    assert list_names(world, second) == [("a.jpg", True)]


def test_taking_one_away_is_a_version_and_is_remembered(world: World, cast: Cast, tmp_path: Path) -> None:
    one, two = keep(world, tmp_path, cast.carol), keep(world, tmp_path, cast.carol, pdf(), name="b.pdf")
    credit = log(world, cast.carol, make_new(3, files=(one, two)), cast.cps)
    world.at += timedelta(hours=1)
    assert amend(world, credit, make_new(3, files=(two,)))
    assert not amend(world, credit, make_new(3, files=(two,)), expected_no=2)

    assert list_names(world, credit) == [("b.pdf", True)]
    assert list_names(world, credit, minutes_ago=30) == [("a.jpg", False), ("b.pdf", True)]
    assert list_names(world, credit, minutes_ago=90) == []
    with world.database.reading() as session:
        links = session.scalars(select(EvidenceLinkVersion).order_by(EvidenceLinkVersion.id)).all()
        assert [(one.is_attached, one.no, one.reason) for one in links] == [
            (True, 1, None), (True, 1, None), (False, 2, "a slip"),
        ]  # fmt: skip
        assert session.scalars(select(CreditVersion.no).order_by(CreditVersion.no)).all() == [1, 2]


def test_left_unsaid_what_is_attached_stays(world: World, cast: Cast, tmp_path: Path) -> None:
    credit = log(world, cast.carol, make_new(3, files=(keep(world, tmp_path, cast.carol),)), cast.cps)
    assert amend(world, credit, make_new(2, proof="on_paper"))
    assert list_names(world, credit) == [("a.jpg", True)]


def test_another_file_is_something_to_look_at_again(world: World, cast: Cast, tmp_path: Path) -> None:
    one, two = keep(world, tmp_path, cast.carol), keep(world, tmp_path, cast.carol, pdf())
    credit = log(world, cast.carol, make_new(3, files=(one,)), cast.cps)
    decide(world, find_claim(world, credit, cast.cps)[0], "checked")

    amend(world, credit, make_new(3, files=(one, two)))

    assert find_claim(world, credit, cast.cps)[1:] == (3, "waiting")


def test_nobody_attaches_anothers_file_or_too_many(world: World, cast: Cast, tmp_path: Path) -> None:
    theirs = keep(world, tmp_path, world.person("Erin"))
    for strange in (theirs, 9999):
        with pytest.raises(NotFound):
            log(world, cast.carol, make_new(3, files=(strange,)), cast.cps)
    with pytest.raises(BadFile):
        log(world, cast.carol, make_new(3, files=tuple(range(1, MOST_FILES + 2))), cast.cps)


def test_who_sees_a_file_and_who_does_not(world: World, cast: Cast, tmp_path: Path) -> None:
    others = {"holder": cast.holder, "supervisor": cast.supervisor, "office": cast.office, "stranger": cast.stranger}
    sent = keep(world, tmp_path, cast.carol, actor=cast.supervisor)
    assert [name for name, who in others.items() if can_see(world, who, cast.carol, sent)] == ["holder", "supervisor"]

    credit = log(world, cast.carol, make_new(3, files=(sent,)), cast.cps)
    assert [name for name, who in others.items() if can_see(world, who, cast.carol, sent)] == [
        "holder", "supervisor", "office",
    ]  # fmt: skip
    assert not can_see(world, cast.office, cast.carol + 1, sent)

    with world.database.writing() as session:
        withdraw_credit(
            session, world.rulebook, get_credit(session, credit), expected_no=1, reason=None,
            actor=world.actor, at=world.at,
        )  # fmt: skip
    assert [name for name, who in others.items() if can_see(world, who, cast.carol, sent)] == ["holder"]


def test_a_programme_sees_the_files_of_what_is_claimed_for_its_own_credential(
    world: World, cast: Cast, tmp_path: Path
) -> None:
    paul = world.account("paul", Role.PROGRAMME_ADMINISTRATOR)
    with world.database.writing() as session:
        office = get_organization(session, "lakeside")
        set_role(session, office, "cpps", "granter", actor=world.actor, at=world.at)
    one, two = keep(world, tmp_path, cast.carol), keep(world, tmp_path, cast.carol, pdf())
    log(world, cast.carol, make_new(3, files=(one,)), cast.cps)
    log(world, cast.carol, make_new(2, files=(two,)), cast.cpps)

    actor = act_as(world, paul)
    assert (can_see(world, actor, cast.carol, one), can_see(world, actor, cast.carol, two)) == (False, True)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\scan.pdf", "scan.pdf"),
        ("a\x00b\n.pdf", "ab .pdf"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("", "file"),
        ("/", "file"),
        ("é" * 300 + ".pdf", "…" + "é" * 115 + ".pdf"),
    ],
)
def test_a_files_name_is_one_line_without_folders(sent: str, kept: str) -> None:
    assert tidy_name(sent) == kept


def test_what_is_attached_is_listed_in_the_order_in_which_it_came(world: World, cast: Cast, tmp_path: Path) -> None:
    numbers = [keep(world, tmp_path, cast.carol, picture((40 + place, 40))) for place in range(3)]
    credit = log(world, cast.carol, make_new(3, files=tuple(reversed(numbers))), cast.cps)
    with world.database.reading() as session:
        assert list_attached(session, ("credit", credit)) == numbers
