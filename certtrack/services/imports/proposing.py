"""What was last said of a file like this one: proposed for the next, and never taken as said until it is sent."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import ImportRun, ImportUpload
from certtrack.services.imports.mapping import Said
from certtrack.services.sheets.heads import Offered
from certtrack.services.sheets.layout import Layout, fold_head

_SEARCHED = 10


@dataclass(frozen=True, slots=True)
class Proposed:
    """What was said of an earlier file: the number of its import, its name, and when it was brought in."""

    run_id: int
    file_name: str
    brought_in_at: datetime
    said: Said


def find_proposed(session: Session, upload: ImportUpload, layout: Layout, heads: Offered) -> Proposed | None:
    """What this office last said of a file of this kind that has the same heads; one query.

    It is known when the file itself is gone, but for whom its words mean. None where something is said of this one, and
    where nothing was said of one like it. Of the heads those count that were read: which others a file has makes no
    difference.
    """
    if upload.mapping or not heads.heads:
        return None
    here = {fold_head(head) for head in heads.heads}
    earlier = (
        select(ImportRun, ImportUpload.mapping)
        .outerjoin(ImportUpload, (ImportUpload.run_id == ImportRun.id) & (ImportUpload.state == "done"))
        .where(ImportRun.organization_id == upload.organization_id, ImportRun.kind == upload.kind)
        .where(ImportRun.mapping.is_not(None), ImportRun.finished_at.is_not(None))
        .order_by(ImportRun.id.desc())
        .limit(_SEARCHED)
    )
    for run, whole in session.execute(earlier):
        read = {fold_head(head) for head in run.heads.values()}
        if read and read <= here:
            said = _fit(Said.load(whole or run.mapping), layout, heads)
            return Proposed(run.id, run.file_name, run.finished_at, said)
    return None


def _fit(said: Said, layout: Layout, heads: Offered) -> Said:
    """As far as it can be said of a file with these sheets and heads."""
    columns = {column: head for column, head in said.columns.items() if head in heads.heads}
    words = {table: words for table, words in said.words.items() if table in layout.tables}
    return Said(said.sheet if said.sheet in heads.sheets else None, columns, words)
