"""Which way mails leave from here."""

from certtrack.mail.files import FileTransport
from certtrack.mail.transport import Transport
from certtrack.settings import Settings


def choose_transport(settings: Settings) -> Transport:
    """The mail server that is set; where none is, files in the instance's folder `mail`."""
    if settings.is_mailing_to_files:
        return FileTransport(settings.instance / "mail")
    from certtrack.mail.smtp import make_transport  # noqa: PLC0415  # Flask is loaded only where a mail server is set

    return make_transport(settings)
