"""Links that help, such as help lines and pages with work: kept by an organization, shown to everybody."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal, cast, get_args

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from certtrack.db.models import Resource, ResourceVersion
from certtrack.errors import NotFound
from certtrack.security import Actor, Task, can_do, check_can_do, list_places
from certtrack.services.locking import lock_current
from certtrack.services.typed_fields import FieldReader, Unfit, choose, read_link, read_words
from certtrack.services.versions import make_stamp, next_values, record_change

Kind = Literal["help", "employment", "program"]
Reach = Literal["local", "state", "national"]
KINDS: tuple[Kind, ...] = get_args(Kind)
REACHES: tuple[Reach, ...] = get_args(Reach)

_VALUES = ("kind", "reach", "title_en", "title_es", "link", "phone", "place_no", "state")
_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{1,28}[0-9]")
_HIGHEST_PLACE = 1_000


@dataclass(frozen=True, slots=True)
class NewResource:
    """What a resource is to say: a title in each language; a page, a number to call, or both."""

    kind: Kind
    reach: Reach
    title_en: str
    title_es: str
    link: str | None
    phone: str | None
    place_no: int = 1


@dataclass(frozen=True, slots=True)
class TypedResource:
    """The texts of the form, as they came."""

    kind: str = ""
    reach: str = ""
    title_en: str = ""
    title_es: str = ""
    link: str = ""
    phone: str = ""
    place_no: str = ""


def read_resource(typed: TypedResource) -> NewResource:
    """The resource that was typed; a blank place is the first. Raises BadFields."""
    reader = FieldReader()
    kind = reader.read("kind", lambda: choose(typed.kind, KINDS))
    reach = reader.read("reach", lambda: choose(typed.reach, REACHES))
    titles = [
        reader.read(name, lambda text=text: read_words(text, is_needed=True))  # type: ignore[misc]  # its own text
        for name, text in (("title_en", typed.title_en), ("title_es", typed.title_es))
    ]
    link = reader.read("link", lambda: read_link(typed.link))
    phone = reader.read("phone", lambda: _read_phone(typed.phone))
    if not {"link", "phone"} & reader.problems.keys() and link is None and phone is None:
        reader.problems["link"] = "no_way"
    place_no = reader.read("place_no", lambda: _read_place(typed.place_no))
    reader.finish()
    return NewResource(
        kind=cast("Kind", kind),
        reach=cast("Reach", reach),
        title_en=cast("str", titles[0]),
        title_es=cast("str", titles[1]),
        link=link,
        phone=phone,
        place_no=cast("int", place_no),
    )


def add_resource(session: Session, organization_id: int, new: NewResource, *, actor: Actor, at: datetime) -> Resource:
    """Put a resource on record. Raises NotAllowed where the actor keeps none for that organization."""
    check_can_do(actor, Task.KEEP_RESOURCES, organization_id)
    resource = Resource(
        organization_id=organization_id, **asdict(new), state="shown", no=0, recorded_at=at, recorded_by=actor.key
    )
    session.add(resource)
    session.flush()
    _add_version(session, resource, "added", actor, at)
    return resource


def amend_resource(
    session: Session, resource: Resource, new: NewResource, *, expected_no: int, actor: Actor, at: datetime
) -> bool:
    """Correct it by a new version; False, and none written, where nothing is different.

    One that was taken down is shown again. Raises NotAllowed; StaleRecord where somebody else was first.
    """
    check_can_do(actor, Task.KEEP_RESOURCES, resource.organization_id)
    lock_current(session, resource, expected_no)
    values = asdict(new) | {"state": "shown"}
    if all(getattr(resource, name) == value for name, value in values.items()):
        return False
    for name, value in values.items():
        setattr(resource, name, value)
    _add_version(session, resource, "amended", actor, at)
    return True


def take_down_resource(session: Session, resource: Resource, *, expected_no: int, actor: Actor, at: datetime) -> None:
    """Show it no more; it stays on record. Raises as `amend_resource` does."""
    check_can_do(actor, Task.KEEP_RESOURCES, resource.organization_id)
    lock_current(session, resource, expected_no)
    if resource.state == "shown":
        resource.state = "taken_down"
        _add_version(session, resource, "taken_down", actor, at)


def get_kept_resource(session: Session, actor: Actor, resource_id: int) -> Resource:
    """One that is the actor's to keep. Raises NotFound alike for none and for another organization's."""
    resource = session.get(Resource, resource_id)
    if resource is None or not can_do(actor, Task.KEEP_RESOURCES, resource.organization_id):
        raise NotFound(f"There is no resource with the number {resource_id}.")
    return resource


def list_resources(session: Session) -> Sequence[Resource]:
    """All that are shown, in the order of their kinds and places; one statement."""
    return _list_in_order(session, Resource.state == "shown")


def list_taken_down(session: Session, actor: Actor) -> Sequence[Resource]:
    """Those of the actor's that are shown no more, in the same order; at most one statement."""
    places = list_places(actor, Task.KEEP_RESOURCES)
    if places == frozenset():
        return ()
    mine = true() if places is None else Resource.organization_id.in_(places)
    return _list_in_order(session, Resource.state == "taken_down", mine)


def _list_in_order(session: Session, *wanted: ColumnElement[bool]) -> Sequence[Resource]:
    query = select(Resource).where(*wanted).order_by(Resource.place_no, Resource.id)
    return sorted(session.scalars(query), key=lambda one: KINDS.index(cast("Kind", one.kind)))


def _read_phone(typed: str) -> str | None:
    text = " ".join(typed.split())
    if not text:
        return None
    if not _PHONE.fullmatch(text):
        raise Unfit("not_a_phone")
    return text


def _read_place(typed: str) -> int:
    text = typed.strip()
    if not text:
        return 1
    if not (text.isascii() and text.isdigit()) or not 0 < int(text[:9]) <= _HIGHEST_PLACE:
        raise Unfit("not_a_number")
    return int(text)


def _add_version(session: Session, resource: Resource, what: str, actor: Actor, at: datetime) -> None:
    values = next_values(resource, _VALUES)
    session.add(ResourceVersion(resource_id=resource.id, **make_stamp(resource, None, actor, at), **values))
    record_change(session, f"resource.{what}", resource, (), values, actor=actor, at=at)
