"""Reading what was typed of a certificate: all of it, or every field that is wrong; a day that is to be confirmed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from certtrack.rules.calendar import add_years
from certtrack.rules.pack import Pack
from certtrack.rules.terms import due_on_of_term
from certtrack.services.applications.typed import LONGEST_NUMBER, Reader
from certtrack.services.first_cycles.offer import FirstOffer

_YEARS_BACK = 10


@dataclass(frozen=True, slots=True)
class FirstCertificate:
    """What a certificate says, or is said to: its number, its first and its last valid day, None where it doesn't.

    `is_worked_out`: the last day isn't printed; the rule gives it, and somebody has confirmed that. `is_seen`: whoever
    puts it on record has seen it. `files` are numbers of files on record: its picture.
    """

    organization_id: int
    pack: Pack
    number: str | None
    start_on: date | None
    due_on: date
    is_worked_out: bool
    is_seen: bool
    files: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """The last day that the rule gives for a cycle from `start_on` on, to be confirmed before it is put on record."""

    pack: Pack
    start_on: date
    due_on: date


def read_first(
    typed: Mapping[str, str], offer: FirstOffer, today: date, files: tuple[int, ...] = ()
) -> FirstCertificate | WorkedOut:
    """Fields `organization`, `pack`, `number`, `start_on`, `due_on`, `seen`; `worked_out` is the day that was proposed.

    A day that is left as it was proposed is worked out anew. Raises BadApplication with all that is wrong.
    """
    reader = Reader(typed, today)
    place = _read_place(reader, offer)
    pack = next((one for one in offer.packs if one.key == reader.choice("pack", _list_keys(offer))), None)
    if pack is not None and place is not None and not offer.is_free(place, pack):
        reader.refuse("pack", "on_record")
    number = reader.text("number", LONGEST_NUMBER)
    start_on = reader.past_day("start_on") if reader.has("start_on") else None
    proposed, told = typed.get("worked_out", ""), typed.get("due_on", "").strip()
    is_worked_out = start_on is not None and told in ("", proposed)
    due_on = _work_out(reader, pack, start_on) if start_on and is_worked_out else _read_due_on(reader, start_on, today)
    is_seen = not offer.is_holder and read_seen(reader)
    reader.finish()
    if place is None or pack is None:
        raise AssertionError("what is no choice was refused")
    if start_on is not None and is_worked_out and told != due_on.isoformat():
        return WorkedOut(pack, start_on, due_on)
    return FirstCertificate(place, pack, number, start_on, due_on, is_worked_out, is_seen, files)


def read_seen(reader: Reader) -> bool:
    """True where whoever puts it on record has seen the certificate; False by its holder's word alone."""
    return reader.choice("seen", ("seen", "told")) == "seen"


def _read_place(reader: Reader, offer: FirstOffer) -> int | None:
    """One of the places; where there is but one it isn't asked for."""
    places = {str(place.id): place.id for place in offer.places}
    return places.get(reader.choice("organization", tuple(places))) if len(places) > 1 else offer.places[0].id


def _list_keys(offer: FirstOffer) -> tuple[str, ...]:
    return tuple(pack.key for pack in offer.packs)


def _work_out(reader: Reader, pack: Pack | None, start_on: date) -> date:
    computed = due_on_of_term(pack, start_on) if pack is not None and start_on > date.min else None
    if computed is None and pack is not None:
        reader.refuse("due_on", "no_rule")
    return computed or start_on


def _read_due_on(reader: Reader, start_on: date | None, today: date) -> date:
    due_on = reader.later_day("due_on", start_on or date.min)
    if due_on < add_years(today, -_YEARS_BACK):
        reader.refuse("due_on", "too_long_ago")
    return due_on
