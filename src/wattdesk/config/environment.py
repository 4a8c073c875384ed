"""What the environment says; production-safe where it says nothing."""

import os
import secrets
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]


def text(name: str, default: str = "") -> str:
    return os.environ.get(f"WATTDESK_{name}", default)


def flag(name: str, *, default: bool = False) -> bool:
    return text(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


def var_folder() -> Path:
    """Where everything lies that is not code: database, drafts, curves, keys, built files."""
    return Path(text("VAR", str(PROJECT / "var"))).resolve()


def secret(name: str) -> str:
    """A secret from the environment, or one made once and kept under ``var/keys`` (mode 0600)."""
    given = text(name)
    if given:
        return given
    path = var_folder() / "keys" / name.lower()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # O_EXCL: of two processes that start at once, one makes the key and both read it.
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return _read_when_written(path)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return _read_when_written(path)


def _read_when_written(path: Path) -> str:
    for _ in range(1000):
        content = path.read_text().strip()
        if content:
            return content
    raise RuntimeError(f"the key file {path} is empty: remove it and start again")
