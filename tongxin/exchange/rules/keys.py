"""授权的钥匙。 The key of each grant, from the instance's one secret, and what is made with it; pure."""

import hashlib
import hmac

from tongxin.identity.rules import subkey


def grant_key(*, number: str, secret: bytes) -> bytes:
    """一份授权的钥匙，32 字节。 The key of one grant: for its seal, and for the digests of whom it reached."""
    return subkey(secret, f"grant {number}")


def request_digest(*, key: bytes, person: str, office: str, token: str) -> bytes:
    """请求号的摘要，32 字节。 The digest of a caller's request number under a grant's key: another caller's is another."""
    return hmac.digest(key, f"{person}\x00{office}\x00{token}".encode(), hashlib.sha256)
