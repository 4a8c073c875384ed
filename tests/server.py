"""Pytest plugin: a private database server for each run.

Without DATABASE_URL the controller (or a plain run) starts an embedded server in a folder of its
own and stops it at the end, so two runs in one checkout never meet. With DATABASE_URL that server
is used: CI does this with Debian's PostgreSQL 15. Settings are read after this plugin has loaded.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ["WATTDESK_AS_OWNER"] = "1"

if "WATTDESK_TEST_VAR" not in os.environ:
    folder = Path(tempfile.mkdtemp(prefix="wattdesk-test-"))
    folder.chmod(0o711)  # the server may run as another user and must reach its folder
    project_static = Path(__file__).resolve().parents[1] / "var" / "static"
    if project_static.exists():
        (folder / "static").symlink_to(project_static)
    os.environ["WATTDESK_TEST_VAR"] = str(folder)
    os.environ["WATTDESK_VAR"] = str(folder)
    if not os.environ.get("DATABASE_URL"):
        from wattdesk.toolkit import localdb

        server = localdb.LocalServer(folder / "pg")
        server.create()
        # Nothing here has to outlive a power cut; the crash tests have servers of their own.
        with (server.data / "postgresql.auto.conf").open("a") as settings:
            settings.write("fsync = off\nfull_page_writes = off\nsynchronous_commit = off\n")
        server.start()

        def stop_server() -> None:
            server.stop()
            shutil.rmtree(folder, ignore_errors=True)

        atexit.register(stop_server)
