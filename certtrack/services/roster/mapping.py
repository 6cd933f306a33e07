"""A roster's mapping file: which credential an office's word stands for, and whose address a supervisor's name is.

`[credentials] "Peer Spec I" = "cps"`: the file's word = a credential, by its key or one of its usual names.
`[supervisors] "B. Supervisor" = "bob@example.org"`: the file's word = that supervisor's address, confirmed by whoever
wrote the mapping. A name alone never says who somebody is.
"""

from collections.abc import Mapping as Table
from dataclasses import dataclass, field

from certtrack.errors import BadInput
from certtrack.packs import Packs
from certtrack.rules.pack import Pack
from certtrack.services.roster.layout import ROSTER
from certtrack.services.sheets.mapping import Mapping as AnyMapping
from certtrack.services.sheets.mapping import parse_mapping, read_meant_address


@dataclass(frozen=True, slots=True)
class Mapping(AnyMapping):
    """What was confirmed about a roster. Words are folded."""

    credentials: Table[str, Pack] = field(default_factory=dict)
    supervisors: Table[str, str] = field(default_factory=dict)


NO_MAPPING = Mapping()


def read_mapping(file_name: str, data: bytes, packs: Packs) -> Mapping:
    """The mapping in a TOML file. Raises BadInput, which names the file, the key and what was expected."""
    read = parse_mapping(file_name, data, ROSTER)
    return Mapping(
        sheet=read.sheet,
        heads=read.heads,
        credentials=read.translate("credentials", lambda name: get_pack(packs, name)),
        supervisors=read.translate("supervisors", read_meant_address),
    )


def find_pack(packs: Packs, text: str) -> Pack | None:
    """The pack of that key, of that credential, or that offices call so; None where there is none."""
    by_key = packs.find(text)
    by_credential = next((pack for pack in packs.list() if pack.credential == text), None)
    return by_key or by_credential or packs.find_by_office_name(text)


def get_pack(packs: Packs, name: str) -> Pack:
    """The same. Raises BadInput where there is none."""
    pack = find_pack(packs, name)
    if pack is None:
        known = ", ".join(sorted({pack.credential for pack in packs.list()}))
        raise BadInput(f"no rule pack is for {name!r}; there are: {known}.")
    return pack
