"""What an installation can set: one frozen object, from config/*.toml and CERTTRACK_* variables."""

import os
import re
import secrets
import tomllib
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from certtrack.errors import BadSettings
from certtrack.resources import get_resource

_DEFAULTS = get_resource("config") / "default.toml"

Environment = Literal["production", "demo", "test"]
Security = Literal["none", "starttls", "tls"]
SecondStepRule = Literal["", "required", "optional"]


class Settings(BaseSettings):
    """Every setting, with the sentence that the README shows. A variable wins over a file."""

    model_config = SettingsConfigDict(
        env_prefix="CERTTRACK_", frozen=True, extra="forbid", use_attribute_docstrings=True
    )

    env: Environment = "production"
    """`production`, `demo` or `test`. Only the last two let the clock be moved."""
    instance: Path = Path("instance")
    """The folder that holds the data: database, mails, packs, imports, evidence."""
    config: Path | None = None
    """A TOML file with settings; default: `config.toml` in the instance, if it is there."""
    packs: Annotated[tuple[str, ...], NoDecode] = ()
    """Shipped rule packs that are used, by key: `*` is anything, an example is named whole. Own ones always are."""
    database_url: str = ""
    """Where the records are. Empty: SQLite in the instance. PostgreSQL: `postgresql+psycopg://USER:PASSWORD@HOST/NAME`."""
    evidence_url: str = ""
    """Where certificates are kept. Empty: `evidence/` in the instance. S3-compatible storage: `s3://BUCKET/FOLDER`."""
    secret_key: str = ""
    """Signs sessions and links. Empty: made once and kept in the instance."""
    second_step: SecondStepRule = ""
    """A second step to sign in, for who sees others' records: `required`, `optional`. Empty: required in production."""
    second_step_from: date | None = None
    """The first day on which it is required, such as `2027-01-31`. Empty: at once."""
    base_url: str = "http://127.0.0.1:8000"
    """The address that mails and links name."""
    host: str = "127.0.0.1"
    """The address that the web server listens on."""
    port: int = Field(8000, ge=1, le=65535)
    """The port that the web server listens on."""
    web_workers: int = Field(2, ge=1, le=64)
    """How many web processes `certtrack up` runs."""
    trusted_proxies: int = Field(0, ge=0, le=8)
    """How many proxies stand in front; their X-Forwarded headers are believed."""
    mail_from: str = "certtrack@localhost"
    """The address that mails come from."""
    smtp_host: str = ""
    """The mail server. Empty: each mail is a file in `instance/mail/`."""
    smtp_port: int = Field(25, ge=1, le=65535)
    """Its port."""
    smtp_username: str = ""
    """The name to sign in with there. Empty: no sign-in."""
    smtp_password: str = ""
    """Its password."""
    smtp_security: Security = "starttls"
    """`none`, `starttls` or `tls`; certificates are checked."""
    mail_deadline_s: float = Field(60, gt=0)
    """Seconds for one whole conversation with the mail server."""
    mail_lease_s: float = Field(300, gt=0)
    """Seconds for which a delivery process holds a mail; must be longer than the deadline."""
    bounce_address: str = ""
    """A mailbox for reports of mails that come back; mails name it as NAME+CODE@DOMAIN. Empty: such mails go unseen."""
    bounce_maildir: Path | None = None
    """A Maildir that such reports arrive in, read every 15 minutes."""
    bounce_imap_host: str = ""
    """An IMAP server that has them, by TLS; certificates are checked. Read every 15 minutes. Empty: none."""
    bounce_imap_port: int = Field(993, ge=1, le=65535)
    """Its port."""
    bounce_imap_username: str = ""
    """The name to sign in with there."""
    bounce_imap_password: str = ""
    """Its password."""
    bounce_imap_folder: str = "INBOX"
    """The folder in which reports arrive."""
    heartbeat_limit_s: float = Field(180, gt=0)
    """Seconds of silence after which the alarm about the scheduler is raised."""
    mail_late_limit_s: float = Field(3600, gt=0)
    """Seconds for which mail that could go, or a job that is due, may wait before the alarm is raised."""
    alarm_webhook: str = ""
    """An address that each alarm is told to, as JSON by POST: `https://..` or `http://..`. Empty: none."""
    alarm_webhook_token: str = ""
    """Sent along as `Authorization: Bearer TOKEN`. Empty: nothing is."""
    alarm_smtp_host: str = ""
    """A mail server that alarms go out by: another than the one for mail. Empty: none."""
    alarm_smtp_port: int = Field(25, ge=1, le=65535)
    """Its port."""
    alarm_smtp_username: str = ""
    """The name to sign in with there. Empty: no sign-in."""
    alarm_smtp_password: str = ""
    """Its password."""
    alarm_smtp_security: Security = "starttls"
    """`none`, `starttls` or `tls`; certificates are checked."""
    alarm_smtp_from: str = ""
    """The address that alarms come from. Empty: that of all mail."""
    alarm_smtp_to: str = ""
    """The address that alarms go to."""
    alarm_every_h: float = Field(4, gt=0)
    """Hours after which an alarm that is still open is told again."""
    clock_file: Path | None = None
    """A file with the seconds by which the clock is moved, for tests. Refused in production."""
    log_format: Literal["json", "text"] = "text"
    """`json` or `text`: how log lines are written, on standard error."""

    @field_validator("smtp_security", "alarm_smtp_security", mode="before")
    @classmethod
    def _fold(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("bounce_address")
    @classmethod
    def _check_bounce_address(cls, value: str) -> str:
        if value and not re.fullmatch(r"[A-Za-z0-9._-]{1,27}@[A-Za-z0-9.-]{1,190}", value):
            raise ValueError("must be NAME@DOMAIN, with at most 27 letters, digits, dots and hyphens before the @")
        return value

    @field_validator("packs", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # likewise
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then variables, then the installation's file, then the defaults that are shipped."""
        files = [_DEFAULTS, *_own_file()]
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=files)

    @property
    def is_production(self) -> bool:
        """True where real people's records are kept."""
        return self.env == "production"

    @property
    def is_second_step_required(self) -> bool:
        """True where whoever sees others' records needs a second step, from `second_step_from` on."""
        return self.second_step == "required" or (self.second_step == "" and self.is_production)

    @property
    def is_https(self) -> bool:
        """True where browsers come over https, whatever stands in between."""
        return self.base_url.startswith("https://")

    @property
    def database(self) -> str:
        """The database's address; SQLite in the instance where none is set."""
        return self.database_url or f"sqlite:///{self.instance.resolve() / 'certtrack.db'}"

    @property
    def is_mailing_to_files(self) -> bool:
        """True where no mail server is set."""
        return not self.smtp_host


def _own_file() -> list[Path]:
    named = os.environ.get("CERTTRACK_CONFIG")
    if named:
        if not Path(named).is_file():
            raise BadSettings(f"CERTTRACK_CONFIG names {named}, and there is no such file.")
        return [Path(named)]
    usual = Path(os.environ.get("CERTTRACK_INSTANCE", "instance")) / "config.toml"
    return [usual] if usual.is_file() else []


def load_settings(**given: Any) -> Settings:  # noqa: ANN401  # each field has its own type; pydantic checks it
    """The settings of this process. Raises BadSettings that names each setting and what is wrong with it."""
    try:
        settings = Settings(**given)
    except ValidationError as error:
        raise BadSettings(_explain(error)) from error
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"The file with the settings isn't TOML: {error}") from error
    if settings.mail_lease_s <= settings.mail_deadline_s:
        raise BadSettings(
            f"CERTTRACK_MAIL_LEASE_S ({settings.mail_lease_s:g}) must be longer than "
            f"CERTTRACK_MAIL_DEADLINE_S ({settings.mail_deadline_s:g}).",
        )
    if settings.clock_file and settings.is_production:
        raise BadSettings("CERTTRACK_CLOCK_FILE moves the clock and is refused in production; take it away.")
    _check_alarm_webhook(settings)
    _check_alarm_mail(settings)
    return settings


def _check_alarm_webhook(settings: Settings) -> None:
    """An alarm that can't be told is found out at the start, not on the day that it is needed."""
    if not settings.alarm_webhook:
        if settings.alarm_webhook_token:
            raise BadSettings("CERTTRACK_ALARM_WEBHOOK_TOKEN is set, and CERTTRACK_ALARM_WEBHOOK isn't.")
        return
    try:
        address = urlsplit(settings.alarm_webhook)
        is_fit = address.scheme in ("http", "https") and bool(address.hostname) and address.port != 0
    except ValueError:
        is_fit = False
    if not is_fit or not _is_plain(settings.alarm_webhook):
        raise BadSettings("CERTTRACK_ALARM_WEBHOOK must be an address such as https://alarms.example.org/certtrack.")
    if address.username is not None:
        raise BadSettings(
            "CERTTRACK_ALARM_WEBHOOK names somebody who signs in; CERTTRACK_ALARM_WEBHOOK_TOKEN is for that."
        )
    if not _is_plain(settings.alarm_webhook_token):
        raise BadSettings("CERTTRACK_ALARM_WEBHOOK_TOKEN may only have letters, digits and signs, without spaces.")


def _check_alarm_mail(settings: Settings) -> None:
    if bool(settings.alarm_smtp_host) != bool(settings.alarm_smtp_to):
        missing = "HOST" if settings.alarm_smtp_to else "TO"
        raise BadSettings(
            f"CERTTRACK_ALARM_SMTP_{missing} is missing: alarms by mail need CERTTRACK_ALARM_SMTP_HOST and _TO."
        )
    for name in ("alarm_smtp_to", "alarm_smtp_from"):
        value = getattr(settings, name)
        if value and not (_is_plain(value) and "@" in value.strip("@")):
            raise BadSettings(f"CERTTRACK_{name.upper()} must be one address, such as office@example.org.")
    ways = [(settings.alarm_smtp_host, settings.alarm_smtp_port), (settings.smtp_host, settings.smtp_port)]
    if settings.alarm_smtp_host and ways[0] == ways[1]:
        raise BadSettings(
            "CERTTRACK_ALARM_SMTP_HOST is the mail server of CERTTRACK_SMTP_HOST: an alarm about it would never "
            "arrive. Name another one, or take it away."
        )


def _is_plain(text: str) -> bool:
    return all("!" <= letter <= "~" for letter in text)


def load_default_packs() -> tuple[str, ...]:
    """The setting `packs` where nobody has set it."""
    return tuple(tomllib.loads(_DEFAULTS.read_text(encoding="utf-8"))["packs"])


def _explain(error: ValidationError) -> str:
    lines = [f"CERTTRACK_{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()]
    return "These settings can't be used:\n" + "\n".join(lines)


def make_instance(settings: Settings) -> Path:
    """Make the instance's folders, readable by their owner only, and say where they are."""
    for name in (".", "mail", "imports", "packs", "evidence"):
        (settings.instance / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    return settings.instance


def load_secret_key(settings: Settings) -> str:
    """The key that signs sessions and links: the setting, else one made once and kept in the instance."""
    if settings.secret_key:
        return settings.secret_key
    file = settings.instance / "secret-key"
    if not file.exists():
        settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_secret_key(file)
    return file.read_text(encoding="ascii")


def _make_secret_key(file: Path) -> None:
    # written whole under another name, then linked: another process never reads half of it, and the first one stands
    new = file.with_name(f"secret-key.{secrets.token_hex(8)}")
    with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as opened:
        opened.write(secrets.token_urlsafe(48))
    with suppress(FileExistsError):
        os.link(new, file)
    new.unlink()
