"""The errors that a person may read: one tree, each says what is wrong, where, and what to do."""


class CertTrackError(Exception):
    """The base: its text is one sentence or two, fit to be shown to the person who acted."""


class NotFound(CertTrackError):
    """What was named isn't here, or isn't the asker's to see: the two must not be told apart."""


class NoOrganization(NotFound):
    """What the page is about belongs to an organization, and none is on record yet."""


class Refused(CertTrackError):
    """What was asked can't be done as things stand."""


class NotAllowed(Refused):
    """The actor may not do this. Pages answer it exactly as NotFound."""


class BadInput(Refused):
    """Something typed or uploaded can't be read; names the place."""


class BadSettings(CertTrackError):
    """A setting is missing, of the wrong kind, or refused in this environment; names the setting."""


class BadPack(CertTrackError):
    """A rule pack or policy file can't be used; names file, key and what was expected."""


class BadKey(BadPack):
    """One key of such a file can't be used: in which file, which key in full, and what was `expected` there."""

    def __init__(self, file: str, key: str, expected: str) -> None:
        super().__init__(f"{file}: {key!r} {expected}.")
        self.file, self.key, self.expected = file, key, expected


class StaleRecord(Refused):
    """Somebody else has changed the record meanwhile; nothing was written."""
