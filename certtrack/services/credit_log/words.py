"""What offices' words for activities and forms say by themselves. Any other word says nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

from certtrack.rules.facts import Activity, Form
from certtrack.services.sheets.layout import fold_head


@dataclass(frozen=True, slots=True)
class Said:
    """What a word says of an activity; None where it says nothing of that."""

    activity: Activity | None = None
    form: Form | None = None


def _spell(said: Said, words: str) -> Iterable[tuple[str, Said]]:
    return ((word.strip(), said) for word in words.split(","))


_KINDS: dict[str, Said] = dict(
    [
        *_spell(Said("video"), "video, videos, youtube, ted talk, ted talks, online video"),
        *_spell(Said("college_course"), "college, college course, university course, curso universitario"),
        *_spell(Said("book"), "book, books, reading, book reading, libro, libros, lectura"),
        *_spell(Said("webinar"), "webinar, webinars, seminario web"),
        *_spell(Said("webinar", "live_online"), "live webinar, webinar live"),
        *_spell(Said("webinar", "recorded"), "recorded webinar, webinar recorded, archived webinar"),
        *_spell(Said("conference"), "conference, conference session, conferencia, congreso"),
        *_spell(Said("community_of_practice"), "community of practice, cop, comunidad de practica"),
        *_spell(Said("study_group"), "study group, grupo de estudio"),
        *_spell(Said("course"), "course, class, training, workshop, curso, taller, capacitacion"),
        *_spell(Said(form="in_person"), "in person, onsite, on site, face to face, classroom, presencial, en persona"),
        *_spell(Said(form="live_online"), "live online, online live, live virtual, virtual live, en linea en vivo"),
        *_spell(Said(form="recorded"), "recorded, recording, on demand, grabado, grabada"),
        *_spell(Said(), "live, online, virtual, en linea, en vivo"),  # in person or not, recorded or not: unsaid
    ]
)


def find_kind(word: str) -> Said | None:
    """What the word says of an activity, None for one that isn't known."""
    return _KINDS.get(fold_head(word))
