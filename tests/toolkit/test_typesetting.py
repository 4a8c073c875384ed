"""Typst: warnings are errors, the same input gives the same bytes, parts become one file."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from pypdf import PdfReader

from wattdesk.toolkit.typesetting import TypesettingFailed, compile_parts, compile_pdf

AT = datetime(2026, 11, 4, 1, 5, tzinfo=UTC)
PLAIN = """
#let data = json(bytes(sys.inputs.data))
#set document(title: "t")
#set text(font: "Noto Sans SC", lang: "zh")
#for page in data.pages [#pagebreak(weak: true) #page]
"""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    file = tmp_path / "plain.typ"
    file.write_text(PLAIN, encoding="utf-8")
    return file


class TestCompilePdf:
    def test_sets_text_that_can_be_read_back(self, template: Path, tmp_path: Path) -> None:
        file = tmp_path / "a.pdf"
        file.write_bytes(compile_pdf(template, {"pages": ["王䶮 165,314.94"]}, at=AT))
        assert PdfReader(file).pages[0].extract_text() == "王䶮 165,314.94"

    def test_gives_the_same_bytes_for_the_same_moment(self, template: Path) -> None:
        first = compile_pdf(template, {"pages": ["一"]}, at=AT)
        shanghai = AT.astimezone(timezone(timedelta(hours=8)))
        assert compile_pdf(template, {"pages": ["一"]}, at=shanghai) == first
        assert compile_pdf(template, {"pages": ["一"]}, at=AT + timedelta(seconds=1)) != first

    @pytest.mark.parametrize("with_tags", [True, False])
    def test_refuses_a_character_that_no_font_holds(self, template: Path, with_tags: bool) -> None:
        with pytest.raises(TypesettingFailed, match="could not be displayed"):
            compile_pdf(template, {"pages": ["王\U0010fffd"]}, at=AT, with_tags=with_tags)

    def test_refuses_an_unknown_font(self, tmp_path: Path) -> None:
        file = tmp_path / "font.typ"
        file.write_text('#set document(title: "t")\n#set text(font: "No Such Font")\na')
        with pytest.raises(TypesettingFailed, match="unknown font family"):
            compile_pdf(file, {}, at=AT)

    def test_refuses_a_template_with_a_fault(self, tmp_path: Path) -> None:
        file = tmp_path / "fault.typ"
        file.write_text("#nothing-of-that-name")
        with pytest.raises(TypesettingFailed, match=r"fault\.typ"):
            compile_pdf(file, {}, at=AT)

    @pytest.mark.parametrize("data", [{"a": 0.1}, {"a": [{"b": 0.1}]}, {"a": {"b": (0.1,)}}])
    def test_refuses_float(self, template: Path, data: dict[str, object]) -> None:
        with pytest.raises(TypesettingFailed, match="float"):
            compile_pdf(template, data, at=AT)


class TestCompileParts:
    def test_puts_all_parts_into_one_file_in_order(self, template: Path, tmp_path: Path) -> None:
        file = tmp_path / "all.pdf"
        parts = ({"pages": [f"{part}-{page}" for page in range(3)]} for part in range(9))
        assert compile_parts(template, parts, file, at=AT, workers=2) == 27
        texts = [page.extract_text() for page in PdfReader(file).pages]
        assert texts == [f"{part}-{page}" for part in range(9) for page in range(3)]

    def test_leaves_nothing_behind_when_a_part_cannot_be_set(
        self, template: Path, tmp_path: Path
    ) -> None:
        file = tmp_path / "all.pdf"
        parts = [{"pages": ["一"]}, {"pages": ["\U0010fffd"]}]
        with pytest.raises(TypesettingFailed, match="could not be displayed"):
            compile_parts(template, parts, file, at=AT, workers=1)
        assert [entry.name for entry in tmp_path.iterdir()] == [template.name]
