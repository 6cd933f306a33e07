"""`certtrack import attendance`, as a person types it."""

import json
from pathlib import Path

from kit.attendance_list import HEADS, row
from kit.databases import on_both
from kit.roster import make_csv
from kit.trainings import plan
from kit.typed import Typed
from kit.world import World


@on_both
def test_an_attendance_list_is_looked_at_and_brought_in(typed: Typed, world: World, tmp_path: Path) -> None:
    world.person(address="carol@example.org")
    plan(world)
    file, words = tmp_path / "attendance.csv", tmp_path / "words.toml"
    file.write_bytes(make_csv(row(training="Spring 26"), row(session="2", hours="5"), heads=HEADS))
    words.write_bytes(b'confirmed_by = "Alice Example"\n[trainings]\n"Spring 26" = "Spring training"\n')

    dry = typed("import", "attendance", str(file), "--mapping", str(words), "--dry-run", "--format", "json")
    assert (dry.exit_code, json.loads(dry.stdout)[0]["counts"]["rows_new"]) == (3, 1)
    done = typed("import", "attendance", str(file), "--mapping", str(words), "--language", "es")
    assert "Es más de lo que duró la sesión" in done.stdout
    assert "import-1-to-mend.csv" in done.stderr
    again = typed("import", "attendance", str(file), "--format", "json")
    assert json.loads(again.stdout)[0]["counts"]["rows_same"] == 1
