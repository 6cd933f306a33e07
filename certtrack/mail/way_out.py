"""Which way mails leave from here, and alarms."""

from certtrack.mail.alarm import AlarmMail, AlarmWay
from certtrack.mail.files import FileTransport
from certtrack.mail.transport import Transport
from certtrack.mail.webhook import Webhook
from certtrack.settings import Settings

_ALARM_DEADLINE_S = 10  # whoever tells an alarm keeps other processes running meanwhile


def choose_transport(settings: Settings) -> Transport:
    """The mail server that is set; where none is, files in the instance's folder `mail`."""
    if settings.is_mailing_to_files:
        return FileTransport(settings.instance / "mail")
    from certtrack.mail.smtp import make_transport  # noqa: PLC0415  # Flask is loaded only where a mail server is set

    return make_transport(settings)


def choose_alarm_ways(settings: Settings) -> tuple[AlarmWay, ...]:
    """The ways on which alarms are told beside the pages; none where none is set."""
    ways: list[AlarmWay] = []
    if settings.alarm_webhook:
        ways.append(Webhook(settings.alarm_webhook, settings.alarm_webhook_token, _ALARM_DEADLINE_S))
    if settings.alarm_smtp_host:
        ways.append(_make_alarm_mail(settings))
    return tuple(ways)


def _make_alarm_mail(settings: Settings) -> AlarmMail:
    from certtrack.mail.smtp import SmtpTransport  # noqa: PLC0415  # Flask is loaded only where it is needed

    transport = SmtpTransport(
        host=settings.alarm_smtp_host,
        port=settings.alarm_smtp_port,
        security=settings.alarm_smtp_security,
        username=settings.alarm_smtp_username,
        password=settings.alarm_smtp_password,
        deadline_s=_ALARM_DEADLINE_S,
    )
    return AlarmMail(transport, settings.alarm_smtp_from or settings.mail_from, settings.alarm_smtp_to)
