"""A file is shown only where it is still what was put on record."""

from pathlib import Path

import pytest
from kit.credits import Cast
from kit.files import keep, pdf
from kit.world import World

from certtrack.db.models import Evidence
from certtrack.errors import NotFound
from certtrack.services.evidence.parts import ORIGINAL, PREVIEW, name_page
from certtrack.services.evidence.reading import read_part
from certtrack.services.evidence.store import FolderStore


def test_what_was_changed_where_it_is_kept_is_no_evidence(world: World, cast: Cast, tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    numbers = (keep(world, tmp_path, cast.carol, pdf()), keep(world, tmp_path, cast.carol))
    with world.database.reading() as session:
        paper, picture = (session.get_one(Evidence, number) for number in numbers)
    assert read_part(store, paper, ORIGINAL) == pdf()
    assert read_part(store, picture, name_page(1))

    for evidence, part in ((paper, ORIGINAL), (picture, name_page(1))):
        (tmp_path / evidence.key[:2] / evidence.key / part).write_bytes(b"another one")
        with pytest.raises(NotFound):
            read_part(store, evidence, part)
        assert read_part(store, evidence, PREVIEW)
