"""What would still be needed: planned activities are counted on the page, and nothing of them is stored."""

import re
from typing import Any

import pytest
from kit.client import CheckingClient
from kit.credit_pages import Office, read
from kit.databases import on_both
from sqlalchemy import func, select

from certtrack.db.models import AuditEvent, Credit, CreditDraft

PLAN: dict[str, Any] = {
    "rows": "1", "title-1": "Ethics for peers", "last_on-1": "2026-09-01", "amount-1": "3", "unit-1": "hours",
    "areas-1": ["ethics_boundaries"], "activity-1": "course", "form-1": "",
}  # fmt: skip


@pytest.fixture
def url(office: Office) -> str:
    return f"{office.page}/certifications/{office.cps}/what-if"


def count_rows(office: Office) -> list[int | None]:
    with office.world.database.reading() as session:
        return [session.scalar(select(func.count()).select_from(model)) for model in (AuditEvent, Credit, CreditDraft)]


def test_the_person_s_page_leads_to_what_is_still_needed_and_the_plan_is_counted_there(
    carol: CheckingClient, office: Office, url: str
) -> None:
    office.log(16)
    assert f'href="{url}"' in carol.get(office.page).text
    now = read(carol.get(url).text)
    assert "Still to do by October 31, 2026: at least 4 hours." in now
    assert "How many hours 6 areas need isn't published, so a little more may be asked for; ask the Wisconsin" in now

    before = count_rows(office)
    late = {"rows": "2", "title-2": "", "last_on-2": "2026-11-02", "amount-2": "90 min", "unit-2": "hours",
            "activity-2": "webinar", "form-2": "live_online"}  # fmt: skip
    page = read(carol.send(url, **(PLAN | late)).text)

    assert "With what is planned, still to do by October 31, 2026: at least 1 hour." in page
    assert "Ethics for peers 3 hours It would count: 3 hours in all; Ethics and boundaries: 3 hours." in page
    assert "Activity 2 1.5 hours Not counted here: it ends after October 31, 2026. May count:" in page
    assert "In all On record: 16 hours; with the plan: 19 hours; needed: 20 hours; still to do: 1 hour." in page
    assert count_rows(office) == before


def test_a_row_comes_and_goes_without_a_script_and_what_was_typed_stays(
    carol: CheckingClient, office: Office, url: str
) -> None:
    more = carol.send(url, **(PLAN | {"way": "add", "amount-1": "three"})).text
    assert ('value="three"' in more, 'id="title-2"' in more, "One thing to fix" in more) == (True, True, False)
    form = more.partition('class="parts"')[2]
    buttons = re.findall(r"<button[^>]*>", form)
    assert [re.findall(r'name="(\w+)"', button) for button in buttons][:2] == [[], ["drop"]]  # Enter presses the first
    less = carol.send(url, **(PLAN | {"rows": "2", "title-2": "Second", "drop": "1"})).text
    assert ('value="Second"' in less, 'value="Ethics for peers"' in less, 'id="title-2"' in less) == (
        True,
        False,
        False,
    )


def test_what_was_counted_can_be_kept_as_a_plan_by_its_name(carol: CheckingClient, office: Office, url: str) -> None:
    counted = carol.send(url, **PLAN).text
    assert f'action="{url}/plan"' in counted
    nameless = carol.send(f"{url}/plan", **(PLAN | {"title-1": " "}))
    assert (nameless.status_code, 'value="2026-09-01"' in nameless.text) == (400, True)
    assert carol.send(f"{url}/plan", **PLAN).headers["Location"] == url
    page = read(carol.get(url).text)
    assert "With what is planned, still to do by October 31, 2026: at least 17 hours." in page
    assert "What you plan Find an activity Sep 1, 2026 Ethics for peers 3 hours It would count:" in page


def test_what_cannot_be_read_is_said_beside_it_and_nothing_is_lost(
    carol: CheckingClient, office: Office, url: str
) -> None:
    wrong = PLAN | {"last_on-1": "2099-01-01", "amount-1": "three", "areas-1": ["no_such"]}
    answer = carol.send(url, **wrong)
    assert answer.status_code == 400
    page = read(answer.text)
    assert "3 things to fix" in page
    assert "That day is too far away. Look at the year." in page
    assert 'href="#areas-1"' in answer.text
    assert 'value="three"' in answer.text


@on_both
def test_a_planned_activity_can_be_kept_as_a_draft_that_the_form_for_credits_opens(
    carol: CheckingClient, office: Office, url: str
) -> None:
    page = carol.send(url, **PLAN).text
    form = re.search(r'(?s)<form class="acts small" method="post" action="([^"]+/credits/new)">(.*?)</form>', page)
    assert form
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[2]))
    assert carol.post(form[1], data=fields).status_code == 302

    draft = re.search(rf'href="({office.new}\?draft=\d+)"', carol.get(office.credits).text)
    assert draft
    typed = carol.get(draft[1]).text
    assert all(f'value="{text}"' in typed for text in ("Ethics for peers", "2026-09-01", "3"))
    assert re.search(r'value="ethics_boundaries" checked', typed)
