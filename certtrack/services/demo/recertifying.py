"""The demonstration's recertification: the office's own words, one holder who has agreed and begun, nothing sent."""

from sqlalchemy import select

from certtrack.clock import FixedClock
from certtrack.db.models import Certification, Person
from certtrack.security import Actor
from certtrack.services.demo.place import Place
from certtrack.services.recertifying.attesting import attest
from certtrack.services.recertifying.saving import save_step
from certtrack.services.recertifying.steps import Recertification, load_recertification
from certtrack.services.recertifying.wordings import add_wording, get_words

_EN = """At Lakeside Peers we keep to these words, which are made up for this demonstration.

- Everybody decides for themselves. I share what helped me, and push nothing on anybody.
- What I am told stays with me. I say beforehand where that has its limits.
- I keep my boundaries, and ask for help early."""
_ES = """En Lakeside Peers nos guiamos por estas palabras, inventadas para esta demostración.

- Cada persona decide por sí misma. Comparto lo que me ayudó y no impongo nada a nadie.
- Lo que me cuentan se queda conmigo. Digo de antemano hasta dónde llega eso.
- Respeto mis límites y pido ayuda a tiempo."""


def add_recertification(place: Place, holder: Person, own: Actor, office: Actor) -> None:
    """Put the office's words on record; the holder has agreed to them, and looked through the hours."""
    add_wording(
        place.session, place.organization, _EN, _ES, place.today, expected_no=0, actor=office, at=place.at
    )  # fmt: skip
    found = _load(place, holder, own)
    words = get_words(place.session, found.wording_id)
    attest(place.session, found, holder.shown_name, sha256=words.sha256, language="en", actor=own, at=place.at)
    save_step(place.session, found, "hours", {"seen": found.hours_mark}, actor=own, at=place.at)


def _load(place: Place, holder: Person, own: Actor) -> Recertification:
    query = select(Certification.id).where(Certification.person_id == holder.id)
    number = place.session.scalars(query).one()
    return load_recertification(place.session, place.rulebook, own, holder.id, number, FixedClock(place.at))
