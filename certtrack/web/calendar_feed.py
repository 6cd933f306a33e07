"""Private calendars of one's own days and of one's team's: an address each, made, renewed, ended and read here.

It is read without signing in.
"""

from collections.abc import Mapping

from flask import Blueprint, Response, redirect
from flask import session as cookie
from flask.typing import ResponseReturnValue

from certtrack.auth.account_mail import queue_notice
from certtrack.db.models import Account
from certtrack.mail.calendar_file import make_feed as write_feed
from certtrack.mail.content import NoticeKind
from certtrack.security import Task, can_do
from certtrack.services.feeds import FeedKind, end_feed, find_feed, load_feed, make_feed
from certtrack.services.people import get_person
from certtrack.services.team.feed import load_team_feed
from certtrack.web.edge import actor, for_everybody, needs, parts, reading, render, show_toast, signed_in, writing
from certtrack.web.frame import gettext as _
from certtrack.web.list_filters import find_zone
from certtrack.web.login import sealer
from certtrack.web.proving import check_proof, own_login
from certtrack.web.record import own_number
from certtrack.web.tries import count_miss, find_wait

calendar_feed = Blueprint("calendar_feed", __name__)

_MISS = "calendar"
_TOKEN: dict[FeedKind, str] = {"own": "calendar_token", "team": "team_calendar_token"}
"""Where the cookie has an address, sealed, until it was shown."""
_PAGE: dict[FeedKind, str] = {"own": "/account/calendar", "team": "/team/calendar"}
_NOTICE: dict[FeedKind, NoticeKind] = {"own": "calendar_made", "team": "team_calendar_made"}


@calendar_feed.get("/account/calendar")
@signed_in
def show() -> str:
    """Whether there is one; its address once, right after it was made."""
    own_number()
    return _show("own")


@calendar_feed.get("/team/calendar")
@needs(Task.SEE_TEAM)
def show_team() -> str:
    """The same of the team's."""
    return _show("team")


@calendar_feed.post("/account/calendar/renew")
@signed_in
def renew() -> ResponseReturnValue:
    """Make one, for whoever proves that it is them, since it outlasts the session; one before is over at once.

    A mail says so.
    """
    own_number()
    return _renew("own")


@calendar_feed.post("/team/calendar/renew")
@needs(Task.SEE_TEAM)
def renew_team() -> ResponseReturnValue:
    """The same of the team's."""
    return _renew("team")


@calendar_feed.post("/account/calendar/end")
@signed_in
def end() -> ResponseReturnValue:
    """End it, at once."""
    own_number()
    return _end("own")


@calendar_feed.post("/team/calendar/end")
@needs(Task.SEE_TEAM)
def end_team() -> ResponseReturnValue:
    """End the team's, at once."""
    return _end("team")


@calendar_feed.get("/calendar/<token>.ics")
@for_everybody
def read(token: str) -> Response:
    """The days, for a calendar program; an address that isn't one, for whatever reason, is answered alike.

    Programs of many people ask from one network, where somebody else's old address makes nobody wait.
    """
    found = _write(token)
    if found is None:
        if wait_s := find_wait(_MISS):
            return _say_nothing(429, {"Retry-After": str(wait_s)})
        count_miss(_MISS)
        return _say_nothing(404)
    answer = Response(found, mimetype="text/calendar")
    answer.headers["Content-Disposition"] = 'inline; filename="dates.ics"'
    return answer


def _show(kind: FeedKind, errors: dict[str, str] | None = None) -> str:
    login, sealed = own_login(), cookie.pop(_TOKEN[kind], "") if _TOKEN[kind] in cookie else ""
    token = sealer().unseal(sealed) if sealed else None
    number = actor().person_id
    with reading() as session:
        feed = find_feed(session, login.id, kind)
        zone = get_person(session, number).zone if number is not None else find_zone()
    base_url = parts().settings.base_url.rstrip("/")
    address = f"{base_url}/calendar/{token}.ics" if token and feed else None
    return render(
        "team/calendar.html" if kind == "team" else "account/calendar.html",
        feed=feed,
        zone=zone,
        address=address,
        errors=errors or {},
        has_own=number is not None,
        has_team=can_do(actor(), Task.SEE_TEAM),
    )


def _renew(kind: FeedKind) -> ResponseReturnValue:
    if wrong := check_proof(is_always=True):
        return _show(kind, {"current": wrong}), 400
    at = parts().clock.now()
    with writing() as session:
        account = session.get_one(Account, own_login().id)
        token = make_feed(session, account, kind, actor=actor(), at=at)
        queue_notice(session, parts().settings, account, _NOTICE[kind], at=at)
    cookie[_TOKEN[kind]] = sealer().seal(token)
    return redirect(_PAGE[kind])


def _end(kind: FeedKind) -> ResponseReturnValue:
    with writing() as session:
        account = session.get_one(Account, own_login().id)
        if end_feed(session, account, kind, actor=actor(), at=parts().clock.now()):
            show_toast(_("Ended. Nothing is read under that address any more."))
    return redirect(_PAGE[kind])


def _write(token: str) -> bytes | None:
    """The file of whichever calendar that address is of; None where it is of none."""
    settings, clock = parts().settings, parts().clock
    with reading() as session:
        own = load_feed(
            session, parts().rulebook, token, mail_from=settings.mail_from, base_url=settings.base_url, clock=clock
        )  # fmt: skip
        if own is not None:
            return write_feed(own.writer, own.days)
        team = load_team_feed(
            session, token, mail_from=settings.mail_from, base_url=settings.base_url, clock=clock
        )  # fmt: skip
    return write_feed(team.writer, team.days, is_team=True) if team is not None else None


def _say_nothing(code: int, headers: Mapping[str, str] | None = None) -> Response:
    """A line for a program, and the same for each address that isn't one."""
    return Response(_("There is no calendar here.") + "\n", code, headers, mimetype="text/plain")


@calendar_feed.after_request
def keep_to_itself(response: Response) -> Response:
    """The address is the key: it is told to no other page, and to no search engine."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
