"""What the product says of itself is open to everybody, is led to from each page, and says of rights what is so."""

import re

import pytest
from kit.client import CheckingClient
from kit.credit_pages import Office, read

from certtrack.security import RECORD_RIGHTS, Fields
from certtrack.web.about import READERS

PAGES = ("/about/help", "/about/privacy", "/about/accessibility", "/about/languages")


@pytest.mark.parametrize("lang", ["en", "es"])
def test_each_page_leads_to_all_of_them_and_they_are_open_without_signing_in(client: CheckingClient, lang: str) -> None:
    foot = client.get(f"/sign-in?lang={lang}").text.partition("<footer")[2]
    assert tuple(re.findall(r'href="(/about/[a-z]+)"', foot)) == PAGES
    for page in PAGES:
        answer = client.get(page)
        assert (answer.status_code, f'<html lang="{lang}"' in answer.text) == (200, True)


def test_they_are_there_for_whoever_is_signed_in_too(carol: CheckingClient, office: Office) -> None:
    for page in (office.page, "/home"):
        assert "/about/privacy" in carol.get(page).text
    assert "Back to CertTrack" in read(carol.get("/about/help").text)


def test_who_sees_what_is_told_as_the_table_of_rights_has_it(client: CheckingClient) -> None:
    page = client.get("/about/privacy").text
    rows = re.findall(r'<th scope="row" role="rowheader">(.*?)</tr>', page, re.DOTALL)
    told = [[word == "yes" for word in re.findall(r'<span class="hush">(yes|no)</span>', row)] for row in rows]
    kept = [field for field in Fields if field is not Fields.ACCOMMODATIONS]  # nothing is kept of them
    assert told == [[field in RECORD_RIGHTS[reader] for reader in READERS] for field in kept]
    names = [row.partition("</th>")[0] for row in rows]
    assert len(set(names)) == len(kept)
    assert "provided at an exam" not in page


def test_the_languages_lead_to_themselves_and_the_choice_is_kept(client: CheckingClient) -> None:
    assert 'href="/about/languages?lang=es"' in client.get("/about/languages").text
    assert "Idiomas" in client.get("/about/languages?lang=es").text
    assert "Idiomas" in client.get("/about/languages").text
