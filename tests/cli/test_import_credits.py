"""`certtrack import credits`, as a person types it."""

import json
from pathlib import Path

from kit.credit_log import HEADS, WORDS, row
from kit.credits import DUE
from kit.databases import on_both
from kit.roster import make_csv
from kit.typed import Typed
from kit.world import World


@on_both
def test_a_log_is_looked_at_and_brought_in_with_words_that_are_remembered(
    typed: Typed, world: World, tmp_path: Path
) -> None:
    world.certify(world.person(address="carol@example.org"), DUE)
    log, words = tmp_path / "log.csv", tmp_path / "words.toml"
    log.write_bytes(make_csv(row(), row(title="Second", hours="999"), heads=HEADS))
    words.write_bytes(WORDS)

    dry = typed("import", "credits", str(log), "--mapping", str(words), "--dry-run", "--format", "json")
    assert (dry.exit_code, json.loads(dry.stdout)[0]["counts"]["rows_new"]) == (3, 1)
    done = typed("import", "credits", str(log), "--mapping", str(words))
    assert "more than a hundred hours" in done.stdout
    assert "import-1-to-mend.csv" in done.stderr
    again = typed("import", "credits", str(log))
    assert "Categories without areas" not in again.stdout
