"""What somebody can say of a file: which heads and sheets it has, and what its words may stand for."""

from collections.abc import Mapping as Table
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import ImportUpload, Training
from certtrack.errors import BadInput
from certtrack.packs import Packs
from certtrack.rules.pack import Area
from certtrack.services.credit_log.mapping import FORMS, NO_AREA, find_areas
from certtrack.services.imports.kinds import get_kind
from certtrack.services.imports.mapping import Said
from certtrack.services.imports.proposing import Proposed, find_proposed
from certtrack.services.sheets.bad_sheet import BadSheet
from certtrack.services.sheets.files import Sheet, open_sheets
from certtrack.services.sheets.heads import Offered, offer_heads
from certtrack.services.sheets.mapping import read_meant_address


@dataclass(frozen=True, slots=True)
class Offer:
    """The choices of the mapping form. `words` are the file's that say nothing yet, and those that were explained.

    `said` is what was said of the file, or else what is `proposed`: what was last said of one with the same heads.
    `credentials` are names by key, `areas` by key, `trainings` titles on record, `forms` ways to take part.
    """

    columns: tuple[str, ...]
    heads: Offered
    said: Said
    proposed: Proposed | None
    words: Table[str, tuple[str, ...]]
    credentials: Table[str, str]
    areas: Table[str, Area]
    trainings: tuple[str, ...]
    forms: tuple[str, ...] = FORMS


class BadSaying(BadInput):
    """What was said can't be: by the name of the field the code of what is wrong."""

    def __init__(self, problems: Table[str, str]) -> None:
        super().__init__(", ".join(problems))
        self.problems = problems


def load_offer(session: Session, packs: Packs, upload: ImportUpload, data: bytes, locale: str) -> Offer:
    """The choices for this file; no heads where it can't be opened at all."""
    kind, said = get_kind(upload.kind), Said.load(upload.mapping)
    sheets = _open(upload, data)
    heads = offer_heads(sheets, kind.layout, said.find_heads())
    proposed = find_proposed(session, upload, kind.layout, heads)
    if proposed is not None:
        said = proposed.said
        heads = offer_heads(sheets, kind.layout, said.find_heads())
    words = {
        table: tuple(dict.fromkeys((*said.words.get(table, {}), *upload.told.get("words", {}).get(table, ()))))
        for table in kind.layout.tables
    }
    return Offer(
        columns=kind.layout.columns,
        heads=heads,
        said=said,
        proposed=proposed,
        words={table: found for table, found in words.items() if found},
        credentials={pack.credential: pack.short_name.of(locale) for pack in packs.list()},
        areas=find_areas(packs),
        trainings=_list_trainings(session, upload.organization_id) if "trainings" in words else (),
    )


def _open(upload: ImportUpload, data: bytes) -> list[Sheet]:
    try:
        return open_sheets(upload.file_name, data)
    except BadSheet:
        return []


def read_said(typed: Table[str, str], offer: Offer) -> Said:
    """What was typed and chosen. Raises BadSaying for a head of two columns, an address that is none, no choice."""
    problems: dict[str, str] = {}
    sheet = typed.get("sheet", "")
    if sheet and sheet not in offer.heads.sheets:
        problems["sheet"] = "not_a_choice"
    columns = _read_columns(typed, offer, problems)
    words = {table: _read_words(typed, offer, table, problems) for table in offer.words}
    if problems:
        raise BadSaying(problems)
    return Said(sheet or None, columns, {table: found for table, found in words.items() if found})


def _read_columns(typed: Table[str, str], offer: Offer, problems: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for column in offer.columns:
        head = typed.get(f"column-{column}", "")
        if not head:
            continue
        if head not in offer.heads.heads:
            problems[f"column-{column}"] = "not_a_choice"
        elif head in found.values():
            problems[f"column-{column}"] = "head_twice"
        found[column] = head
    return found


def _read_words(typed: Table[str, str], offer: Offer, table: str, problems: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for place, word in enumerate(offer.words[table]):
        name = f"{table}-{place}"
        meaning = typed.get(name, "").strip()
        if table == "categories" and (also := typed.get(f"{name}-also", "")):
            meaning = ", ".join(dict.fromkeys((meaning or also, also)))
        if not meaning:
            continue
        if not _can_mean(offer, table, meaning):
            problems[name] = "not_an_address" if table == "supervisors" else "not_a_choice"
        found[word] = meaning
    return found


def _can_mean(offer: Offer, table: str, meaning: str) -> bool:
    if table == "supervisors":
        try:
            read_meant_address(meaning)
        except BadInput:
            return False
        return True
    if table == "categories":
        return all(part in {*offer.areas, NO_AREA} for part in meaning.split(", "))
    choices = {"credentials": offer.credentials, "trainings": offer.trainings, "formats": offer.forms}
    return meaning in choices[table]


def _list_trainings(session: Session, organization_id: int) -> tuple[str, ...]:
    query = select(Training.title).where(Training.organization_id == organization_id).distinct()
    return tuple(session.scalars(query.order_by(Training.title)))
