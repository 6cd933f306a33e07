"""Rule packs and reminder policies: read from TOML files, found by key, by the day they speak for, by office names."""

from certtrack.packs.collection import Packs, load_packs
from certtrack.packs.days_off import make_days_off
from certtrack.packs.files import find_used
from certtrack.packs.policies import Policies, load_policies, parse_policy, read_policy
from certtrack.packs.reading import read_pack
from certtrack.packs.service import ServicePacks, load_service_packs, read_service_pack

__all__ = [
    "Packs",
    "Policies",
    "ServicePacks",
    "find_used",
    "load_packs",
    "load_policies",
    "load_service_packs",
    "make_days_off",
    "parse_policy",
    "read_pack",
    "read_policy",
    "read_service_pack",
]
