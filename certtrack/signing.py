"""Short signatures for addresses and links: nothing is stored, and nobody without the key can make one."""

import hmac
from base64 import b32encode
from dataclasses import dataclass, field
from hashlib import sha256

_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs with one key, for one purpose."""

    key: bytes = field(repr=False)

    def sign(self, *parts: str) -> str:
        """16 lower-case letters and digits (base32) for these parts, in this order."""
        text = "".join(f"{len(part)}:{part}" for part in parts)
        return b32encode(hmac.digest(self.key, text.encode(), sha256)).decode("ascii").lower()[:_LENGTH]

    def is_signed(self, token: str, *parts: str) -> bool:
        """True where `token` is the signature of these parts; takes as long whatever is wrong with it."""
        return hmac.compare_digest(token.encode(errors="replace"), self.sign(*parts).encode())


def make_signer(secret_key: str, purpose: str) -> Signer:
    """A signer whose key is made of the installation's for that purpose: what one signs no other does."""
    return Signer(hmac.digest(secret_key.encode(), purpose.encode(), sha256))
