"""A mail that came back: somebody whose next day is near, and who hasn't read of it."""

from datetime import timedelta

from certtrack.db.models import Email, Person
from certtrack.services.demo.people import DemoPerson
from certtrack.services.demo.place import ACTOR, Place
from certtrack.services.findings import open_finding

_AGO = timedelta(days=9)
_STATUS = "5.1.1"


def add_returned(place: Place, people: dict[DemoPerson, Person]) -> None:
    """Let the last mail to each of those whose address takes none have come back, and the office know."""
    for one, person in people.items():
        if one.is_mail_returned and person.address is not None:
            sent_at = place.at - _AGO
            email = Email(
                mail_class="planned",
                recipient_id=person.id,
                address=person.address,
                message_id=f"<returned-{person.id}@example.org>",
                state="bounced",
                attempts=1,
                valid_until=place.at,
                created_at=sent_at,
                settled_at=sent_at,
                bounced_at=sent_at + timedelta(minutes=2),
                bounce_status=_STATUS,
                bounce_answer=f"550 {_STATUS} User unknown",
            )
            place.session.add(email)
            place.session.flush()
            open_finding(
                place.session,
                "mail_bounced",
                str(email.id),
                organization_id=place.organization.id,
                person_id=person.id,
                details={"status": _STATUS},
                actor=ACTOR,
                at=place.at,
            )
