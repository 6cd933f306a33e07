"""A private calendar of one's own days: its address is made, renewed and ended here, and read without signing in."""

from collections.abc import Mapping

from flask import Blueprint, Response, redirect
from flask import session as cookie
from flask.typing import ResponseReturnValue

from certtrack.auth.account_mail import queue_notice
from certtrack.db.models import Account
from certtrack.mail.calendar_file import make_feed as write_feed
from certtrack.services.feeds import end_feed, find_feed, load_feed, make_feed
from certtrack.services.people import get_person
from certtrack.web.edge import actor, for_everybody, parts, reading, render, show_toast, signed_in, writing
from certtrack.web.frame import gettext as _
from certtrack.web.login import sealer
from certtrack.web.proving import check_proof, own_login
from certtrack.web.record import own_number
from certtrack.web.tries import count_miss, find_wait

calendar_feed = Blueprint("calendar_feed", __name__)

_MISS = "calendar"
_TOKEN = "calendar_token"  # noqa: S105  # where the cookie has it, sealed, until it was shown


@calendar_feed.get("/account/calendar")
@signed_in
def show() -> str:
    """Whether there is one; its address once, right after it was made."""
    return _show()


def _show(errors: dict[str, str] | None = None) -> str:
    number, login = own_number(), own_login()
    token = sealer().unseal(cookie.pop(_TOKEN, "")) if _TOKEN in cookie else None
    with reading() as session:
        feed, person = find_feed(session, login.id), get_person(session, number)
    base_url = parts().settings.base_url.rstrip("/")
    address = f"{base_url}/calendar/{token}.ics" if token and feed else None
    return render(
        "account/calendar.html",
        feed=feed,
        zone=person.zone,
        address=address,
        errors=errors or {},
    )


@calendar_feed.post("/account/calendar/renew")
@signed_in
def renew() -> ResponseReturnValue:
    """Make one, for whoever proves that it is them, since it outlasts the session; one before is over at once.

    A mail says so.
    """
    own_number()
    if wrong := check_proof(is_always=True):
        return _show({"current": wrong}), 400
    at = parts().clock.now()
    with writing() as session:
        account = session.get_one(Account, own_login().id)
        token = make_feed(session, account, actor=actor(), at=at)
        queue_notice(session, parts().settings, account, "calendar_made", at=at)
    cookie[_TOKEN] = sealer().seal(token)
    return redirect("/account/calendar")


@calendar_feed.post("/account/calendar/end")
@signed_in
def end() -> ResponseReturnValue:
    """End it, at once."""
    own_number()
    with writing() as session:
        account = session.get_one(Account, own_login().id)
        if end_feed(session, account, actor=actor(), at=parts().clock.now()):
            show_toast(_("Ended. Nothing is read under that address any more."))
    return redirect("/account/calendar")


@calendar_feed.get("/calendar/<token>.ics")
@for_everybody
def read(token: str) -> Response:
    """The days, for a calendar program; an address that isn't one, for whatever reason, is answered alike.

    Programs of many people ask from one network, where somebody else's old address makes nobody wait.
    """
    settings = parts().settings
    with reading() as session:
        found = load_feed(
            session,
            parts().rulebook,
            token,
            mail_from=settings.mail_from,
            base_url=settings.base_url,
            clock=parts().clock,
        )
    if found is None:
        if wait_s := find_wait(_MISS):
            return _say_nothing(429, {"Retry-After": str(wait_s)})
        count_miss(_MISS)
        return _say_nothing(404)
    answer = Response(write_feed(found.writer, found.days), mimetype="text/calendar")
    answer.headers["Content-Disposition"] = 'inline; filename="dates.ics"'
    return answer


def _say_nothing(code: int, headers: Mapping[str, str] | None = None) -> Response:
    """A line for a program, and the same for each address that isn't one."""
    return Response(_("There is no calendar here.") + "\n", code, headers, mimetype="text/plain")


@calendar_feed.after_request
def keep_to_itself(response: Response) -> Response:
    """The address is the key: it is told to no other page, and to no search engine."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
