"""wattdesk serve: what it refuses to start on, and how it keeps its processes."""

import json
import signal
import socket
import sys
import time

import click
import pytest

from wattdesk.jobs.cli import server


@pytest.fixture
def child():
    """Make a child process of a Python line; all are ended after the test."""
    made: list[server.Child] = []

    def make(line: str) -> server.Child:
        one = server.Child("test", [sys.executable, "-c", line])
        made.append(one)
        return one

    yield make
    for one in made:
        one.end(signal.SIGKILL)
        if one.process is not None:
            one.process.wait()


def wait_for(condition, seconds: float = 5) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


class TestPort:
    def test_in_use_is_said_before_anything_is_started(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            with pytest.raises(click.ClickException, match=f"Port {port}"):
                server.require_free("127.0.0.1", port)

    def test_free_is_free_again_after_the_question(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server.require_free("127.0.0.1", port)
        server.require_free("127.0.0.1", port)
        assert not server.answers("127.0.0.1", port)


class TestReady:
    @pytest.mark.django_db
    def test_passes_with_all_tables(self):
        server.require_ready()

    @pytest.mark.django_db
    def test_names_the_command_when_migrations_wait(self, monkeypatch):
        from django.db.migrations.executor import MigrationExecutor

        monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *_: [1, 2])
        with pytest.raises(click.ClickException, match=r"2 migrations\. Run: wattdesk database"):
            server.require_ready()

    @pytest.mark.django_db
    def test_names_the_command_when_the_front_end_is_not_built(self, settings, tmp_path):
        settings.STATIC_ROOT = tmp_path
        with pytest.raises(click.ClickException, match="make static"):
            server.require_ready()


class TestChild:
    def test_is_started_anew_when_it_dies(self, child, capsys):
        one = child("import time; time.sleep(60)")
        one.keep_up()
        first = one.process.pid
        one.end(signal.SIGKILL)
        wait_for(lambda: one.process.poll() is not None)
        assert one.keep_up()
        assert one.process.pid != first
        assert "starting it anew" in capsys.readouterr().out

    def test_is_given_up_when_it_dies_again_and_again(self, child, capsys):
        one = child("raise SystemExit(3)")
        for _ in range(server.RESTARTS + 1):
            assert one.keep_up()
            one.process.wait()
        assert not one.keep_up()
        assert "keeps ending" in capsys.readouterr().err

    def test_that_will_not_end_is_killed(self, child, monkeypatch):
        monkeypatch.setattr(server, "STOP_SECONDS", 0.5)
        one = child(
            "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
            "print('up', flush=True); time.sleep(60)"
        )
        one.start()
        time.sleep(0.3)
        server.end_all([one])
        assert one.process.returncode in {-signal.SIGKILL, -signal.SIGTERM}

    def test_one_that_gives_up_ends_them_all(self, child, monkeypatch):
        good, bad = child("import time; time.sleep(60)"), child("raise SystemExit(3)")
        assert server.supervise([good, bad], "127.0.0.1", 1) == 1
        assert good.process.poll() is not None


class TestPeople:
    def test_are_listed_when_the_demonstration_left_their_names(self, settings, tmp_path):
        settings.VAR = tmp_path
        assert server.demo_people() == []
        person = {"username": "wang", "password": "pw-1", "name": "王", "role": "核算员"}
        (tmp_path / "demo.json").write_text(json.dumps({"people": [person]}), "utf-8")
        (line,) = server.demo_people()
        assert line.split() == ["wang", "pw-1", "核算员", "王"]
