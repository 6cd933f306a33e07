"""What a certificate's text seems to say of the credit it is for, in English and in Spanish. Nothing is ever certain.

What comes of it is proposed to a person, who looks at it and saves it, or writes something else. What isn't said in a
way that can be read stays empty: an empty field is filled in, a wrong one is overlooked.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from certtrack.rules.reading_days import read_days
from certtrack.rules.reading_hours import Unit, has_hours, read_hours
from certtrack.rules.reading_lines import Line, list_lines

_LONGEST_TITLE = 200
_FEWEST_LETTERS = 3
_HEADING = re.compile(r"certificate|certificado|constancia|diploma")

_EVENT = "course|training|workshop|webinar|session|program|presentation|event|activity|class|seminar"
_EVENT_ES = "curso|taller|seminario|evento|actividad|capacitacion|sesion|charla"
_TITLE = re.compile(
    rf"(?:(?:{_EVENT})(?: title| name)?|title|topic|subject|name of (?:the )?(?:{_EVENT})|"
    rf"(?:titulo|nombre|tema) (?:del?|de la) (?:{_EVENT_ES})|titulo|tema|{_EVENT_ES}) ?: ?"
)
_SIGNED = re.compile(r"^(?:name|nombre|by|por)\b|sign|firma|instructor|director|coordina")
"""In or before a line whose title is that of whoever signs."""
_PROVIDER = re.compile(
    r"(?:(?:training |course |ce )?providers?(?: name)?|organization|sponsor|host|organizer|proveedor|organizacion|"
    r"entidad|institucion|organizador) ?: ?|"
    r"(?:provided|presented|sponsored|offered|hosted|organized|conducted) by(?: ?: ?| |$)|"
    r"(?:impartid|ofrecid|organizad|presentad|auspiciad|patrocinad|brindad|dictad)[oa] por(?: ?: ?| |$)"
)
_ATTENDED = re.compile(
    r"complet|attend|particip|took part|taken part|asisti|asistencia|tomo parte|tomado parte|curso con exito|aprob"
)
_FILLER = re.compile(
    r"a|actividad|al|all|an|and|at|attendance|attended|attending|by|called|capacitacion|charla|"
    r"class|completed|completing|completion|con|conference|conferencia|course|curso|de|del|el|en|"
    r"entitled|exito|exitosamente|following|for|from|full|ha|haber|has|have|having|held|her|his|"
    r"in|la|las|linea|live|llamado|los|of|on|online|our|part|parte|participated|participating|"
    r"participation|person|por|presencial|program|requirements|satisfactoriamente|seminar|seminario|"
    r"sesion|session|siguiente|sobre|su|successfully|taller|the|their|this|titled|titulado|to|"
    r"training|virtual|vivo|webinar|workshop|y"
)
_QUOTED = re.compile(r"[“«\"]([^“”«»\"]{4,200})[”»\"]")
_GOES_ON = re.compile(r"(?:[,:&-]|\b(?:and|or|of|the|for|in|with|to|y|o|de|del|la|el|los|las|para|con|en))$")
_WORD = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True)
class ReadCertificate:
    """What a text seems to say; None where it says nothing of it, or several things.

    Both days are included, and are the same where it was one day. `amount` is the number as it stands there.
    """

    title: str | None = None
    provider: str | None = None
    first_on: date | None = None
    last_on: date | None = None
    amount: str | None = None
    unit: Unit | None = None

    @property
    def is_empty(self) -> bool:
        """True where nothing could be read."""
        return not any((self.title, self.provider, self.last_on, self.amount))


def read_certificate(text: str) -> ReadCertificate:
    """Read the text of a certificate's pages; whatever it is, nothing is raised."""
    lines = list_lines(text)
    days, hours = read_days(lines), read_hours(lines)
    return ReadCertificate(
        title=_read_title(lines),
        provider=_read_provider(lines),
        first_on=days.first_on if days else None,
        last_on=days.last_on if days else None,
        amount=hours.amount if hours else None,
        unit=hours.unit if hours else None,
    )


def _read_title(lines: Sequence[Line]) -> str | None:
    for way in (_list_labelled_titles, _list_quoted, _list_following):
        found = dict.fromkeys(title for title in way(lines) if _is_name(title))
        if len(found) == 1:
            return next(iter(found))
        if found:
            return None
    return None


def _list_labelled_titles(lines: Sequence[Line]) -> Iterator[str]:
    """But for what somebody who signs is called."""
    before = ("", *(line.folded for line in lines))
    own = [line for line, above in zip(lines, before, strict=False) if not _is_signed(line.folded, above)]
    yield from _list_labelled(own, _TITLE)


def _is_signed(text: str, above: str) -> bool:
    return text.startswith(("title", "titulo")) and bool(_SIGNED.search(above) or _SIGNED.search(text))


def _list_labelled(lines: Sequence[Line], label: re.Pattern[str]) -> Iterator[str]:
    """What stands behind the label, or on the next line where the label has its own."""
    for place, line in enumerate(lines):
        found = label.match(line.folded)
        if found:
            yield _take(lines, place, found.end()) if found.end() < len(line.text) else _take(lines, place + 1)


def _list_quoted(lines: Sequence[Line]) -> Iterator[str]:
    """What is quoted in or right after a line that says that somebody took part."""
    for place, line in enumerate(lines):
        if _ATTENDED.search(line.folded):
            for each in lines[place : place + 2]:
                yield from (found.strip(" .,") for found in _QUOTED.findall(each.text))


def _list_following(lines: Sequence[Line]) -> Iterator[str]:
    """The line after one that ends by saying that somebody took part."""
    for place, line in enumerate(lines):
        found = _ATTENDED.search(line.folded)
        if found and not _HEADING.search(line.folded) and _is_filler(line.folded[found.start() :]):
            yield _take(lines, place + 1)


def _is_filler(text: str) -> bool:
    """True where nothing but small words comes behind the one that says so, and then no name of whoever it is for."""
    words = _WORD.findall(text)[1:]
    return all(map(_FILLER.fullmatch, words)) and words[-1:] != ["to"]


def _take(lines: Sequence[Line], place: int, start: int = 0) -> str:
    """A line from `start` on, with the next where it can't end there."""
    if place >= len(lines):
        return ""
    text = lines[place].text[start:]
    if _GOES_ON.search(lines[place].folded) and place + 1 < len(lines):
        text = f"{text} {lines[place + 1].text}"
    return text.strip(" “”«»\"'.,;:-")


def _read_provider(lines: Sequence[Line]) -> str | None:
    found = dict.fromkeys(name for name in _list_labelled(lines, _PROVIDER) if _is_name(name))
    if found:
        return next(iter(found)) if len(found) == 1 else None
    return _read_letterhead(lines)


def _read_letterhead(lines: Sequence[Line]) -> str | None:
    """The one line that stands over the word "certificate"."""
    headings = [place for place, line in enumerate(lines) if _HEADING.search(line.folded)]
    if not headings or headings[0] != 1:
        return None
    name = lines[0].text
    return name if _is_name(name) and " " in name else None


def _is_name(text: str) -> bool:
    """True for what can be a name or a title: words, not a day or an amount, and not one letter at a time."""
    words = text.split()
    letters = sum(letter.isalpha() for letter in text)
    if letters < max(_FEWEST_LETTERS, len(text) / 3) or len(text) > _LONGEST_TITLE:
        return False
    if len(words) > 3 and sum(len(word) == 1 for word in words) > len(words) / 2:
        return False
    alone = list_lines(text)
    return not (read_days(alone) or (any(map(has_hours, alone)) and len(words) <= 4))
