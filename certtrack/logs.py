"""Structured log lines on standard error: an event's name and its ids, never a name, an address or a body."""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog

from certtrack.errors import CertTrackError

# A key that may carry personal data is a mistake in the calling code, so it is refused, not masked.
_PERSONAL = frozenset({"name", "address", "email", "subject", "body", "phone", "password", "token", "to"})


class PersonalDataInLog(CertTrackError):
    """A log line was given a field that may hold personal data; log the id instead."""


def _refuse_personal(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if found := _PERSONAL & event.keys():
        raise PersonalDataInLog(f"{', '.join(sorted(found))} may not be logged; log an id.")
    return event


def _trace(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    # kinds and places only: what an error says may name somebody, a database's words about a taken key always do
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    elif isinstance(error, tuple):
        error = error[1]
    lines: list[str] = []
    while isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)
        lines += [f"{type(error).__name__}:", *(f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames)]
        error = error.__cause__ or error.__context__
    if lines:
        event["exception"] = "\n".join(lines)
    return event


def configure_logs(log_format: Literal["json", "text"]) -> None:
    """Set up logging for this process, once, at its start."""
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if log_format == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _refuse_personal,
            _trace,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # what it is by then, not what it was at the start
        cache_logger_on_first_use=False,
    )


def get_log(**fields: object) -> structlog.typing.FilteringBoundLogger:
    """A logger whose lines all carry `fields`."""
    log: structlog.typing.FilteringBoundLogger = structlog.get_logger(**fields)
    return log
