"""Several planners at once, each a process of its own, forked from one that has loaded what they need."""

import subprocess
import sys
from collections import Counter
from datetime import date

from kit.databases import on_both
from kit.planning import Planner
from kit.world import World

DUE = date(2026, 10, 31)
_PLAN = """
import os
import sys
from datetime import datetime
from pathlib import Path
from certtrack.db.engine import Database
from certtrack.services.reminders.planning import plan_batch
from certtrack.services.rulebook import load_rulebook
rulebook = load_rulebook(Path("nowhere"))
for _ in range(6):
    if os.fork() == 0:
        database, looked_at = Database(sys.argv[1]), 1
        while looked_at:
            with database.writing() as session:
                looked_at = plan_batch(session, rulebook, at=datetime.fromisoformat(sys.argv[2]), limit=10).looked_at
        os._exit(0)
sys.exit(any([os.wait()[1] for _ in range(6)]))
"""


@on_both
def test_six_planners_decide_each_stage_once(world: World, planner: Planner, database_url: str) -> None:
    planner.roster(60, DUE, armed_on=date(2026, 5, 4))
    plain = [world.certify(world.person(), DUE)[1] for _ in range(60)]
    world.move_to(date(2026, 5, 4))
    command = [sys.executable, "-c", _PLAN, database_url, world.at.isoformat()]
    assert subprocess.run(command, timeout=120, check=False).returncode == 0
    planner.look()
    decided = [(row.subject_id in plain, row.subject_id, row.stage, row.state) for row in planner.rows()]
    assert len({(cycle, stage) for _, cycle, stage, _ in decided}) == len(decided) == 120
    states = Counter((is_plain, state) for is_plain, _, _, state in decided)
    assert states == {(True, "planned"): 60, (False, "held"): 60}
