"""Files in S3-compatible storage, for where pages are answered on several machines."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from obstore.exceptions import NotFoundError as NothingThere
from obstore.store import S3Store

from certtrack.errors import BadSettings, NotFound
from certtrack.services.evidence.store import GONE, KEY, StoreAway

_PATIENCE = timedelta(seconds=20)  # somebody waits for the page


class BucketStore:
    """Files under a bucket's folder. Keys, region and endpoint are those of the usual AWS_* variables."""

    def __init__(self, url: str) -> None:
        try:
            self._bucket = S3Store.from_url(
                url,
                # options of ours take the place of all that the variables say
                client_options={"timeout": _PATIENCE, "allow_http": os.environ.get("AWS_ALLOW_HTTP") == "true"},
                retry_config={"max_retries": 2, "retry_timeout": _PATIENCE},
            )
        except BaseError as error:
            raise BadSettings(f"CERTTRACK_EVIDENCE_URL or the AWS_* variables can't be used: {error}") from error

    def put(self, key: str, parts: Mapping[str, Path]) -> None:
        """See EvidenceStore."""
        with _reaching():
            for name, path in parts.items():
                # whole: of an upload in parts that a crash cut off the parts would stay, unlisted and paid for
                obstore.put(self._bucket, f"{key}/{name}", path, use_multipart=False)

    def read(self, key: str, part: str) -> bytes:
        """See EvidenceStore."""
        with _reaching():
            return obstore.get(self._bucket, f"{key}/{part}").bytes().to_bytes()

    def remove(self, key: str) -> None:
        """See EvidenceStore."""
        with _reaching():
            paths = [found["path"] for batch in obstore.list(self._bucket, prefix=key) for found in batch]
            if paths:
                obstore.delete(self._bucket, paths)

    def list_keys(self) -> Iterator[tuple[str, datetime]]:
        """See EvidenceStore."""
        with _reaching():
            for batch in obstore.list(self._bucket):
                for found in batch:
                    key = found["path"].partition("/")[0]
                    if KEY.fullmatch(key):
                        yield key, found["last_modified"]


@contextmanager
def _reaching() -> Iterator[None]:
    try:
        yield
    except (NothingThere, FileNotFoundError) as error:
        raise NotFound(GONE) from error
    except BaseError as error:
        raise StoreAway from error
