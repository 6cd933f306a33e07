"""The mapping file of a list of exam results: which credential an office's own word for one stands for.

`[credentials] "Peer Spec I" = "cps"`: the file's word = a credential, by its key or one of its usual names.
"""

from collections.abc import Mapping as Table
from dataclasses import dataclass, field

from certtrack.packs import Packs
from certtrack.rules.pack import Pack
from certtrack.services.exam_results.layout import EXAM_RESULTS
from certtrack.services.roster.mapping import get_pack
from certtrack.services.sheets.mapping import Mapping as AnyMapping
from certtrack.services.sheets.mapping import parse_mapping


@dataclass(frozen=True, slots=True)
class Mapping(AnyMapping):
    """What was confirmed about a list of exam results. Words are folded."""

    credentials: Table[str, Pack] = field(default_factory=dict)


NO_MAPPING = Mapping()


def read_mapping(file_name: str, data: bytes, packs: Packs) -> Mapping:
    """The mapping in a TOML file. Raises BadInput, which names the file, the key and what was expected."""
    read = parse_mapping(file_name, data, EXAM_RESULTS)
    credentials = read.translate("credentials", lambda name: get_pack(packs, name))
    return Mapping(sheet=read.sheet, heads=read.heads, credentials=credentials)
