"""The printed bill: what stands on it, in which words, and that nothing is lost on the way."""

import re
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from pypdf import PdfReader

from tests.factories.bill_documents import firm_bill, home_bill
from wattdesk.domains.billing.data import BillDocument, Text
from wattdesk.domains.billing.printing.bill_pdf import render_batch, render_bill
from wattdesk.domains.billing.printing.bill_view import LABELS_FILE, labels, view
from wattdesk.toolkit.typesetting import TypesettingFailed


def text_of(document: BillDocument, language: str = "zh-hans", **options: Any) -> str:
    reader = PdfReader(BytesIO(render_bill(document, language=language, **options)))
    return "\n".join(page.extract_text() for page in reader.pages)


def has(text: str, *wanted: str) -> bool:
    """All the texts, whatever spaces and line ends stand between their characters."""
    bare = re.sub(r"\s", "", text)
    missing = [word for word in wanted if re.sub(r"\s", "", word) not in bare]
    assert not missing, missing
    return True


class TestLabels:
    def test_every_text_has_both_languages(self) -> None:
        def check(entry: Any) -> None:
            if entry.keys() <= {"zh", "en"}:
                assert entry.get("zh") and entry.get("en"), entry
                places = [sorted(re.findall(r"{\w+}", str(entry[key]))) for key in ("zh", "en")]
                assert places[0] == places[1], entry
            else:
                for inner in entry.values():
                    check(inner)

        check(yaml.safe_load(LABELS_FILE.read_text(encoding="utf-8")))

    def test_a_third_language_is_not_made_up(self) -> None:
        with pytest.raises(KeyError):
            labels("fr")


class TestFirmBill:
    @pytest.fixture
    def text(self) -> str:
        return text_of(firm_bill())

    def test_names_the_three_dates_and_the_due_date_in_full(self, text: str) -> None:
        assert has(
            text, "用电周期（末日不计）", "2026-10-01 – 2026-11-01 31 天", "应收年月 2026-11",
            "发行日期 2026-11-04", "应缴日 2026-11-20",
        )  # fmt: skip

    def test_shows_who_is_billed_for_what(self, text: str) -> None:
        assert has(
            text, "澜川供电公司", "户号 3701 0042 8816", "370100428816", "ZD-2026-11-0042881601",
            "澜川恒瑞精密铸造有限公司", "付款方 恒瑞控股集团 财务共享中心", "两部制 1–10 kV",
            "HB-AGENT-2026-01 第 3 版", "10 kV 1,000 kVA",
        )  # fmt: skip

    def test_says_register_difference_ratio_and_quantity(self, text: str) -> None:
        assert has(
            text, "有功总 4,812.36 4,917.36 105.00 2,000 210,000 kWh",
            "正向无功 1,608.20 1,642.70 34.50 2,000 69,000 kvarh",
            "最大需量 — 0.371 — 2,000 742 kW",
        )  # fmt: skip

    def test_lists_every_line_and_every_groups_sum_in_the_papers_order(self, text: str) -> None:
        assert has(
            text, "电能量 83,922.13", "18,000 kWh 0.76894 13,840.92", "上网环节线损 2,977.98",
            "输配电费 52,823.00", "容量电费 1,000 kVA 26.30 26,300.00",
            "系统运行与功率因数 16,099.83", "157,000.44 元 −0.75% −1,177.50",
            "政府性基金及附加 9,492.00",
        )  # fmt: skip
        places = [
            text.index(word) for word in ("1 读数", "2 费用", "电能量", "农网还贷资金", "怎样")
        ]
        assert places == sorted(places)

    def test_gives_the_total_in_figures_and_in_capital_words(self, text: str) -> None:
        assert has(text, "165,314.94 元", "大写金额 壹拾陆万伍仟叁佰壹拾肆元玖角肆分")

    def test_says_how_each_line_was_computed_and_from_what(self, text: str) -> None:
        assert has(
            text, "52,000 × 0.572860 = 29,788.72", "0.9500 → 0.95",
            "[3] 水电财字〔1983〕215 号 调整率表",
        )  # fmt: skip

    def test_names_both_hotlines_and_both_signatures(self, text: str) -> None:
        assert has(text, "95598", "12398", "核算 王若溪", "发行 周启明")

    def test_counts_its_pages(self, text: str) -> None:
        assert has(text, "第 1 页，共 2 页", "第 2 页，共 2 页")


class TestHomeBill:
    @pytest.fixture
    def text(self) -> str:
        return text_of(home_bill())

    def test_fits_one_page(self, text: str) -> None:
        assert has(text, "第 1 页，共 1 页")

    def test_shows_old_and_new_meter_in_rows_of_their_own(self, text: str) -> None:
        assert has(
            text, "表 3302 8190 7744 2026-10-08 – 2026-10-20", "有功总 99,870.50 99,999.50 129.00",
            "表 3302 9000 0112 2026-10-20 – 2026-11-08", "有功总 0.00 221.00 221.00", "换表",
        )  # fmt: skip

    def test_says_where_the_account_stands_in_its_blocks(self, text: str) -> None:
        assert has(
            text,
            "已用 2,950 kWh（含本期 350 kWh），在二档，本档还剩 1,850 kWh；2027-01-01 起重新累计。",
        )

    def test_prints_rare_characters_of_names(self, text: str) -> None:
        assert has(text, "实际用电人 王䶮")

    def test_can_be_masked(self) -> None:
        masked = text_of(home_bill(), masked=True)
        assert has(masked, "欧**兰", "桐荫路 *号")
        assert "欧阳若兰" not in masked


class TestEnglish:
    def test_has_every_fixed_text_in_english(self) -> None:
        text = text_of(home_bill(), "en")
        assert has(
            text, "Electricity bill 2026-11", "Service period (last day excluded)", "31 days",
            "Receivable month", "Amount due", "One hundred sixty-nine and 10/100",
            "壹佰陆拾玖元壹角整", "Peak energy", "2,950 kWh used (350 in this bill), in block 2",
            "meter exchanged", "Page 1 of 1", "95598", "12398",
        )  # fmt: skip
        for label in ("户号", "应收", "读数", "费用", "依据", "有功"):
            assert label not in text


class TestDraft:
    def test_says_so_and_has_no_number_of_its_own(self) -> None:
        draft = home_bill(is_draft=True, number="", released_at=None, released_by="")
        text = text_of(draft)
        assert has(text, "草稿", "未发行 不作收费凭据", "账单编号 —", "发行日期 —")
        assert "发行 周启明" not in text
        assert "DRAFT" in text_of(draft, "en")

    def test_a_released_bill_does_not(self) -> None:
        assert "草稿" not in text_of(home_bill())


class TestUnusualBills:
    def test_a_credit_says_that_it_is_one(self) -> None:
        line = home_bill().lines[0]
        text = text_of(home_bill(total_fen=-34_375, lines=(line,)))
        assert has(text, "应退合计 −343.75", "负叁佰肆拾叁元柒角伍分")

    def test_a_bill_of_nothing_has_no_mean_price(self) -> None:
        text = text_of(home_bill(total_fen=0, energy_kwh=Decimal(0), lines=(), readings=()))
        assert has(text, "0.00 元", "零元整", "本期没有费用。", "本期没有读数。")
        assert "均价" not in text

    def test_only_what_is_owed_asks_for_payment(self) -> None:
        assert "逾期" in text_of(home_bill())
        assert "逾期" not in text_of(home_bill(total_fen=0))
        assert "逾期" not in text_of(home_bill(total_fen=-5))

    def test_voltages_are_words_not_codes(self) -> None:
        text = text_of(home_bill(voltage="LT1KV"))
        assert has(text, "不满1千伏 8 kVA")
        assert has(text_of(home_bill(voltage="LT1KV"), "en"), "below 1 kV 8 kVA")

    def test_a_band_that_the_lines_name_says_already_is_not_repeated(self) -> None:
        rows = view(home_bill(), language="zh-hans")["groups"][0]["rows"]
        assert [(row["name"], row["band_name"]) for row in rows] == [
            ("峰段电量电费", ""),
            ("谷段电量电费", ""),
            ("第二档加价", ""),
        ]
        firm = view(firm_bill(), language="en")["groups"][0]["rows"]
        assert [row["band_name"] for row in firm] == ["sharp", "peak", "flat", "valley"]

    def test_interval_data_has_no_register(self) -> None:
        row = home_bill().readings[0]
        curve = type(row)(
            **{name: getattr(row, name) for name in row.__slots__}
            | {"last": None, "this": None, "meter_number": ""}
        )
        assert has(text_of(home_bill(readings=(curve,))), "有功总 曲线电量 1 129 kWh")

    def test_behind_a_rollover_the_billed_difference_stands(self) -> None:
        row = home_bill().readings[0]
        turned = type(row)(
            **{name: getattr(row, name) for name in row.__slots__}
            | {"last": Decimal("99990.00"), "this": Decimal("15.50"), "quantity": Decimal("25.5"),
               "marks": ("ROLLOVER",)}
        )  # fmt: skip
        text = text_of(home_bill(readings=(turned,), marks=("ROLLOVER",)))
        assert has(text, "有功总 翻转 99,990.00 15.50 25.50 1 25.50 kWh", "示数已走满")

    def test_blocks_beyond_the_last_limit_have_nothing_left(self) -> None:
        block = view(home_bill(block_used_kwh=Decimal(6000)), language="zh-hans")["block"]
        assert block["sentence"] == (
            "已用 6,000 kWh（含本期 350 kWh），在三档；2027-01-01 起重新累计。"
        )
        assert (block["used"], block["before"]) == (10_000, 9416)
        assert [limit["place"] for limit in block["limits"]] == [4600, 8000]

    def test_exactly_at_a_limit_is_still_inside_the_block(self) -> None:
        block = view(home_bill(block_used_kwh=Decimal(2760)), language="zh-hans")["block"]
        assert "在一档，本档还剩 0 kWh" in block["sentence"]

    def test_blocks_of_a_month_name_no_reset(self) -> None:
        block = view(home_bill(block_year_start=None), language="en")["block"]
        assert block["title"] == "Blocks of the period"
        assert block["sentence"].endswith("left in it.")

    def test_a_block_year_from_a_leap_day_starts_anew_on_the_first_of_march(self) -> None:
        bill = home_bill(block_year_start=date(2024, 2, 29))
        assert "2025-03-01" in view(bill, language="zh-hans")["block"]["sentence"]

    def test_a_long_bill_goes_on_over_its_pages(self) -> None:
        lines = tuple(
            type(line)(
                **{name: getattr(line, name) for name in line.__slots__}
                | {"position": n, "group_name": Text(f"第 {n // 5} 组", f"group {n // 5}")}
            )
            for n, line in enumerate(home_bill().lines * 40, 1)
        )
        text = text_of(home_bill(lines=lines))
        pages = int(re.findall(r"共(\d+)页", re.sub(r"\s", "", text))[0])
        assert pages >= 4
        assert has(text, f"第 {pages} 页，共 {pages} 页", "续", "120 第二档加价")


class TestFile:
    def test_is_the_same_for_the_same_bill(self) -> None:
        assert render_bill(home_bill(), language="en") == render_bill(home_bill(), language="en")

    def test_can_be_read_aloud(self) -> None:
        reader = PdfReader(BytesIO(render_bill(firm_bill(), language="zh-hans")))
        root = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert root["/Lang"] == "zh-CN"
        assert "/StructTreeRoot" in root
        assert reader.metadata.title == "电费账单 2026-11 3701 0042 8816"

    def test_carries_its_fonts_within(self) -> None:
        reader = PdfReader(BytesIO(render_bill(home_bill(), language="zh-hans")))
        for font in reader.pages[0]["/Resources"]["/Font"].values():
            descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
            assert "/FontFile3" in descriptor or "/FontFile2" in descriptor

    def test_a_name_that_cannot_be_printed_is_refused_not_boxed(self) -> None:
        with pytest.raises(TypesettingFailed, match="could not be displayed"):
            render_bill(home_bill(holder="王\U0010fffd"), language="zh-hans")


class TestBatch:
    def test_is_one_file_in_which_every_bill_counts_its_own_pages(self, tmp_path: Path) -> None:
        documents = (
            (firm_bill if n % 10 == 0 else home_bill)(account_number=f"77{n:010d}")
            for n in range(60)
        )
        file = tmp_path / "segment.pdf"
        assert render_batch(documents, file, language="zh-hans", workers=2) == 66
        reader = PdfReader(file)
        texts = [page.extract_text() for page in reader.pages]
        assert len(texts) == 66
        assert has(texts[0], "770000000000", "第 1 页，共 2 页")
        assert has(texts[1], "770000000000", "第 2 页，共 2 页")
        assert has(texts[2], "770000000001", "第 1 页，共 1 页")
        assert has(texts[-1], "770000000059", "第 1 页，共 1 页")
        assert "/StructTreeRoot" not in reader.trailer["/Root"]
        assert [entry.name for entry in tmp_path.iterdir()] == ["segment.pdf"]

    def test_is_the_same_for_the_same_bills(self, tmp_path: Path) -> None:
        for name in ("a.pdf", "b.pdf"):
            render_batch([home_bill(), firm_bill()], tmp_path / name, language="en")
        assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()

    def test_of_no_bills_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="no bill"):
            render_batch([], tmp_path / "none.pdf", language="en")
        assert not list(tmp_path.iterdir())
