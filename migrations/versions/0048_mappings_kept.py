"""What was said of a file's columns and words is kept with its import, and stays when the file is taken away."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

_KEPT = tuple(sa.column(name, sa.JSON(none_as_null=True)) for name in ("mapping", "heads"))
_RUN = sa.table("import_run", sa.column("id"), *_KEPT)
_UPLOAD = sa.table(
    "import_upload",
    *(sa.column(name) for name in ("run_id", "state")),
    *(sa.column(name, sa.JSON()) for name in ("mapping", "told")),
)


def upgrade() -> None:
    for column in _KEPT:
        op.add_column("import_run", sa.Column(column.name, sa.JSON(), nullable=True))
    done = sa.select(_UPLOAD.c.run_id, _UPLOAD.c.mapping, _UPLOAD.c.told).where(
        _UPLOAD.c.state == "done", _UPLOAD.c.run_id.is_not(None)
    )
    for run_id, mapping, told in op.get_bind().execute(done).all():
        words = {table: said for table, said in mapping.get("words", {}).items() if table != "supervisors"}
        said = {name: value for name, value in {**mapping, "words": words}.items() if value}
        if said:
            kept = {"mapping": said, "heads": told.get("heads", {})}
            op.get_bind().execute(sa.update(_RUN).where(_RUN.c.id == run_id).values(kept))


def downgrade() -> None:
    for column in reversed(_KEPT):
        op.drop_column("import_run", column.name)
