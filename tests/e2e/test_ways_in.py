"""From what is still to do to a plan, and to an application for a training: with scripts, and without."""

import pytest
from kit.browser import Visit, check_page, check_width
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripts", [pytest.param(True, marks=pytest.mark.nightly), False])
def test_a_specialist_finds_an_activity_plans_it_and_applies_for_a_training_on_a_phone(
    visit: Visit, scripts: bool
) -> None:
    page = visit("/offerings", "carol", width=360, scripts=scripts)
    page.get_by_label("Area").select_option(label="Trauma-informed care")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Shown: in the area Trauma-informed care.")).to_be_visible()
    page.get_by_role("link", name="Trauma-informed listening").click()
    page.get_by_role("button", name="Plan it").click()
    expect(page.get_by_role("status").first).to_contain_text("Planned.")
    page.get_by_role("link", name="Activities").first.click()
    page.get_by_role("link", name="Try it out").first.click()
    expect(page.get_by_role("link", name="Trauma-informed listening")).to_be_visible()
    page.get_by_role("button", name="Plan it no more").filter(has_text="Trauma-informed listening").click()
    expect(page.get_by_text("You don't plan it any more.")).to_be_visible()

    page.goto("/ways-in")
    page.get_by_role("link", name="Apply").click()
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("Your application is on record.")).to_be_visible()
    page.get_by_role("button", name="Take my application back").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    check_width(page)


def test_the_self_check_can_be_answered_by_whoever_has_no_account(visit: Visit) -> None:
    page = visit("/ways-in/check", width=320, lang="es")
    page.get_by_role("link", name="Certified Peer Specialist", exact=True).click()
    page.get_by_text("Todavía no").click()
    page.get_by_role("button", name="Mostrar lo que falta").click()
    expect(page.get_by_role("status")).to_have_text("Falta 1 cosa.")
    check_page(page)
