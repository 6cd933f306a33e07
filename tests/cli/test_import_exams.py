"""`certtrack import exams`, as a person types it."""

import json
from pathlib import Path

from kit.databases import on_both
from kit.exam_results import DUE, HEADS, row
from kit.roster import make_csv
from kit.typed import Typed
from kit.world import World


@on_both
def test_exam_results_are_looked_at_and_brought_in(typed: Typed, world: World, tmp_path: Path) -> None:
    world.certify(world.person(address="carol@example.org"), DUE)
    file, words = tmp_path / "results.csv", tmp_path / "words.toml"
    rows = (row(credential="Peer Spec I"), row(day="2025-05-02", score="850", attempt="2"))
    file.write_bytes(make_csv(*rows, heads=HEADS))
    words.write_bytes(b'[credentials]\n"Peer Spec I" = "cps"\n')

    dry = typed("import", "exams", str(file), "--mapping", str(words), "--dry-run", "--format", "json")
    assert (dry.exit_code, json.loads(dry.stdout)[0]["counts"]["rows_new"]) == (3, 1)
    done = typed("import", "exams", str(file), "--mapping", str(words), "--language", "es")
    assert "Esto no es una calificación entre 0 y 100 por ciento" in done.stdout
    assert "import-1-to-mend.csv" in done.stderr
    again = typed("import", "exams", str(file), "--mapping", str(words), "--format", "json")
    assert json.loads(again.stdout)[0]["counts"]["rows_same"] == 1
