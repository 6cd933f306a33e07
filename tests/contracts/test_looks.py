"""Each page is looked at in a browser: an address that nobody looks at is one whose flaws nobody sees."""

from importlib import import_module

from flask import Flask
from kit.registries import read_registry
from werkzeug.exceptions import HTTPException

_AT = "/people/<int:person_id>"
_UPLOAD = "/imports/<int:upload_id>"
_BY_KEY = "its key has a day of the demonstration in it, so that no address stands for it"
_FILE = "no page: a file"
_SECOND_STEP = "opens only with a second step, which nobody in the demonstration has"
_BY_LINK = "opens by a link that a mail brings: tests/e2e/test_pages.py makes one"
_BY_UPLOAD = "opens for a file that was brought in: tests/e2e/test_bringing_in.py brings one"
_LATE = "is there only while a form waits that came too late"
EXCUSED: dict[str, str] = {
    "/": "leads on to what its reader is to see first",
    "/account/form": _LATE,
    "/account/left": _LATE,
    "/account/recovery-codes/new": _SECOND_STEP,
    "/account/second-step/off": _SECOND_STEP,
    "/admin/audit/verify": "is for whoever administers everywhere, and the demonstration has nobody who does",
    "/admin/organizations/new": "is for whoever administers everywhere, and the demonstration has nobody who does",
    "/calendar/<token>.ics": _FILE,
    "/coverage/export.<any(csv, xlsx):kind>": _FILE,
    "/healthz": "is for machines",
    "/healthz/mail": "is for machines",
    _UPLOAD: _BY_UPLOAD,
    f"{_UPLOAD}/mapping": _BY_UPLOAD,
    f"{_UPLOAD}/to-mend": _FILE,
    "/mail-preferences": "leads on to one's own record",
    "/mail/<int:reminder_id>/<any('seen', 'plan', 'sent', 'more-time', 'not-going-on'):verb>/<token>": _BY_LINK,
    "/mail/<int:reminder_id>/stop/<token>": _BY_LINK,
    "/password": "opens by a link that is good once: tests/e2e/test_main_job.py goes by it",
    f"{_AT}/evidence/<int:evidence_id>/original": _FILE,
    f"{_AT}/evidence/<int:evidence_id>/pages/<int:number>": _FILE,
    f"{_AT}/evidence/<int:evidence_id>/preview": _FILE,
    f"{_AT}/reminders/<key>/letter": _BY_KEY,
    f"{_AT}/reminders/<key>/told": _BY_KEY,
    "/people/export.<any(csv, xlsx):kind>": _FILE,
    "/sign-in/code": _SECOND_STEP,
    "/sign-in/recovery-code": _SECOND_STEP,
    "/team/export.<any(csv, xlsx):kind>": _FILE,
}
"""Addresses that are no page to look at, or can't be opened in the demonstration, each with why."""


def list_looked_at(app: Flask) -> set[str]:
    """The addresses of the table of routes that some look opens."""
    pages = import_module("e2e.test_pages")
    looks = [*pages.FULL, *pages.FURTHER, *pages.WRONG, *pages.WIDE, *pages.PLAIN]
    looks += [look for registry in read_registry("e2e/looks", "NIGHTLY") for look in registry]
    urls, found = app.url_map.bind("localhost"), set()
    for path, _name in looks:
        try:
            rule, _ = urls.match(path.partition("?")[0], method="GET", return_rule=True)
        except HTTPException:
            continue  # a look at what is no address
        found.add(rule.rule)
    return found


def test_each_address_is_looked_at_or_says_why_not(app: Flask) -> None:
    shown = {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    looked_at = list_looked_at(app)
    assert sorted(shown - looked_at - EXCUSED.keys()) == []
    assert sorted(EXCUSED.keys() - (shown - looked_at)) == [], "an excuse that is needed no more"
