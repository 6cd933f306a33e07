"""The areas that offerings are found by."""

from collections.abc import Iterable

from certtrack.rules.pack import Pack
from certtrack.services.credits.shown import ShownArea


def list_areas(packs: Iterable[Pack]) -> tuple[ShownArea, ...]:
    """Every area of these rules once, those with a name first; one that has a name in some of them has it here."""
    found: dict[str, ShownArea] = {}
    for pack in packs:
        for area in pack.hours.areas if pack.hours else ():
            if area.key not in found or found[area.key].name is None:
                found[area.key] = ShownArea(area.key, area.name)
    return tuple(sorted(found.values(), key=lambda area: (area.name is None, area.key if area.name is None else "")))
