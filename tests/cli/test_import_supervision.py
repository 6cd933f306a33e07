"""`certtrack import supervision`, as a person types it."""

import json
from pathlib import Path

from kit.databases import on_both
from kit.roster import make_csv
from kit.supervision_log import HEADS, SupervisionOffice, row
from kit.typed import Typed
from kit.world import World


@on_both
def test_a_log_is_looked_at_and_brought_in_and_what_is_left_is_said(typed: Typed, world: World, tmp_path: Path) -> None:
    office = SupervisionOffice(world)
    log = tmp_path / "log.csv"
    log.write_bytes(make_csv(row(service="28"), row(people="x@example.org"), heads=HEADS))

    dry = typed("import", "supervision", str(log), "--dry-run", "--format", "json")
    assert (dry.exit_code, json.loads(dry.stdout)[0]["counts"]["rows_new"], office.sessions()) == (3, 1, [])
    done = typed("import", "supervision", str(log), "--as", "Alice", "--language", "es")
    assert "No hay registrada una sesión anterior" in done.stdout
    assert "import-1-to-mend.csv" in done.stderr
    assert {one.said_by for one in office.signatures()} == {"Alice"}
