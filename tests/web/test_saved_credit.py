"""What is told of a credit right after it was saved: that it is on record, what it moved, and that nothing was sent."""

import re

from kit.client import CheckingClient, sign_up
from kit.credit_pages import TYPED, Office, read

from certtrack.security import Role


def test_the_holder_lands_where_the_bar_has_moved_and_is_told_what_the_credit_counts(
    carol: CheckingClient, office: Office
) -> None:
    office.log(4)
    before = carol.get("/home").text
    answer = carol.send(office.new, **TYPED)
    page = carol.get(answer.location).text
    told = read(page)
    assert "Saved: “Ethics for peers”" in told
    assert "3 hours, March 2, 2026, Lakeside." in told
    assert "Counted. 3 hours in all; Ethics and boundaries: 3 hours. Waiting to be checked." in told
    assert "In all: 7 of 20 hours are on record" in told
    assert "Nothing has been sent." in told
    assert f'href="{office.new}"' in page.partition('aria-labelledby="saved"')[2].partition("</section>")[0]
    assert "4 of 20 hours are on record" in read(before)
    moved = page.partition('aria-labelledby="saved"')[2].partition("</section>")[0]
    widths = re.findall(r'class="(full|waiting)" x="([\d.]+)%" y="5" width="([\d.]+)%"', moved)
    assert widths[:2] == [("full", "0.0", "20.0"), ("waiting", "20.0", "15.0")], "4 of 20 before, 3 by this"


def test_saving_is_told_once_and_no_other_credit_is_named(carol: CheckingClient, office: Office) -> None:
    office.log(4)
    assert "Nothing has been sent." not in carol.get("/home").text
    for number in ("999", "x", "-1", "99999999999999999999"):
        answer = carol.get(f"/home?saved={number}")
        assert (answer.status_code, "Nothing has been sent." in answer.text) == (200, False)


def test_a_credit_that_does_not_count_is_saved_and_says_why(carol: CheckingClient, office: Office) -> None:
    page = read(carol.get(carol.send(office.new, **(TYPED | {"proof": "none"})).location).text)
    assert "Not counted: the rules ask for a certificate or document that states the hours." in page
    assert "With this credit" not in page


def test_a_change_is_told_in_the_same_way(carol: CheckingClient, office: Office) -> None:
    number = office.log(4)
    path = f"{office.page}/credits/{number}/amend"
    page = read(carol.get(carol.send(path, **TYPED, expected_no="1").location).text)
    assert "Saved: “Ethics for peers”" in page
    assert "In all: 3 of 20 hours are on record" in page


def test_save_and_add_another_names_what_was_saved_and_that_nothing_was_sent(
    carol: CheckingClient, office: Office
) -> None:
    answer = carol.send(office.new, **TYPED, way="another")
    assert answer.location == office.new
    assert "Saved: “Ethics for peers”. Nothing has been sent. Here is the next one." in read(carol.get(office.new).text)


def test_whoever_logs_for_somebody_else_lands_on_that_record_and_is_told_there(
    client: CheckingClient, office: Office
) -> None:
    sign_up(client, office.world, office.world.account("alice", Role.AGENCY_ADMINISTRATOR))
    answer = client.send(office.new, **TYPED)
    assert answer.location == f"{office.page}?saved=1"
    page = read(client.get(answer.location).text)
    assert "Saved: “Ethics for peers”" in page
    assert "the application for recertification" not in page
    assert "Log another credit" in page
