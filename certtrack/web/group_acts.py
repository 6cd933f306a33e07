"""What an authority's letter gives to a whole group: seen before anything is written, put on record, taken back."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.clock import today_in
from certtrack.db.models import Organization
from certtrack.errors import NotAllowed, NotFound, Refused, StaleRecord
from certtrack.language import translations
from certtrack.rules.hours import TOTAL
from certtrack.rules.pack import Pack
from certtrack.security import Task, list_places
from certtrack.services.actors import list_granted_credentials
from certtrack.services.applications.typed import BadApplication, read_words
from certtrack.services.group_acts.acts import begin_group_act, find_group_act, get_group_act, list_group_acts
from certtrack.services.group_acts.plan import Difference, GroupPlan, compare, make_digest, plan_group
from certtrack.services.group_acts.running import work_at
from certtrack.services.group_acts.shown import PAGE, list_pack_keys, show_act
from certtrack.services.group_acts.undoing import begin_undoing
from certtrack.services.group_acts.wish import GroupWish, read_told, read_wish
from certtrack.services.overview import find_zone
from certtrack.web.application_form import doing, get_expected
from certtrack.web.edge import actor, locale, needs, note_look, parts, reading, render, show_toast, today, writing
from certtrack.web.frame import gettext as _
from certtrack.web.numbers import read_number

group_acts = Blueprint("group_acts", __name__)

_LONGEST = 20_000
_MOST_PAGES = 1_000
_PATIENCE_S = 4.0  # what isn't written by then, the scheduler goes on with


@dataclass(frozen=True, slots=True)
class Offer:
    """What the form rests on: the rules of which group, whose records can be chosen, and whether they are granted here.

    `packs` are those of people for whom the reader may put anything on record; `pack` is None where there is none.
    """

    packs: tuple[Pack, ...]
    pack: Pack | None
    offices: tuple[Organization, ...]
    is_granter: bool
    today: date

    @property
    def requirements(self) -> tuple[str, ...]:
        """What hours can be waived, or taken off."""
        if self.pack is None or self.pack.hours is None:
            return ()
        return (TOTAL, *(area.key for area in self.pack.hours.areas))


@group_acts.get("/waivers")
@needs(Task.WAIVE_FOR_MANY)
def index() -> str:
    """What was given to groups so far, the newest first."""
    with reading() as session:
        acts = list_group_acts(session, actor())
    packs = {pack.key: pack for pack in parts().rulebook.packs.list()}
    return render("waivers/groups.html", acts=[(act, read_told(act.gives)) for act in acts], packs=packs)


@group_acts.get("/waivers/new")
@needs(Task.WAIVE_FOR_MANY)
def new() -> str:
    """An empty form, for the rules that `?pack=` names."""
    with reading() as session:
        offer = _get_offer(session, request.args.get("pack", ""))
    return _show_form(offer, {}, ())


@group_acts.post("/waivers/new")
@needs(Task.WAIVE_FOR_MANY)
def preview() -> ResponseReturnValue:
    """Who would be in it, before and after; nothing is written. With `change` the form again, as it was typed."""
    with reading() as session:
        offer = _get_offer(session, request.form.get("pack", ""))
        typed, waives = _get_typed()
        if request.form.get("change"):
            return _show_form(offer, typed, waives)
        try:
            wish = _read(offer)
            plan = plan_group(session, parts().rulebook, wish, **doing())
        except BadApplication as error:
            return _show_form(offer, typed, waives, problems=error.problems), 400
        except NotAllowed:
            raise
        except Refused:
            return _show_form(offer, typed, waives, problems={"due_from_on": "too_many"}), 400
        seen = _read_seen()
        difference = compare(session, plan, seen, **doing()) if seen else None
    return _show_plan(offer, plan, difference)


@group_acts.post("/waivers")
@needs(Task.WAIVE_FOR_MANY)
def give() -> ResponseReturnValue:
    """Put on record what was seen, and begin to write it; where it isn't the same any more, show what has changed."""
    with reading() as session:
        offer = _get_offer(session, request.form.get("pack", ""))
        typed, waives = _get_typed()
        try:
            wish = _read(offer)
        except BadApplication as error:
            return _show_form(offer, typed, waives, problems=error.problems), 400
        seen = _read_seen()
        begun = find_group_act(session, make_digest(wish, seen))
        plan = plan_group(session, parts().rulebook, wish, **doing()) if begun is None else None
        difference = compare(session, plan, seen, **doing()) if plan else None
    if begun is not None:
        return _go_on(begun.id)
    if plan is None or difference or not plan.members:
        return (_show_plan(offer, plan, difference) if plan else ""), 409
    with writing() as session:
        act_id = begin_group_act(session, plan, make_digest(wish, seen), **doing()).id
    return _go_on(act_id)


@group_acts.get("/waivers/<int:act_id>")
@needs(Task.WAIVE_FOR_MANY)
def show(act_id: int) -> str:
    """What was given to whom, how far it is, and what there is to look at."""
    return _show_act("waivers/group.html", act_id)


@group_acts.post("/waivers/<int:act_id>/go-on")
@needs(Task.WAIVE_FOR_MANY)
def go_on(act_id: int) -> ResponseReturnValue:
    """Go on with what isn't through yet."""
    with reading() as session:
        get_group_act(session, actor(), act_id)
    return _go_on(act_id)


@group_acts.route("/waivers/<int:act_id>/take-back", methods=["GET", "POST"])
@needs(Task.WAIVE_FOR_MANY)
def take_back(act_id: int) -> ResponseReturnValue:
    """Take it back as a whole, with a reason."""
    if request.method == "GET":
        return _show_act("waivers/group_take_back.html", act_id)
    try:
        with writing() as session:
            act = get_group_act(session, actor(), act_id)
            reason = read_words(request.form, act.from_on, "reason")
            begin_undoing(session, parts().rulebook, act_id, expected_no=get_expected(), reason=reason, **doing())
    except BadApplication as error:
        return _show_act("waivers/group_take_back.html", act_id, problems=error.problems), 400
    except (NotAllowed, NotFound):
        raise
    except (StaleRecord, Refused):
        return _show_act("waivers/group_take_back.html", act_id, is_refused=True), 409
    return _go_on(act_id)


def _go_on(act_id: int) -> ResponseReturnValue:
    """Work at it for some seconds; its page says how far that came."""
    until = time.monotonic() + _PATIENCE_S
    clock, rulebook = parts().clock, parts().rulebook
    work_at(writing, rulebook, act_id, now=clock.now, is_enough=lambda: time.monotonic() > until)
    with reading() as session:
        act = get_group_act(session, actor(), act_id)
        show_toast(_say_how_far(act.state, act.done - len(act.skipped)))
    return redirect(f"/waivers/{act_id}")


def _say_how_far(state: str, given: int) -> str:
    if state == "given":
        words = translations(locale()).ngettext(
            "Saved. It is on record for 1 person.", "Saved. It is on record for %(num)d people.", given
        )
        return words % {"num": given}
    if state == "undone":
        return _("Taken back. It stays on record that it was once entered.")
    return _("It is being written, some people at a time. It goes on by itself, also when you leave this page.")


def _get_offer(session: Session, pack_key: str) -> Offer:
    day = today_in(parts().clock, find_zone(session, actor()))
    keys = list_pack_keys(session, actor(), day)
    packs = tuple(parts().rulebook.packs.get(key) for key in keys)
    pack = next((one for one in packs if one.key == pack_key), packs[0] if packs else None)
    places = list_places(actor(), Task.WAIVE_FOR_MANY)
    offices = select(Organization).order_by(Organization.name)
    if places is not None:
        offices = offices.where(Organization.id.in_(places))
    return Offer(
        packs=packs,
        pack=pack,
        offices=tuple(session.scalars(offices)),
        is_granter=pack is not None and pack.credential in list_granted_credentials(session, actor()),
        today=today(pack.zone) if pack else day,
    )


def _get_typed() -> tuple[dict[str, str], tuple[str, ...]]:
    skipped = ("csrf_token", "waives", "seen", "page", "change")
    typed = {name: text[:_LONGEST] for name, text in request.form.items() if name not in skipped}
    return typed, tuple(text[:40] for text in request.form.getlist("waives")[:20])


def _read(offer: Offer) -> GroupWish:
    """Raises BadApplication with all that is wrong, NotFound where there is no group to give anything to."""
    if offer.pack is None:
        raise NotFound("There is nobody here to give anything to.")
    typed, waives = _get_typed()
    chosen = typed.get("organization", "")
    if chosen and chosen not in {str(office.id) for office in offer.offices}:
        raise BadApplication({"organization": "not_a_choice"})
    return read_wish(
        typed,
        waives,
        pack_key=offer.pack.key,
        requirements=offer.requirements,
        organization_id=int(chosen) if chosen else None,
        today=offer.today,
    )


def _read_seen() -> dict[int, str]:
    """By cycle what stood on the page that was sent; what can't be read was never seen."""
    pairs = [text.partition(":") for text in request.form.get("seen", "").split()]
    try:
        return {read_number(number): basis for number, _colon, basis in pairs}
    except ValueError:
        return {}


def _show_form(
    offer: Offer, typed: Mapping[str, str], waives: tuple[str, ...], problems: Mapping[str, str] | None = None
) -> str:
    return render("waivers/group_form.html", offer=offer, typed=typed, waives=waives, problems=problems or {})


def _show_plan(offer: Offer, plan: GroupPlan, difference: Difference | None) -> str:
    typed, waives = _get_typed()
    number = _get_page(request.form.get("page", 1, type=int), len(plan.members))
    first = (number - 1) * PAGE
    members, left_out = plan.members[first : first + PAGE], plan.left_out[: 2 * PAGE]
    people = [one.member.person_id for one in members] + [one.member.person_id for one in left_out]
    note_look("people.listed", people)
    return render(
        "waivers/group_preview.html",
        offer=offer,
        plan=plan,
        difference=difference,
        typed=typed,
        waives=waives,
        members=[(one, read_told(one.tell())) for one in members],
        gives=read_told(plan.wish.tell()),
        left_out=left_out,
        seen=" ".join(f"{cycle_id}:{basis}" for cycle_id, basis in plan.seen.items()),
        first=first + 1,
        previous=number - 1,
        following=number + 1 if first + PAGE < len(plan.members) else 0,
    )


def _show_act(
    template: str, act_id: int, problems: Mapping[str, str] | None = None, *, is_refused: bool = False
) -> str:
    with reading() as session:
        act = get_group_act(session, actor(), act_id)
        number = _get_page(request.args.get("page", 1, type=int), len(act.members))
        zone = find_zone(session, actor())
        shown = show_act(session, parts().rulebook, actor(), act, number, today_in(parts().clock, zone))
    note_look("people.listed", shown.person_ids)
    before, after = (f"{request.path}?{urlencode({'page': one})}" for one in (number - 1, number + 1))
    values: dict[str, Any] = {
        "previous_url": before if number > 1 else None,
        "next_url": after if number * PAGE < shown.total else None,
        "typed": request.form,
        "problems": problems or {},
        "is_refused": is_refused,
        "zone": zone,
    }
    return render(template, shown=shown, **values)


def _get_page(asked: int | None, total: int) -> int:
    return min(max(asked or 1, 1), max(1, -(-total // PAGE)), _MOST_PAGES)
