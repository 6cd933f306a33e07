"""The two servers of `certtrack up`: how they are started, where they answer."""

import errno
import http.client
import os
import socket
import sys
from ipaddress import IPv6Address, ip_address
from pathlib import Path

from certtrack.cli.children import Child
from certtrack.errors import Refused
from certtrack.settings import Settings

_THREADS = "4"  # browsers keep connections open that ask nothing: one must not keep a whole worker waiting
_PATIENCE_S = 1
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  # gunicorn makes its own files in it, unlinked at once


def make_children(settings: Settings) -> tuple[Child, ...]:
    """The web server and the scheduler, not started yet, each run by this same Python."""
    python = (sys.executable, "-P", "-m")
    web = (*python, "gunicorn", "certtrack.wsgi:app", *_web_options(settings))
    return (
        Child("web", web, os.environ),
        Child("scheduler", (*python, "jobs", "schedule"), os.environ),
    )


def check_port(settings: Settings) -> None:
    """Raise Refused where the address can't be listened on, with what to do."""
    try:
        family, kind, _, _, place = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(place)
    except OSError as error:
        raise Refused(_explain(settings, error)) from error


def find_address(settings: Settings) -> str:
    """Where a browser on this machine finds the pages."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104  # read, not bound
    return f"http://{_bracket(host)}:{settings.port}"


def is_answering(settings: Settings) -> bool:
    """True once the web server answers, whatever it says."""
    host = find_address(settings).removeprefix("http://").rpartition(":")[0].strip("[]")
    connection = http.client.HTTPConnection(host, settings.port, timeout=_PATIENCE_S)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _web_options(settings: Settings) -> tuple[str, ...]:
    options = [
        *("--bind", f"{_bracket(settings.host)}:{settings.port}"),
        *("--workers", str(settings.web_workers)),
        *("--worker-class", "gthread", "--threads", _THREADS),
        *("--graceful-timeout", "10"),
        *("--log-level", "warning"),
        "--preload",
        "--no-control-socket",
    ]
    if os.access(_SHARED_MEMORY, os.W_OK):
        options += ["--worker-tmp-dir", str(_SHARED_MEMORY)]  # a slow disk would make a worker look frozen
    return tuple(options)


def _bracket(host: str) -> str:
    try:
        return f"[{host}]" if isinstance(ip_address(host), IPv6Address) else host
    except ValueError:
        return host


def _explain(settings: Settings, error: OSError) -> str:
    place = f"port {settings.port} of {settings.host}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"Something listens on {place} already, perhaps a CertTrack that runs. Stop it, or choose another port: "
            f"CERTTRACK_PORT={settings.port + 1 if settings.port < 65535 else 8000} certtrack up"
        )
    if error.errno == errno.EACCES:
        return f"This user may not listen on {place}; choose a port above 1023 with CERTTRACK_PORT."
    return f"CertTrack can't listen on {place} ({error.strerror}); see that CERTTRACK_HOST is this machine's."
