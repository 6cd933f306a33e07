"""Codes that an app makes of a shared secret and the time (TOTP, RFC 6238), and the picture that hands it over."""

from dataclasses import dataclass
from datetime import datetime

import segno
from passlib.exc import TokenError
from passlib.totp import TOTP

ISSUER = "CertTrack"
_OFF_BY_S = 30
"""A code of the step before or after the present one is taken, too: a phone's clock may be a little off."""


@dataclass(frozen=True, slots=True)
class QrPicture:
    """A QR code as one SVG path of dark modules, in a square of `size` units that includes its quiet zone."""

    size: int
    path: str


def make_secret() -> str:
    """A new secret of 160 bits, as apps take it: letters and digits (base32)."""
    return str(TOTP.new().base32_key)


def find_step(secret: str, code: str, at: datetime) -> int | None:
    """The time step of which `code` is the code, near `at`; None where it is none. Spaces in a code don't matter."""
    try:
        return int(_open(secret).match("".join(code.split()), time=at, window=_OFF_BY_S).counter)
    except TokenError:
        return None


def make_code(secret: str, at: datetime) -> str:
    """The code that the app shows at that moment: 6 digits."""
    return str(_open(secret).generate(time=at).token)


def make_uri(secret: str, sign_in_name: str) -> str:
    """What the picture says to the app: `otpauth://totp/..`."""
    return str(_open(secret).to_uri(label=sign_in_name, issuer=ISSUER))


def group_secret(secret: str) -> str:
    """The secret in groups of four, to be typed."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def draw_qr(text: str) -> QrPicture:
    """The QR code of a text, large enough to be read from a screen that is a little dirty."""
    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=4)]
    dark = [f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark]
    return QrPicture(len(rows), "".join(dark))


def _open(secret: str) -> TOTP:
    return TOTP(key=secret, format="base32", issuer=ISSUER)
