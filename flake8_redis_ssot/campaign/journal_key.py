"""The key that marks a journal as this user's, kept outside of every project.

A repository can hold a folder that looks like a campaign's; what its journal says would be written, deleted and run.
So each record carries a message authentication code (RFC 2104, with SHA-256) made with a key that only this user has.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import sys

from flake8_redis_ssot.files.atomic_write import read_own

_FILE = "journal.key"
_KEY_BYTES = 32


def state_folder() -> str:
    """Where the key is kept: `REDIS_SSOT_STATE_DIR`, or a folder for this tool among the user's (XDG) state files."""
    if own := os.environ.get("REDIS_SSOT_STATE_DIR"):
        return own
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~")
    else:
        base = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return os.path.join(base, "redis-ssot")


def load_key() -> bytes | None:
    """The key; None if there is none yet. Raises OSError if it can't be read."""
    try:
        key = read_own(os.path.join(state_folder(), _FILE))
    except FileNotFoundError:
        return None
    return key if len(key) == _KEY_BYTES else None


def ensure_key() -> bytes:
    """The key, which is made on first use and readable by this user only. Raises OSError."""
    folder = state_folder()
    os.makedirs(folder, mode=0o700, exist_ok=True)
    path, own = os.path.join(folder, _FILE), os.path.join(folder, f"{_FILE}.{os.getpid()}")
    if (known := load_key()) is not None:
        return known
    with open(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(secrets.token_bytes(_KEY_BYTES))
    try:
        os.link(own, path)  # unlike a rename this fails if another process was faster
    except FileExistsError:
        pass
    finally:
        os.unlink(own)
    return read_own(path)


def authenticate(key: bytes, root: str, record: str) -> str:
    """The code of a record (JSON) in the journal of the project at `root`."""
    message = "\0".join((os.path.realpath(root), record))
    return hmac.new(key, message.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def is_authentic(key: bytes | None, root: str, record: str, code: object) -> bool:
    """Whether the code of a record was made with the key."""
    if key is None or not isinstance(code, str):
        return False
    return hmac.compare_digest(authenticate(key, root, record).encode(), code.encode("utf-8", "replace"))
