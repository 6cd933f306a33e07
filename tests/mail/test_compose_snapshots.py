"""Every mail as it is, in both languages, to be read by people.

Set CERTTRACK_REWRITE_SNAPSHOTS=1 to write the files of tests/mail/snapshots anew; then read what has changed.
"""

import os
from pathlib import Path

import pytest
from kit.every_mail import MAILS

FOLDER = Path(__file__).parent / "snapshots"


@pytest.mark.parametrize("locale", ["en", "es"])
@pytest.mark.parametrize("name", MAILS)
def test_a_mail_is_what_somebody_has_read_and_found_good(name: str, locale: str) -> None:
    mail = MAILS[name](locale)
    head = f"From: {mail.message['From']}\nSubject: {mail.message['Subject']}\n\n"
    calendar = "" if mail.calendar is None else "\n" + mail.calendar.replace("\r\n", "\n")
    compare(FOLDER / f"{name}.{locale}.txt", head + mail.text + calendar)
    compare(FOLDER / f"{name}.{locale}.html", mail.html)


def test_no_snapshot_is_left_of_a_mail_that_is_no_more() -> None:
    known = {f"{name}.{locale}.{end}" for name in MAILS for locale in ("en", "es") for end in ("txt", "html")}
    assert {path.name for path in FOLDER.iterdir()} == known


def compare(path: Path, content: str) -> None:
    if os.environ.get("CERTTRACK_REWRITE_SNAPSHOTS"):
        path.write_text(content, encoding="utf-8", newline="\n")
    assert path.read_text(encoding="utf-8") == content
