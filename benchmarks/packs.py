"""A rule pack for the benchmarks, made of a shipped one: six areas whose minima are known."""

import re
from pathlib import Path

from certtrack.resources import get_resource

SIX_AREAS = "six-areas"
_SHIPPED = "us-wi-cps"
_UNKNOWN = 'minutes = "unknown"\nsource = "accepted"\nsure = "unknown"'
_KNOWN = 'minutes = 120\nsource = "accepted"\nsure = "unverified"'


def write_packs(folder: Path) -> None:
    """Write it into the folder of an instance's packs."""
    folder.mkdir(parents=True)
    text = (get_resource("config") / "packs" / f"{_SHIPPED}.toml").read_text(encoding="utf-8")
    name = r'^(en|es) = "(?:Certified Peer Specialist.*|CPS)"$'
    text = re.sub(name, rf'\1 = "{SIX_AREAS}"', text.replace(_UNKNOWN, _KNOWN), flags=re.MULTILINE)
    text = re.sub(r"^office_names = .*$", f'office_names = ["{SIX_AREAS}"]', text, flags=re.MULTILINE)
    (folder / f"{SIX_AREAS}.toml").write_text(text.replace(f'key = "{_SHIPPED}"', f'key = "{SIX_AREAS}"'))
