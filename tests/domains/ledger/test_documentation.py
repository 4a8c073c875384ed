"""The figures in docs/domain/posting.md and bill-on-paper.md are what the program does."""

import re
from pathlib import Path

from wattdesk.kernel.posting import BILL_RELEASED, entries_of
from wattdesk.kernel.values.chinese_amount import capital_words

DOCS = Path(__file__).resolve().parents[3] / "docs" / "domain"


class TestPostingPage:
    def test_shows_what_the_template_makes(self):
        rows = re.findall(
            r"^\| ([DC]) \| (\w+) \| (\d+) \|$", (DOCS / "posting.md").read_text("utf-8"), re.M
        )
        made = [
            (str(entry.side), entry.ledger_account, str(entry.amount_fen))
            for amounts in ((15_582_294, 949_200), (-27_720, 0))
            for entry in entries_of(
                BILL_RELEASED, dict(zip(("revenue_fen", "funds_fen"), amounts, strict=True))
            )
        ]
        assert rows == made


class TestBillOnPaperPage:
    def test_shows_the_words_that_are_printed(self):
        text = (DOCS / "bill-on-paper.md").read_text("utf-8")
        rows = re.findall(r"^\| (-?\d+) \| (\S+) \|$", text, re.M)
        assert len(rows) == 5
        assert [capital_words(int(fen)) for fen, _words in rows] == [words for _fen, words in rows]
