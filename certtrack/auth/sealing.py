"""What must be read again and by nobody else: sealed with a key that is made of the installation's."""

import base64
import hmac
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken

from certtrack.settings import Settings, load_secret_key


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals texts, and makes digests of those that are only compared; both with one key, for one purpose."""

    key: bytes = field(repr=False)

    def seal(self, text: str) -> str:
        """The text, unreadable without the key, and another one each time."""
        return self._fernet().encrypt(text.encode()).decode("ascii")

    def unseal(self, sealed: str) -> str | None:
        """The text; None where it was changed, or sealed with another key."""
        try:
            return self._fernet().decrypt(sealed).decode()
        except InvalidToken:
            return None

    def digest(self, *parts: str) -> str:
        """64 hexadecimal digits: the same for the same parts in this order, and nothing without the key."""
        text = "".join(f"{len(part)}:{part}" for part in parts)
        return hmac.new(self._make_key("digest"), text.encode(), sha256).hexdigest()

    def _fernet(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self._make_key("seal")))

    def _make_key(self, use: str) -> bytes:
        return hmac.digest(self.key, use.encode(), sha256)


def make_sealer(settings: Settings, purpose: str) -> Sealer:
    """A sealer for that purpose; what one has sealed no other opens."""
    return Sealer(hmac.digest(load_secret_key(settings).encode(), f"certtrack.{purpose}".encode(), sha256))
