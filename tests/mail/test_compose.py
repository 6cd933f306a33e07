"""Whole mails: the text and the HTML say the same, and nothing else than they should."""

import re
from datetime import date

import pytest
from kit.every_mail import MAILS
from kit.mails import BASE, LINK, Page, Read, link_mail, make_envelope, make_item, remind
from kit.rules import CPPS, CPS

from certtrack.mail.compose import compose_reminders
from certtrack.mail.wrapping import WIDTH

EVERY_MAIL = [pytest.param(name, locale, id=f"{name}-{locale}") for name in MAILS for locale in ("en", "es")]
# said to people, some of these hurt; "sent" is what we say of a mail, and "passed" of an exam
FORBIDDEN = re.compile(
    r"complian|lapse|\bfail|\bclients?\b|\bpatients?\b|escalat|deficit|delinquen|dead man|"
    r"incumpl|fracas|\bclientes?\b|\bpacientes?\b|recaíd|caduc|moros",
    re.IGNORECASE,
)
DAY = date(2026, 9, 1)


def twin_of(mail: Read) -> str:
    """The text without what only a text needs: the addresses, the rules between parts, the dashes."""
    lines = [line for line in mail.text.splitlines() if line not in ("--", "* * *") and not line.startswith("https:")]
    return " ".join(" ".join(lines).split())


@pytest.mark.parametrize(("name", "locale"), EVERY_MAIL)
class TestEveryMail:
    def test_the_text_says_what_the_html_says_in_the_same_order(self, name: str, locale: str) -> None:
        mail = MAILS[name](locale)
        office, rest = Page(mail.html).flat.split(" ", 2)[:2], Page(mail.html).flat.split(" ", 2)[2]
        assert " ".join(office) == "Lakeside Peers"
        twin, lines = twin_of(mail), mail.text.splitlines()
        for link in Page(mail.html).values_of("a", "href"):
            label = lines[lines.index(link) - 1]
            assert label.endswith(":")
            twin = twin.replace(label, label[:-1], 1)
        assert twin == rest

    def test_no_line_of_the_text_is_too_long_but_for_an_address(self, name: str, locale: str) -> None:
        lines = MAILS[name](locale).text.splitlines()
        assert all(len(line) <= WIDTH or line.startswith("https://") for line in lines)

    def test_no_word_that_hurts_is_used(self, name: str, locale: str) -> None:
        mail = MAILS[name](locale)
        assert FORBIDDEN.search(mail.text + mail.html) is None

    def test_no_header_speaks_of_the_credential(self, name: str, locale: str) -> None:
        headers = "\n".join(f"{key}: {value}" for key, value in MAILS[name](locale).message.items())
        assert re.search(r"peer special|certif|\bcpp?s\b|4711", headers, re.IGNORECASE) is None

    def test_what_a_list_of_mails_shows_speaks_of_nothing(self, name: str, locale: str) -> None:
        html = MAILS[name](locale).html
        shown = re.search(r'<div class="preview"[^>]*>(.*?)</div>', html, re.DOTALL)
        assert shown is not None
        assert shown[1].startswith({"en": "A short note from", "es": "Una breve nota de"}[locale])
        assert len(shown[1]) > 250  # so many that no word of the body follows

    def test_one_link_leads_to_the_office_and_nothing_is_loaded(self, name: str, locale: str) -> None:
        mail = MAILS[name](locale)
        page = Page(mail.html)
        assert page.values_of("a", "href")[0].startswith(BASE)
        assert not {tag for tag, _ in page.tags} & {"img", "link", "script", "iframe", "object", "form", "input"}
        assert re.search(r"url\(|@import|@font-face|src=", mail.html) is None

    def test_the_page_is_laid_out_for_every_reader(self, name: str, locale: str) -> None:
        page = Page(MAILS[name](locale).html)
        assert page.values_of("html", "lang") == [locale]
        assert set(page.values_of("table", "role")) == {"presentation"}
        assert len(page.values_of("table", "role")) == sum(tag == "table" for tag, _ in page.tags)
        assert page.values_of("meta", "charset") == ["utf-8"]
        assert "light dark" in page.values_of("meta", "content")
        assert [tag for tag, _ in page.tags].count("h1") == 1

    def test_an_item_is_short_enough_to_be_read(self, name: str, locale: str) -> None:
        body = MAILS[name](locale).text.split("\n--\n")[0]
        parts = body.count("* * *") + 1
        who_writes = 60 if name == "first_of_import" else 0  # said once in a lifetime
        assert len(body.split()) / parts <= {"en": 215, "es": 240}[locale] + who_writes


@pytest.mark.parametrize("locale", ["en", "es"])
@pytest.mark.parametrize("key", [CPS, CPPS])
def test_each_credential_is_named_in_its_own_part_of_a_digest_the_nearest_day_first(key: str, locale: str) -> None:
    mail = remind(make_item(CPS), make_item(CPPS), today=date(2027, 1, 4), locale=locale)
    parent, peer = mail.flat.split("* * *")
    assert "Certified Parent Peer Specialist" in parent
    assert "Certified Peer Specialist" in peer
    assert [tag for tag, _ in Page(mail.html).tags if tag in ("h1", "h2")] == ["h1", "h2"]


def test_whom_to_ask_is_said_once_for_a_digest_where_it_is_the_same() -> None:
    mail = remind(make_item(CPS), make_item(CPPS), today=date(2027, 1, 4))
    assert mail.text.count("Whom to ask:") == 1


def test_whom_to_ask_is_said_in_each_part_where_it_differs() -> None:
    mail = remind(make_item(CPS), make_item(CPPS, is_granter=True), today=date(2027, 1, 4))
    assert mail.text.count("Whom to ask:") == 2
    assert mail.text.count("only the program") == 1


def test_a_mail_without_an_item_is_refused() -> None:
    with pytest.raises(ValueError, match="speaks of something"):
        compose_reminders(make_envelope(), called="Carol", items=[])


def test_markup_in_a_name_is_shown_as_it_was_typed_and_never_acts() -> None:
    mail = remind(
        make_item(number="<i>9</i>"), today=DAY, called="<b>Carol</b> & co", office_name='Peers "&" <script>x</script>'
    )
    assert "Hello <b>Carol</b> & co," in mail.text
    assert "<i>9</i>" in mail.text
    assert "Hello &lt;b&gt;Carol&lt;/b&gt; &amp; co," in mail.html
    assert not {tag for tag, _ in Page(mail.html).tags} & {"b", "i", "script"}
    assert "&lt;b" not in mail.text
    assert "&amp;amp;" not in mail.html


def test_a_percent_sign_or_braces_in_a_name_are_only_signs() -> None:
    mail = remind(make_item(), today=DAY, called="100% {{ Carol }} %(day)s")
    assert "Hello 100% {{ Carol }} %(day)s," in mail.flat
    assert "Hello 100% {{ Carol }} %(day)s," in Page(mail.html).flat


def test_a_name_of_many_lines_is_one_line_and_never_a_footer() -> None:
    mail = remind(make_item(), today=DAY, called="Carol\n\n--\nEvil", office_name="Lake\r\nside")
    assert "Hello Carol -- Evil," in mail.text
    assert mail.text.splitlines().count("--") == 1


@pytest.mark.parametrize("kind", ["account_link", "password_reset"])
def test_a_link_is_whole_on_a_line_of_its_own_and_behind_the_button(kind: str) -> None:
    mail = link_mail("account_link" if kind == "account_link" else "password_reset")
    assert LINK in mail.text.splitlines()
    assert Page(mail.html).values_of("a", "href") == [LINK]
    assert "It works once, until May 15, 2026, 12:00 PM." in mail.flat


def test_who_did_not_ask_for_a_new_password_has_nothing_to_do() -> None:
    assert "If you didn't ask for it, do nothing: your password stays as it is." in link_mail("password_reset").flat


@pytest.mark.parametrize(
    ("reply_to", "words"),
    [
        ("office@example.org", "To reach Lakeside Peers, reply to this mail."),
        (None, "replies to this mail may not be read."),
    ],
)
def test_the_footer_says_how_the_office_is_reached(reply_to: str | None, words: str) -> None:
    assert words in remind(make_item(), today=DAY, reply_to=reply_to).flat


def test_one_line_is_in_the_other_language_and_marked_so() -> None:
    mail = remind(make_item(), today=DAY)
    assert mail.flat.endswith("Si prefiere leer estas notas en español, dígalo a la oficina.")
    assert Page(mail.html).values_of("p", "lang") == ["es"]
    spanish = remind(make_item(), today=DAY, locale="es")
    assert spanish.flat.endswith("If you would rather read these notes in English, tell the office.")
    assert Page(spanish.html).values_of("p", "lang") == ["en"]
