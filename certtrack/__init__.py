"""CertTrack: certification records of peer specialists, and mails that come in time."""

__version__ = "0.1.0"
