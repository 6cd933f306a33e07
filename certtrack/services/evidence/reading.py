"""Reading a part of a file from where it is kept."""

import hashlib

from certtrack.db.models import Evidence
from certtrack.errors import NotFound
from certtrack.logs import get_log
from certtrack.services.evidence.parts import find_main
from certtrack.services.evidence.store import GONE, EvidenceStore


def read_part(store: EvidenceStore, evidence: Evidence, part: str) -> bytes:
    """One part; the file itself only where it is still what was put on record. Raises NotFound, and StoreAway.

    One that was changed where it is kept is no evidence: it is as if it were gone, and the log says which it is.
    """
    data = store.read(evidence.key, part)
    if part == find_main(evidence.kind) and hashlib.sha256(data).hexdigest() != evidence.sha256:
        get_log().error("file_changed", evidence=evidence.id)
        raise NotFound(GONE)
    return data
