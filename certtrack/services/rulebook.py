"""The rules in force: packs and policies from the installation, each version pinned in the database on first use."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.inserting import insert_unless_there
from certtrack.db.models import PackVersion, RuleConfirmation
from certtrack.db.once import ask_once, tell_once
from certtrack.errors import BadPack
from certtrack.packs import Packs, Policies, ServicePacks, find_used, load_packs, load_policies, load_service_packs
from certtrack.packs.confirming import Confirmed, confirm_all, confirm_services
from certtrack.resources import get_resource
from certtrack.rules.pack import Pack
from certtrack.rules.reminders import Policy
from certtrack.rules.service import ServicePack
from certtrack.settings import load_default_packs

Item = Pack | Policy | ServicePack

_FOLDERS = {"pack": "packs", "policy": "policies"}
_MEND = {"pack": "Name it in the setting 'packs', or put", "policy": "Put"}


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Every pack and policy of this process. `published` are the packs without what was confirmed, where some is."""

    packs: Packs
    policies: Policies
    services: ServicePacks = field(default_factory=ServicePacks)
    published: Packs | None = None

    def find_policy(self, pack_key: str, at: datetime) -> Policy | None:
        """The policy in force at that moment for the pack of that key; None where the pack or a policy is missing."""
        pack = self.packs.find(pack_key)
        return self.policies.for_pack(pack_key, at.astimezone(ZoneInfo(pack.zone)).date()) if pack else None


def load_rulebook(instance: Path, used: Sequence[str] | None = None) -> Rulebook:
    """Read the shipped packs that are `used` and all of the installation. Raises BadPack, which names file and key.

    `used` is the setting `packs`; None stands for what it is where nobody has set it.
    """
    config = get_resource("config")
    shipped = find_used(config / "packs", load_default_packs() if used is None else used)
    return Rulebook(
        packs=load_packs([instance / "packs"], shipped),
        policies=load_policies([config / "policies", instance / "policies"]),
        services=load_service_packs([instance / "packs"], shipped),
    )


def confirmed_rules(session: Session, rulebook: Rulebook, known_at: datetime | None = None) -> Rulebook:
    """The rulebook with what people have confirmed of unknown values; with `known_at`, by then."""
    published = rulebook.published or rulebook.packs
    said = load_confirmed(session, known_at)
    return replace(rulebook, packs=confirm_all(published, said), published=published)


def confirmed_services(session: Session, rulebook: Rulebook, known_at: datetime | None = None) -> ServicePacks:
    """The service packs with what people have confirmed of unknown values; with `known_at`, by then."""
    return confirm_services(rulebook.services, load_confirmed(session, known_at))


def load_confirmed(session: Session, known_at: datetime | None = None) -> tuple[Confirmed, ...]:
    """What people have confirmed of unknown values, by pack and key; with `known_at`, by then.

    A session that only reads asks it once.
    """
    return ask_once(session, ("confirmed", known_at), lambda: _load_confirmed(session, known_at))


def tell_confirmed(session: Session, rows: Iterable[RuleConfirmation]) -> None:
    """What `load_confirmed` would give now, where all rows were asked for together with something else."""
    tell_once(session, ("confirmed", None), _pick_newest(sorted(rows, key=lambda row: row.id)))


def _load_confirmed(session: Session, known_at: datetime | None) -> tuple[Confirmed, ...]:
    query = select(RuleConfirmation).order_by(RuleConfirmation.id)
    if known_at is not None:
        query = query.where(RuleConfirmation.recorded_at <= known_at)
    return _pick_newest(session.scalars(query))


def _pick_newest(rows: Iterable[RuleConfirmation]) -> tuple[Confirmed, ...]:
    newest = {(row.pack_key, row.key): row for row in rows}
    return tuple(
        Confirmed(row.pack_key, row.key, row.value, row.source, row.said_on)
        for _, row in sorted(newest.items())
        if row.value is not None
    )


def check_unchanged(session: Session, rulebook: Rulebook) -> None:
    """Raise BadPack where a file's text has changed under a version that records rest on already, or all are gone."""
    stored = {(row.kind, row.key, row.version): row.sha256 for row in session.scalars(select(PackVersion))}
    known = {(kind, item.key) for kind, item in _list_all(rulebook)}
    for kind, key, version in sorted(stored):
        if (kind, key) not in known:
            raise BadPack(
                f"The {kind} {key}@{version} is missing, and records were made by it. {_MEND[kind]} its file back, "
                f"with key = {key!r}, into the instance's folder {_FOLDERS[kind]}."
            )
    for kind, item in _list_all(rulebook):
        if stored.get((kind, item.key, item.version), item.sha256) != item.sha256:
            raise BadPack(
                f"The {kind} {item.ref} has changed since records were made by it. "
                f"Put the old text back, or give the new one the version {item.version + 1}.",
            )


def pin(session: Session, item: Item, at: datetime) -> int:
    """The number of this version's row, stored with its text on first use. Raises BadPack where the text differs."""
    kind = _kind_of(item)
    query = select(PackVersion).where(
        PackVersion.kind == kind, PackVersion.key == item.key, PackVersion.version == item.version
    )
    row = session.scalar(query)
    if row is None:
        insert_unless_there(
            session,
            PackVersion,
            kind=kind,
            key=item.key,
            version=item.version,
            sha256=item.sha256,
            content=item.raw,
            first_used_at=at,
        )
        row = session.scalars(query).one()
    if row.sha256 != item.sha256:
        raise BadPack(f"The {kind} {item.ref} has changed since records were made by it; give it a new version.")
    return row.id


def _kind_of(item: Item) -> str:
    return "policy" if isinstance(item, Policy) else "pack"


def _list_all(rulebook: Rulebook) -> list[tuple[str, Item]]:
    items: list[Item] = [*rulebook.packs.list(), *rulebook.services.list(), *rulebook.policies.list()]
    return [(_kind_of(item), item) for item in items]
