"""The rules, for administrators: what each pack says and leaves open, and a value that somebody puts on record."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from certtrack.errors import StaleRecord
from certtrack.packs.confirming import AnyPack, Confirmed
from certtrack.rules.calendar import check_day
from certtrack.security import Task
from certtrack.services.credits.texts import clean
from certtrack.services.overview import find_zone
from certtrack.services.recounts import find_newest_recount, work_at_recount
from certtrack.services.rule_admin.asked import Asked, BadValue, check_fits, find_asked, read_typed, write_typed
from certtrack.services.rule_admin.pages import (
    RulePage,
    list_packs,
    list_versions,
    load_pack_page,
    load_rule_page,
    put_on_record,
)
from certtrack.services.rule_admin.preview import Preview, preview
from certtrack.services.rule_admin.shown import ShownRule, with_value
from certtrack.web.edge import actor, needs, note_look, parts, reading, render, show_toast, today, writing
from certtrack.web.frame import gettext as _
from certtrack.web.numbers import read_number

admin_rules = Blueprint("admin_rules", __name__)

_LONGEST, _LONGEST_KEY = 500, 120
_FEW = 40  # so many are made anew while somebody waits; of more the job does it
_ONE = "/admin/rules/<pack_key>"


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form came with, as it came. `seen`: for which value and row the change was looked at."""

    value: str = ""
    way: str = "confirm"
    source: str = ""
    on: str = ""
    seen: str = ""
    seen_id: str = ""

    @property
    def is_taking_back(self) -> bool:
        """True where what is on record is to be taken back."""
        return self.way == "take_back"

    @property
    def mark(self) -> str:
        """What a look is good for: another value is looked at anew."""
        return self.way if self.is_taking_back else f"{self.way}: {self.value}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What was typed, read: `value` as the command takes it, None to take back; `problems` by field."""

    value: str | None = None
    on: date | None = None
    problems: dict[str, str] = field(default_factory=dict)


@admin_rules.get("/admin/rules")
@needs(Task.CONFIRM_RULES)
def index() -> str:
    """All packs that are used here, and what is open in each."""
    with reading() as session:
        rows = list_packs(session, parts().rulebook)
    return render("rules/index.html", rows=rows)


@admin_rules.get(_ONE)
@needs(Task.CONFIRM_RULES)
def show(pack_key: str) -> str:
    """One pack, rule by rule, what isn't known first; `?version=` shows an older one."""
    version = request.args.get("version", type=read_number)
    with reading() as session:
        page = load_pack_page(session, parts().rulebook, actor(), pack_key, version)
        zone = find_zone(session, actor())
    return render("rules/pack.html", page=page, zone=zone)


@admin_rules.get(f"{_ONE}/<rule_key>")
@needs(Task.CONFIRM_RULES)
def show_rule(pack_key: str, rule_key: str) -> str:
    """One value that isn't published: what follows from that, what was put on record, and the form."""
    with reading() as session:
        page = _load(session, pack_key, rule_key)
        typed = _fill(page, find_asked(page.key))
    return _render(page, typed)


@admin_rules.post(f"{_ONE}/<rule_key>")
@needs(Task.CONFIRM_RULES)
def confirm(pack_key: str, rule_key: str) -> ResponseReturnValue:
    """Say what would change by it first; then, for the same value, put it on record or take it back."""
    typed, found = _read(), None
    with reading() as session:
        page = _load(session, pack_key, rule_key)
        checked = _check(page, typed, today(find_zone(session, actor())))
        if not checked.problems and typed.seen != typed.mark:
            found = _look(session, page, typed, checked)
    if checked.problems:
        return _render(page, typed, checked.problems), 400
    if found is not None:
        return _render_looked(page, typed, checked, found)
    return _save(page, typed, checked)


def _load(session: Session, pack_key: str, rule_key: str) -> RulePage:
    return load_rule_page(session, parts().rulebook, actor(), pack_key[:_LONGEST_KEY], rule_key[:_LONGEST_KEY])


def _read() -> Typed:
    names = ("value", "way", "source", "on", "seen", "seen_id")
    return Typed(*(clean(request.form.get(name, ""))[:_LONGEST] for name in names))


def _fill(page: RulePage, asked: Asked) -> Typed:
    """The form with what holds now, so that it is corrected rather than typed again."""
    current = page.current
    value = write_typed(asked, current.value) if current is not None and current.value is not None else ""
    return Typed(value=value, seen_id=str(page.newest_id))


def _check(page: RulePage, typed: Typed, now: date) -> Checked:
    problems: dict[str, str] = {}
    value, on = None, None
    if typed.way not in ("confirm", "take_back") or (typed.is_taking_back and page.current is None):
        problems["way"] = "way"
    elif not typed.is_taking_back:
        value = _check_value(page, typed, problems)
    if not typed.source:
        problems["source"] = "source"
    try:
        on = check_day(date.fromisoformat(typed.on))
        if on > now + timedelta(days=1):
            problems["on"] = "to_come"
    except ValueError:
        problems["on"] = "day"
    return Checked(value, on, problems)


def _check_value(page: RulePage, typed: Typed, problems: dict[str, str]) -> str | None:
    try:
        value = read_typed(find_asked(page.key), typed.value)
        said = Confirmed(page.pack.key, page.key, value, typed.source or "-", date.max)
        check_fits(_list_versions(page), said)
    except BadValue as error:
        problems["value"] = error.code
        return None
    return value


def _list_versions(page: RulePage) -> list[AnyPack]:
    """Oldest first, as they were published."""
    return list(reversed(list_versions(parts().rulebook, page.pack.key)))


def _look(session: Session, page: RulePage, typed: Typed, checked: Checked) -> Preview:
    said = None
    if checked.value is not None and checked.on is not None:
        said = Confirmed(page.pack.key, page.key, checked.value, typed.source, checked.on)
    return preview(session, parts().rulebook, actor(), page.pack.key, page.key, said, today(page.pack.zone))


def _save(page: RulePage, typed: Typed, checked: Checked) -> ResponseReturnValue:
    at, rulebook = parts().clock.now(), parts().rulebook
    seen_id = int(typed.seen_id) if typed.seen_id.isdecimal() else -1
    try:
        with writing() as session:
            now = _load(session, page.pack.key, page.key)
            put_on_record(
                session, rulebook, now, checked.value, source=typed.source, on=checked.on or date.min,
                seen_id=seen_id, actor=actor(), at=at,
            )  # fmt: skip
            recount = find_newest_recount(session, page.pack.key)
    except StaleRecord:
        with reading() as session:
            page = _load(session, page.pack.key, page.key)
        return _render(page, replace(typed, seen="", seen_id=str(page.newest_id)), {"": "stale"}), 409
    if recount is not None and recount.total <= _FEW:
        work_at_recount(writing, rulebook, recount.id, now=parts().clock.now)
    taken_back, kept = _("Saved. It is taken back, and not known again."), _("Saved. It holds from now on.")
    show_toast(taken_back if checked.value is None else kept)
    return redirect(f"/admin/rules/{page.pack.key}")


def _render_looked(page: RulePage, typed: Typed, checked: Checked, found: Preview) -> str:
    note_look("people.listed", found.person_ids)
    then = with_value(page.rule, page.key, checked.value)
    return _render(page, replace(typed, seen=typed.mark), looked=found, then=then)


def _render(
    page: RulePage,
    typed: Typed,
    problems: dict[str, str] | None = None,
    looked: Preview | None = None,
    then: ShownRule | None = None,
) -> str:
    with reading() as session:
        zone = find_zone(session, actor())
    values = {"page": page, "typed": typed, "looked": looked, "then": then, "zone": zone}
    return render("rules/rule.html", asked=find_asked(page.key), problems=problems or {}, **values)
