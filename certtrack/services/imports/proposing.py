"""What was last said of a file like this one: proposed for the next, and never taken as said until it is sent."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import ImportUpload
from certtrack.services.imports.mapping import Said
from certtrack.services.sheets.heads import Offered
from certtrack.services.sheets.layout import Layout, fold_head

_SEARCHED = 10


@dataclass(frozen=True, slots=True)
class Proposed:
    """What was said of an earlier file, which was brought in: its number and name, and when it was given."""

    upload_id: int
    file_name: str
    given_at: datetime
    said: Said


def find_proposed(session: Session, upload: ImportUpload, layout: Layout, heads: Offered) -> Proposed | None:
    """What this office last said of a file of this kind that has the same heads; one query.

    None where something is said of this one, where no such file is kept any more, and where nothing was said of those
    that are. Of the heads those count that were read: which others a file has makes no difference.
    """
    if upload.mapping or not heads.heads:
        return None
    here = {fold_head(head) for head in heads.heads}
    earlier = (
        select(
            ImportUpload.id, ImportUpload.file_name, ImportUpload.recorded_at, ImportUpload.mapping, ImportUpload.told
        )
        .where(ImportUpload.organization_id == upload.organization_id, ImportUpload.kind == upload.kind)
        .where(ImportUpload.state == "done", ImportUpload.id != upload.id)
        .order_by(ImportUpload.id.desc())
        .limit(_SEARCHED)
    )
    for number, file_name, given_at, mapping, told in session.execute(earlier):
        read = {fold_head(head) for head in told.get("heads", {}).values()}
        if mapping and read and read <= here:
            return Proposed(number, file_name, given_at, _fit(Said.load(mapping), layout, heads))
    return None


def _fit(said: Said, layout: Layout, heads: Offered) -> Said:
    """As far as it can be said of a file with these sheets and heads."""
    columns = {column: head for column, head in said.columns.items() if head in heads.heads}
    words = {table: words for table, words in said.words.items() if table in layout.tables}
    return Said(said.sheet if said.sheet in heads.sheets else None, columns, words)
