"""What is said at the command line where the mail server takes no mail, or not all: what is wrong, who must do what."""

from collections.abc import Mapping

from certtrack.services.delivery.relay import Stop
from certtrack.settings import Settings

_SAYS = {
    "no_connection": "{server} can't be reached, or doesn't answer within {deadline:g} seconds. Whoever runs CertTrack "
    "looks whether it runs, and whether CERTTRACK_SMTP_HOST and CERTTRACK_SMTP_PORT name it.",
    "greeting": "{server} turns this machine away before a mail is named. Whoever runs that server has to let it in.",
    "tls": "{server} offers no encryption that can be trusted. Whoever runs CertTrack looks at CERTTRACK_SMTP_SECURITY "
    "and at the mail server's certificate.",
    "sign_in": "{server} doesn't take the name and the password. Whoever runs CertTrack has to set the right "
    "CERTTRACK_SMTP_USERNAME and CERTTRACK_SMTP_PASSWORD, and to start it again.",
    "sender": "{server} takes no mail from {sender}. Whoever runs CertTrack has to set a CERTTRACK_MAIL_FROM that it "
    "takes, or to have that one let in there.",
    "refusals": "{server} refused several people in a row with the same answer, so the fault is taken to be its own. "
    "Whoever runs it has to say why; `certtrack reminders ledger` says to whom nothing went.",
    "file": "No mail can be written to {folder}. Whoever runs CertTrack looks at that folder's rights, and at the "
    "space on its disk.",
}

_REST = {
    "not_taken": "not taken now, which are tried again by themselves: {count}",
    "unknown": "perhaps taken, which are sent again with the same Message-ID: {count}",
    "recipient": "refused for good, see `certtrack findings`: {count}",
    "lease_lost": "held for too long, so that another process has them: {count}",
}


def explain_rest(counts: Mapping[str, int]) -> str | None:
    """What became of the mails that the server, which takes mail, didn't take; None where it took every one."""
    rest = [says.format(count=counts[outcome]) for outcome, says in _REST.items() if counts.get(outcome)]
    return f"Not every mail was taken. Mails {'; '.join(rest)}." if rest else None


def explain_stop(settings: Settings, stop: Stop, *, was_tried: bool) -> str:
    """What is wrong, who must do what, what becomes of the mails, and from when on the server is tried again.

    `was_tried`: the server was tried just now; otherwise nothing was, because of what was found earlier.
    """
    says = _SAYS[stop.reason].format(
        server=_name_server(settings),
        deadline=settings.mail_deadline_s,
        sender=settings.mail_from,
        folder=settings.instance.resolve() / "mail",
    )
    then = stop.next_probe_at.astimezone().strftime("%H:%M:%S %Z")
    if was_tried:
        return f"{says} No mail is lost: each stays, and is tried again from {then} on."
    return (
        f"Nothing was tried: delivery waits until {then}. {says} No mail is lost: each stays, and is tried again then."
    )


def _name_server(settings: Settings) -> str:
    if settings.is_mailing_to_files:
        return "The mail server that was set before"
    return f"The mail server {settings.smtp_host}, port {settings.smtp_port},"
