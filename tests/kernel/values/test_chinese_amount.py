"""Amounts in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattdesk.kernel.values.chinese_amount import capital_words, english_words

VALUES = {c: n for n, c in enumerate("零壹贰叁肆伍陆柒捌玖")}
PLACES = {"拾": 10, "佰": 100, "仟": 1000}


def read_back(words: str) -> int:
    """Fen from 大写金额, read the way a cashier does; written apart from the code it checks."""
    negative = words.startswith("负")
    yuan_words, _, rest = words.removeprefix("负").rpartition("元")
    total = _number(yuan_words) * 100
    digit = 0
    for sign in rest:
        if sign == "角":
            total += digit * 10
        elif sign == "分":
            total += digit
        elif sign != "整":
            digit = VALUES[sign]
    return -total if negative else total


def _number(words: str) -> int:
    if "亿" in words:
        high, _, low = words.partition("亿")
        return _number(high) * 10**8 + _number(low)
    if "万" in words:
        high, _, low = words.partition("万")
        return _number(high) * 10**4 + _number(low)
    total = digit = 0
    for sign in words:
        if sign in PLACES:
            total += digit * PLACES[sign]
            digit = 0
        else:
            digit = VALUES[sign]
    return total + digit


class TestCapitalWords:
    @pytest.mark.parametrize(
        ("fen", "words"),
        [
            # The examples of the rule itself (annex 1 of 支付结算办法).
            (140950, "壹仟肆佰零玖元伍角整"),
            (600714, "陆仟零柒元壹角肆分"),
            (168032, "壹仟陆佰捌拾元叁角贰分"),
            (10700053, "壹拾万柒仟元伍角叁分"),
            (1640902, "壹万陆仟肆佰零玖元零贰分"),
            (32504, "叁佰贰拾伍元零肆分"),
            # Bills of the worked examples.
            (16531494, "壹拾陆万伍仟叁佰壹拾肆元玖角肆分"),
            (16910, "壹佰陆拾玖元壹角整"),
            (13450, "壹佰叁拾肆元伍角整"),
            # Nothing, parts of a yuan, round sums, credits.
            (0, "零元整"),
            (5, "伍分"),
            (50, "伍角整"),
            (55, "伍角伍分"),
            (100, "壹元整"),
            (1000, "壹拾元整"),
            (1000000, "壹万元整"),
            (100050000, "壹佰万零伍佰元整"),
            (100005000, "壹佰万零伍拾元整"),
            (10_000_500_000, "壹亿零伍仟元整"),
            (1_000_000_000_001, "壹佰亿元零壹分"),
            (-34375, "负叁佰肆拾叁元柒角伍分"),
        ],
    )
    def test_writes_known_amounts(self, fen: int, words: str) -> None:
        assert capital_words(fen) == words

    @given(st.integers(min_value=-(10**18) + 1, max_value=10**18 - 1))
    def test_can_be_read_back(self, fen: int) -> None:
        words = capital_words(fen)
        assert "零零" not in words
        if abs(fen) >= 100:
            assert read_back(words) == fen

    @pytest.mark.parametrize("fen", [10**18, -(10**18)])
    def test_refuses_what_has_no_words(self, fen: int) -> None:
        with pytest.raises(ValueError, match="beyond"):
            capital_words(fen)

    def test_refuses_what_is_not_whole_fen(self) -> None:
        with pytest.raises(TypeError, match="whole fen"):
            capital_words("100")  # type: ignore[arg-type]


class TestEnglishWords:
    @pytest.mark.parametrize(
        ("fen", "words"),
        [
            (16531494, "One hundred sixty-five thousand three hundred fourteen and 94/100"),
            (16910, "One hundred sixty-nine and 10/100"),
            (0, "Zero and 00/100"),
            (2000, "Twenty and 00/100"),
            (-34375, "Minus three hundred forty-three and 75/100"),
            (100_000_000_00, "One hundred million and 00/100"),
        ],
    )
    def test_writes_known_amounts(self, fen: int, words: str) -> None:
        assert english_words(fen) == words
