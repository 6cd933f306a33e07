"""The demonstration's own reminder policies: mail goes out at any hour, and three mails are a mass."""

import re
from pathlib import Path

from certtrack.resources import get_resource

_VERSIONS_LATER = 1000  # so that no version that is shipped one day is told differently here
_CHANGED = {
    "send_at": "00:00:00",
    "quiet_from": "00:00:00",
    "quiet_until": "00:00:00",  # from and until are the same: no hour is quiet
    "guard_above": "2",
}


def write_policies(instance: Path) -> None:
    """Put a later version of every shipped policy into the instance, for whoever tries this at night."""
    folder = instance / "policies"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for shipped in sorted((get_resource("config") / "policies").glob("*.toml")):
        (folder / shipped.name).write_text(_change(shipped.read_text(encoding="utf-8")), encoding="utf-8")


def _change(text: str) -> str:
    for key, value in _CHANGED.items():
        text = re.sub(rf"^{key} = .*$", f"{key} = {value}", text, count=1, flags=re.MULTILINE)
    return re.sub(
        r"^version = (\d+)$", lambda found: f"version = {int(found[1]) + _VERSIONS_LATER}", text, flags=re.MULTILINE
    )
