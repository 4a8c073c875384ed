"""wattdesk tariff, as a person types it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.factories.tariffs import make_proposer, make_releaser
from wattdesk.domains.tariffs import api as tariffs
from wattdesk.domains.tariffs.shipped import FOLDER
from wattdesk.jobs.cli.tariff import tariff

ZHEJIANG = FOLDER / "zhejiang-residential.yaml"
FIRST, SECOND = (FOLDER / f"lanchuan-{day}.yaml" for day in ("2025-01", "2026-07"))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(tariff, [str(argument) for argument in arguments])


class TestCheck:
    def test_of_good_documents_ends_with_nought(self) -> None:
        result = run("check", ZHEJIANG, FOLDER / "hubei-commercial-2026-01.yaml")
        assert result.exit_code == 0
        assert "ZJ-RES from 2012-07-01, 3 price classes, 7 of 7 examples" in result.output
        assert "not checked with the original: the document, sources.PRACTICE" in result.output
        assert result.output.count("warning: ") == 6

    def test_of_a_faulty_document_names_line_and_column(self, tmp_path: Path) -> None:
        text = ZHEJIANG.read_text(encoding="utf-8").replace("cycle: annual", "cycle: yearly", 1)
        file = tmp_path / "wrong.yaml"
        file.write_text(text, encoding="utf-8")
        result = run("check", file)
        assert result.exit_code == 2
        line = next(n for n, t in enumerate(text.splitlines(), 1) if "yearly" in t)
        assert f"{file}:{line}:16: schedules[0].charges[0].cycle: " in result.output

    def test_of_a_wrong_example_shows_both_engines(self, tmp_path: Path) -> None:
        text = ZHEJIANG.read_text(encoding="utf-8").replace("amount: 111.72", "amount: 111.73")
        file = tmp_path / "wrong.yaml"
        file.write_text(text, encoding="utf-8")
        result = run("check", file)
        assert result.exit_code == 2
        assert result.output.count(": R02: ") == 2
        assert "6 of 7 examples" in result.output

    def test_refuses_what_is_no_text(self, tmp_path: Path) -> None:
        gbk = tmp_path / "gbk.yaml"
        gbk.write_bytes("浙江".encode("gbk"))
        large = tmp_path / "large.yaml"
        large.write_bytes(b"#" * 2_000_001)
        for file, words in ((gbk, "is not UTF-8 text"), (large, "larger than 2000000 bytes")):
            result = run("check", file)
            assert result.exit_code == 1
            assert words in result.output
        assert run("check", tmp_path).exit_code == 2


class TestSchema:
    def test_is_printed(self) -> None:
        printed = json.loads(run("schema").output)
        assert printed["title"] == "Wattdesk tariff document"


@pytest.mark.django_db
class TestReleasing:
    def test_takes_two_people(self) -> None:
        proposer, releaser = make_proposer(), make_releaser()
        words = ("--reason", "new prices")
        result = run("propose", FIRST, "--as", releaser.username, *words)
        assert (result.exit_code, tariffs.find_version("LC-2026").state) == (0, "PROPOSED")

        same = run("release", "LC-2026", 1, "--as", releaser.username, *words)
        assert same.exit_code == 2
        assert "[tariffs.same_person]" in same.output
        weak = run("release", "LC-2026", 1, "--as", proposer.username, *words)
        assert weak.exit_code == 2
        assert tariffs.find_version("LC-2026").state == "PROPOSED"

        other = make_releaser()
        result = run("release", "LC-2026", 1, "--as", other.username, *words)
        assert result.output == "LC-2026 1 is in force from 2025-01-01.\n"

    def test_can_be_turned_down(self) -> None:
        run("propose", FIRST, "--as", make_proposer().username, "--reason", "new prices")
        result = run("reject", "LC-2026", 1, "--as", make_releaser().username, "--reason", "wrong")
        assert result.output == "LC-2026 1 is rejected.\n"
        assert tariffs.find_version("LC-2026").reason == "wrong"

    def test_shows_lists_texts_and_differences(self) -> None:
        proposer, releaser = make_proposer().username, make_releaser().username
        for number, file in enumerate((FIRST, SECOND), 1):
            run("propose", file, "--as", proposer, "--reason", "x")
            run("release", "LC-2026", number, "--as", releaser, "--reason", "x")
        listed = run("list").output
        assert "from 2025-01-01 to 2026-07-01" in listed
        assert "LC-RES-TOU" in listed
        assert FIRST.read_text(encoding="utf-8") in run("show", "LC-2026", 1).output
        assert SECOND.read_text(encoding="utf-8") in run("show", "LC-2026").output
        assert "+        prices: [0.548, 0.598, 0.848]" in run("diff", "LC-2026").output

    def test_refuses_a_faulty_document_by_line(self, tmp_path: Path) -> None:
        file = tmp_path / "wrong.yaml"
        file.write_text("wattdesk: tariff/1\n", encoding="utf-8")
        result = run("propose", file, "--as", make_proposer().username, "--reason", "x")
        assert result.exit_code == 2
        assert "1:1: " in result.output
        assert tariffs.list_versions() == []

    def test_refuses_an_unknown_version(self) -> None:
        assert run("show", "NOPE").exit_code == 2
