"""Files that come with a form: the form is read whatever comes with it, and of a file no more than is taken is kept.

Of whoever isn't signed in nothing is kept, not even for a moment.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO, cast

from flask import Request, current_app, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from certtrack.db.models import Evidence
from certtrack.logs import get_log
from certtrack.rules.reading_certificates import ReadCertificate
from certtrack.services.evidence.intake import KeptFile, digest, read_again, take_in, tidy_name
from certtrack.services.evidence.limits import (
    LARGEST,
    LARGEST_MB,
    MOST_FILES,
    MOST_PAGES,
    MOST_PIXELS_M,
    BadFile,
    FileProblem,
)
from certtrack.services.evidence.records import find_same, record_evidence
from certtrack.services.evidence.store import EvidenceStore, StoreAway
from certtrack.services.people import get_person
from certtrack.web.edge import actor, parts, reading, today, writing
from certtrack.web.viewers import find_viewer

FIELD = "upload"
FILE_LIMITS = {"mb": LARGEST_MB, "files": MOST_FILES, "pages": MOST_PAGES, "pixels": MOST_PIXELS_M}
"""What a file may be, for the words of pages."""
_MARK = "certtrack_takes_files"
_MOST_HARD = 2
# read and dropped, so that what was typed beside a film isn't lost; nor where somebody's session has just ended
_MOST_READ, _MOST_READ_OF_ANYBODY = 2 * 1024 * 1024 * 1024, 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A file that wasn't taken, by its name, and why."""

    name: str
    problem: FileProblem


@dataclass(frozen=True, slots=True)
class Received:
    """What came with a form: the numbers of the files that are on record now, and those that weren't taken.

    `read`: what the texts of PDFs among them seem to say, in the order in which they came.
    """

    ids: tuple[int, ...] = ()
    refused: tuple[RefusedFile, ...] = ()
    read: tuple[ReadCertificate, ...] = ()


class UploadRequest(Request):
    """A request of whose files just so much is kept, on disk, as may be taken."""

    _files_begun = 0

    def _load_form_data(self) -> None:
        if self.endpoint and vars(current_app.view_functions[self.endpoint]).get(_MARK):
            self.max_content_length = _MOST_READ_OF_ANYBODY if find_viewer() is None else _MOST_READ
        super()._load_form_data()

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002  # the signature is Werkzeug's
        content_type: str | None,  # noqa: ARG002  # likewise
        filename: str | None = None,  # noqa: ARG002  # likewise
        content_length: int | None = None,  # noqa: ARG002  # likewise
    ) -> IO[bytes]:
        self._files_begun += 1
        is_kept = self._files_begun <= MOST_FILES and find_viewer() is not None
        return cast("IO[bytes]", BoundedFile(LARGEST if is_kept else 0))


class BoundedFile:
    """A file on disk that drops what goes beyond `most` bytes, and knows that it did. Gone when it is closed.

    `is_lost`: the disk took less than there was room for.
    """

    def __init__(self, most: int) -> None:
        self._left = most
        self.is_cut = self.is_lost = False
        self._file: IO[bytes] = BytesIO()
        with self._losing():
            # unbuffered: what a full disk doesn't take is known at once. Werkzeug closes it with the request
            self._file = TemporaryFile(prefix="certtrack-", buffering=0)  # noqa: SIM115  # see above

    def write(self, data: bytes) -> int:
        """Keep what there is room for; says that all was written, so that the rest of the form is read."""
        self.is_cut = self.is_cut or (len(data) > self._left and not self.is_lost)
        kept = memoryview(data)[: self._left]
        with self._losing():
            while kept:
                written = self._file.write(kept)
                kept, self._left = kept[written:], self._left - written
        return len(data)

    @contextmanager
    def _losing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            get_log().error("file_not_kept", kind=type(error).__name__)
            self._left, self.is_lost = 0, True

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # all else is the file's
        return getattr(self._file, name)


def takes_files(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view whose form may come with files, larger than other requests may be."""
    vars(view)[_MARK] = True
    return view


def list_uploads() -> list[FileStorage]:
    """The files that came with this request; a field that was left empty is none."""
    return [upload for upload in request.files.getlist(FIELD) if upload.filename]


def receive_files(uploads: Sequence[FileStorage], person_id: int) -> Received:
    """Put the files of a form on record for this person, backing nothing yet; what isn't taken is named.

    Call it when no session of the request is open, and once it is known that the actor may send them. What the store
    keeps is taken out again where it doesn't come on record.
    """
    found: list[_Found] = []
    refused: list[RefusedFile] = []
    recorded: list[str] = []
    try:
        for place, upload in enumerate(uploads):
            name = tidy_name(upload.filename or "")
            try:
                _check_openable(upload, place, refused)
                found.append(_receive(upload, name, person_id))
            except BadFile as error:
                _note(error)
                refused.append(RefusedFile(name, error.problem))
        if found:
            with writing() as session:
                evidence = [_record(session, person_id, one.file) for one in found]
                ids = tuple(dict.fromkeys(one.id for one in evidence))
            recorded = [one.key for one in evidence]
    finally:
        for one in found:
            if isinstance(one.file, KeptFile) and one.file.key not in recorded:
                with suppress(StoreAway):  # the purge finds it
                    parts().store.remove(one.file.key)
    return Received(ids if found else (), tuple(refused), tuple(one.read for one in found if one.read))


def _note(error: BadFile) -> None:
    """Log what hindered it where that isn't the file: whoever runs this place has to know that a disk is full."""
    first: BaseException = error
    while first.__cause__:
        first = first.__cause__
    if error.problem == "not_kept" and first is not error:
        get_log().error("file_not_kept", kind=type(first).__name__)


def _check_openable(upload: FileStorage, place: int, refused: Sequence[RefusedFile]) -> None:
    """Raise BadFile where it isn't even opened; somebody waits for the page, so what is hard isn't tried for ever."""
    stream = cast("BoundedFile", upload.stream)
    if place >= MOST_FILES:
        raise BadFile("too_many")
    if stream.is_cut:
        raise BadFile("too_large")
    if stream.is_lost or sum(one.problem == "too_hard" for one in refused) >= _MOST_HARD:
        raise BadFile("not_kept")


@dataclass(frozen=True, slots=True)
class _Found:
    """A file that came: as it is kept now, or its number where it was here already; and what its text seems to say."""

    file: KeptFile | int
    read: ReadCertificate | None


def _receive(upload: FileStorage, name: str, person_id: int) -> _Found:
    """Raises BadFile."""
    source = cast("BinaryIO", upload.stream)
    with reading() as session:
        same = _find_same(session, person_id, digest(source))
    if same is None:
        kept = take_in(source, name, _get_store())
        return _Found(kept, kept.drawn.read)
    return _Found(same.id, read_again(source) if same.kind == "pdf" else None)


def _get_store() -> EvidenceStore:
    try:
        return parts().store
    except StoreAway as error:
        raise BadFile("not_kept") from error


def _record(session: Session, person_id: int, one: KeptFile | int) -> Evidence:
    """Its record; asked again, since the same file may have come twice."""
    if isinstance(one, int):
        return session.get_one(Evidence, one)
    same = _find_same(session, person_id, one.came_sha256)
    return same or record_evidence(session, person_id, one, actor=actor(), at=parts().clock.now())


def _find_same(session: Session, person_id: int, came_sha256: str) -> Evidence | None:
    day = today(get_person(session, person_id).zone)
    return find_same(session, actor(), person_id, came_sha256, at=parts().clock.now(), today=day)
