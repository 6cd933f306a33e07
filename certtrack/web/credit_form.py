"""What comes back from the form for a credit: read, checked against what it offered, and kept as it was typed."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from certtrack.db.models import Claim, Credit
from certtrack.rules.reading_certificates import ReadCertificate
from certtrack.services.credits.page import CreditOffer
from certtrack.services.credits.problems import BadCredit, Problem
from certtrack.services.credits.proposing import FIELDS as PROPOSED
from certtrack.services.credits.proposing import keep_untouched, propose
from certtrack.services.credits.typed import NewCredit, TypedCredit, read_credit
from certtrack.services.evidence.limits import MOST_FILES
from certtrack.services.evidence.shown import ShownFile
from certtrack.web.numbers import read_number
from certtrack.web.uploads import RefusedFile

FIELDS = (
    *("upload", "proof", "title", "provider", "last_on", "first_on", "amount", "unit", "areas"),
    *("activity", "form", "role", "certifications"),
)
"""In the order of the page."""

_LONGEST = 500  # what is longer than any text that is taken need not come back whole


@dataclass(frozen=True, slots=True)
class FormFiles:
    """The files of a form: those that can be chosen in it, and those that came with it and weren't taken."""

    known: tuple[ShownFile, ...] = ()
    refused: tuple[RefusedFile, ...] = ()


@dataclass(frozen=True, slots=True)
class CreditForm:
    """What was typed, as it came: `typed`, the certifications that were chosen, as texts, and the chosen files.

    `seen` are the versions of claims that the form was made from, as texts: certification and number, `3:1`.
    `proposed` are the fields that hold what was read from a file and that nobody has touched, each with its text.
    `planned` is the number of the plan that it began with, None for none.
    """

    typed: TypedCredit
    certifications: tuple[str, ...] = ()
    files: tuple[int, ...] = ()
    seen: tuple[str, ...] = ()
    proposed: Mapping[str, str] = field(default_factory=dict)
    planned: int | None = None

    @property
    def is_blank(self) -> bool:
        """True where nobody has told anything of a credit yet."""
        told = (getattr(self.typed, name) for name in ("title", "provider", "first_on", "last_on", "amount"))
        return not (self.files or self.typed.areas or any(text.strip() for text in told))

    @property
    def seen_claims(self) -> Mapping[int, int]:
        """By certification the number of its claim's version; what can't be read is left out."""
        found = {}
        for text in self.seen:
            certification, _, number = text.partition(":")
            with suppress(ValueError):
                found[read_number(certification)] = read_number(number)
        return found

    def with_files(self, came: Iterable[int]) -> "CreditForm":
        """The form with the files that came with it chosen too."""
        return replace(self, files=tuple(dict.fromkeys((*self.files, *came))))

    def without_file(self, number: int) -> "CreditForm":
        """The form without one of its files."""
        return replace(self, files=tuple(one for one in self.files if one != number))

    def filled_in(self, read: Iterable[ReadCertificate], offer: CreditOffer, today: date) -> "CreditForm":
        """The form with what was read from its files where nothing is typed."""
        typed, filled = propose(self.typed, read, offer.ceu_minutes, today)
        return replace(self, typed=typed, proposed={**self.proposed, **filled})

    def to_draft(self) -> dict[str, Any]:
        """What a draft keeps of it, but for the files."""
        chosen = {"certifications": list(self.certifications), "seen": list(self.seen)}
        return asdict(self.typed) | chosen | ({"planned": self.planned} if self.planned else {})

    def read(self, offer: CreditOffer, files: FormFiles, today: date, *, is_new: bool) -> tuple[NewCredit, list[int]]:
        """The credit and the certifications to claim it for. Raises BadCredit with all that is wrong, in page order.

        Of an amendment these are all that can be claimed and were chosen; where there is no choice, none.
        """
        problems: dict[str, Problem] = {}
        new: NewCredit | None = None
        try:
            new = read_credit(self.typed, offer.ceu_minutes, today, self.files)
        except BadCredit as error:
            problems |= error.problems
        if not {*self.typed.areas} <= {area.key for area in offer.areas}:
            problems.setdefault("areas", "not_a_choice")
        if problem := self._find_problem(files):
            problems["upload"] = problem
        chosen = self._choose(offer, problems) if is_new or has_choice(offer) else []
        if problems or new is None:
            raise BadCredit({field: problems[field] for field in FIELDS if field in problems})
        return new, chosen

    def _find_problem(self, files: FormFiles) -> Problem | None:
        if files.refused:
            return "refused"
        if not {*self.files} <= {file.id for file in files.known}:
            return "gone"
        return "too_many" if len(self.files) > MOST_FILES else None

    def _choose(self, offer: CreditOffer, problems: dict[str, Problem]) -> list[int]:
        offered = [item.certification.id for item in offer.claimable]
        if len(offered) == 1:
            return offered
        try:
            chosen = [read_number(text) for text in self.certifications]
        except ValueError:
            chosen = [0]
        if not chosen:
            problems["certifications"] = "missing"
        elif not {*chosen} <= {*offered}:
            problems["certifications"] = "not_a_choice"
        return chosen


def blank_form() -> CreditForm:
    """A form that nothing was typed into; hours are what most certificates state, and most people take part."""
    texts = dict.fromkeys(("title", "provider", "first_on", "last_on", "amount", "activity", "form", "proof"), "")
    return CreditForm(TypedCredit(**texts, unit="hours", areas=(), role="participant"))


def typed_form() -> CreditForm:
    """The form as it came with this request."""
    return sent_form(request.form)


def sent_form(fields: MultiDict[str, str]) -> CreditForm:
    """The form whose fields these are, as a browser sends them."""
    names = ("title", "provider", "first_on", "last_on", "amount", "unit", "activity", "form", "role", "proof")
    texts = {name: fields.get(name, "")[:_LONGEST] for name in names}
    typed = TypedCredit(**texts, areas=tuple(text[:_LONGEST] for text in fields.getlist("areas")))
    pairs = (text.partition(":") for text in fields.getlist("proposed"))
    proposed = {name: text[:_LONGEST] for name, _, text in pairs if name in PROPOSED}
    return CreditForm(
        typed,
        tuple(fields.getlist("certifications")),
        tuple(_read_files(fields)),
        tuple(fields.getlist("seen")),
        keep_untouched(typed, proposed, proposed),
        fields.get("planned", type=read_number),
    )


def draft_form(kept: Mapping[str, Any], files: Iterable[int], proposed: Mapping[str, str]) -> CreditForm:
    """The form as a draft kept it."""
    blank = asdict(blank_form().typed)
    texts = {name: kept.get(name, blank[name]) for name in blank}
    typed = TypedCredit(**(texts | {"areas": tuple(texts["areas"])}))
    return CreditForm(
        typed, tuple(kept.get("certifications", ())), tuple(files), tuple(kept.get("seen", ())), dict(proposed),
        kept.get("planned"),
    )  # fmt: skip


def recorded_form(credit: Credit, files: Iterable[ShownFile], claims: Mapping[int, Claim]) -> CreditForm:
    """The form as it would say what is on record; one day is told as the last."""
    areas = dict.fromkeys(area for part in credit.parts for area in part["areas"])
    values: dict[str, Any] = {
        name: getattr(credit, name) for name in ("title", "amount", "unit", "activity", "role", "proof")
    }
    is_one_day = credit.first_on == credit.last_on
    return CreditForm(
        TypedCredit(
            **values,
            provider=credit.provider or "",
            first_on="" if is_one_day else credit.first_on.isoformat(),
            last_on=credit.last_on.isoformat(),
            areas=tuple(areas),
            form=credit.form or "",
        ),
        certifications=tuple(str(number) for number, claim in claims.items() if not claim.is_dropped),
        seen=tuple(f"{number}:{claim.no}" for number, claim in claims.items()),
        files=tuple(file.id for file in files),
    )


def has_choice(offer: CreditOffer) -> bool:
    """True where a credit can be claimed for several certifications, so that the form asks."""
    return len(offer.claimable) > 1


def list_differences(mine: CreditForm, theirs: CreditForm, offer: CreditOffer) -> Mapping[str, tuple[Any, Any]]:
    """What was typed and what is on record, by field, where the two aren't the same; claims where there is a choice."""
    names = [name for name in FIELDS if name not in ("upload", "certifications")]
    pairs = {name: (getattr(mine.typed, name), getattr(theirs.typed, name)) for name in names}
    pairs["upload"] = (mine.files, theirs.files)
    if has_choice(offer):
        offered = {str(item.certification.id) for item in offer.claimable}
        pairs["certifications"] = (mine.certifications, tuple(one for one in theirs.certifications if one in offered))
    return {name: pair for name, pair in pairs.items() if _settle(pair[0]) != _settle(pair[1])}


def _read_files(fields: MultiDict[str, str]) -> Iterator[int]:
    for text in fields.getlist("files"):
        with suppress(ValueError):
            yield read_number(text)


def _settle(value: Any) -> Any:  # noqa: ANN401  # a text, or the areas, whose order says nothing
    return set(value) if isinstance(value, tuple) else value.strip()
