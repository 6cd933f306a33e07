"""Rule packs for the benchmarks, made of a shipped one: six areas whose minima are known, without limits and with."""

import re
from pathlib import Path

from certtrack.resources import get_resource

SIX_AREAS, LIMITED = "six-areas", "six-areas-limited"
_SHIPPED = "us-wi-cps"
_UNKNOWN = 'minutes = "unknown"\nsource = "accepted"\nsure = "unknown"'
_KNOWN = 'minutes = 120\nsource = "accepted"\nsure = "unverified"'
_LIMITS = """
[hours.limits.recorded]
minutes = 500
forms = ["recorded"]
source = "accepted"
sure = "unverified"

[hours.limits.in_person]
minutes = 700
forms = ["in_person"]
source = "accepted"
sure = "unverified"
"""


def write_packs(folder: Path) -> None:
    """Write both into the folder of an instance's packs."""
    folder.mkdir(parents=True)
    text = (get_resource("config") / "packs" / f"{_SHIPPED}.toml").read_text(encoding="utf-8")
    text = text.replace(_UNKNOWN, _KNOWN)
    for key, more in ((SIX_AREAS, ""), (LIMITED, _LIMITS)):
        named = re.sub(r'^(en|es) = "(?:Certified Peer Specialist.*|CPS)"$', rf'\1 = "{key}"', text, flags=re.MULTILINE)
        named = re.sub(r"^office_names = .*$", f'office_names = ["{key}"]', named, flags=re.MULTILINE)
        (folder / f"{key}.toml").write_text(named.replace(f'key = "{_SHIPPED}"', f'key = "{key}"') + more)
