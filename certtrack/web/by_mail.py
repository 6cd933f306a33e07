"""Links in mails: a page with one button that names nobody and nothing, and what the button does.

Mail scanners open every link: looking changes nothing. The token is the proof, so nobody signs in and no cookie is set;
a link that isn't genuine, for whatever reason, is answered alike.
"""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, redirect, request
from flask.typing import ResponseReturnValue

from certtrack.language import check_locale
from certtrack.mail.links import STOP, VERBS, Verb
from certtrack.rules.wishes import ALWAYS_FROM
from certtrack.security import Actor
from certtrack.services.applications.typed import BadApplication
from certtrack.services.delivery.leasing import make_terms
from certtrack.services.ledger import mail_links as service
from certtrack.services.preferences import has_least, switch_off
from certtrack.signing import Signer
from certtrack.web.edge import for_everybody, parts, reading, render, writing
from certtrack.web.locales import prefer_locale
from certtrack.web.tries import count_miss, find_wait

by_mail = Blueprint("by_mail", __name__)

_AT = "/mail/<int:reminder_id>"
_VERB = f"<any({', '.join(map(repr, VERBS))}):verb>"
_MISS = "mail-link"
_LONGEST = 100


@by_mail.get(f"{_AT}/{_VERB}/<token>")
@for_everybody
def ask(reminder_id: int, verb: Verb, token: str) -> ResponseReturnValue:
    """What the button will do, or that there is nothing to do any more."""
    return _show(reminder_id, verb, token)


@by_mail.post(f"{_AT}/{_VERB}/<token>")
@for_everybody
def act(reminder_id: int, verb: Verb, token: str) -> ResponseReturnValue:
    """Do it, once, and go back to the page, which says so."""
    if find_wait(_MISS):
        return _say_unknown()
    at = parts().clock.now()
    try:
        with writing() as session:
            found = service.find_matter(session, parts().rulebook, _signer(), reminder_id, verb, token, at)
            if found is not None:
                service.act(session, parts().rulebook, found, request.form, at)
    except BadApplication as error:
        return _show(reminder_id, verb, token, error.problems)
    return redirect(request.path, 303) if found else _say_unknown()


@by_mail.get(f"{_AT}/{STOP}/<token>")
@for_everybody
def ask_to_stop(reminder_id: int, token: str) -> ResponseReturnValue:
    """What can be switched off, what can't and why."""
    if find_wait(_MISS):
        return _say_unknown()
    with reading() as session:
        reader = service.find_stopper(session, _signer(), reminder_id, token)
    return _show_stop(reader.language, is_done=has_least(reader)) if reader else _say_unknown()


@by_mail.post(f"{_AT}/{STOP}/<token>")
@for_everybody
def stop(reminder_id: int, token: str) -> ResponseReturnValue:
    """Switch off what may be, for a person's click and for a mail program's (RFC 8058), which follows no redirect."""
    if find_wait(_MISS):
        return _say_unknown()
    with writing() as session:
        reader = service.find_stopper(session, _signer(), reminder_id, token)
        if reader is not None:
            actor = Actor(key=f"mail:{reader.id}")
            switch_off(session, reader.id, actor=actor, at=parts().clock.now())
    return _show_stop(reader.language, is_done=True) if reader else _say_unknown()


@by_mail.after_request
def keep_to_itself(response: Response) -> Response:
    """The address is the key: it is told to no other page, and to no search engine."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _show(reminder_id: int, verb: Verb, token: str, problems: Mapping[str, str] | None = None) -> ResponseReturnValue:
    if find_wait(_MISS):
        return _say_unknown()
    with reading() as session:
        now = parts().clock.now()
        found = service.find_matter(session, parts().rulebook, _signer(), reminder_id, verb, token, now)
    if found is None:
        return _say_unknown()
    prefer_locale(check_locale(found.language))
    values: dict[str, Any] = {"verb": verb, "state": found.state, "problems": problems or {}}
    values |= {"typed": {name: text[:_LONGEST] for name, text in request.form.items()}, "today_on": found.today}
    return render("mail_links/answer.html", **values), 400 if problems else 200


def _show_stop(language: str, *, is_done: bool) -> str:
    prefer_locale(check_locale(language))
    return render("mail_links/stop.html", is_done=is_done, always_from=ALWAYS_FROM)


def _say_unknown() -> ResponseReturnValue:
    """The same for each link that isn't one; too many of them have to wait."""
    wait_s = find_wait(_MISS)
    if wait_s:
        page = render("mail_links/unknown.html", wait_minutes=-(-wait_s // 60))
        return page, 429, {"Retry-After": str(wait_s)}
    count_miss(_MISS)
    return render("mail_links/unknown.html", wait_minutes=0), 404


def _signer() -> Signer:
    return make_terms(parts().settings).links
