"""Which credentials a way in is known for."""

from certtrack.rules.pack import Pack
from certtrack.services.rulebook import Rulebook


def list_newest_packs(rulebook: Rulebook) -> list[Pack]:
    """The newest rules of each credential, by their key."""
    return list({pack.key: pack for pack in rulebook.packs.list()}.values())
