"""Amounts in words: 大写金额 as Chinese bills must show them, and the English form.

Rule: 正确填写票据和结算凭证的基本规定 (annex 1 of 支付结算办法, 银发〔1997〕393号): 整 where no 分
follows; one 零 for any row of zeros between figures; 零 between 元 and 分 where there is no 角; no
零 is needed after a round 万 or 元 when the next figure is not zero.
"""

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
YI = 10**8
LIMIT_YUAN = 10**16  # below 一亿亿元

ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
)  # fmt: skip
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SCALES = ("", " thousand", " million", " billion", " trillion", " quadrillion")


def _checked(fen: int) -> tuple[int, int]:
    if type(fen) is not int:
        raise TypeError(f"an amount is whole fen, not {fen!r}")
    yuan, rest = divmod(abs(fen), 100)
    if yuan >= LIMIT_YUAN:
        raise ValueError(f"{fen} fen is beyond what can be written in words")
    return yuan, rest


def capital_words(fen: int) -> str:
    """大写金额 of an amount in fen: 16531494 → 壹拾陆万伍仟叁佰壹拾肆元玖角肆分.

    Negative amounts begin with 负. Raises ValueError from 10^16 yuan on, TypeError for a non-int.
    """
    yuan, rest = _checked(fen)
    jiao, last = divmod(rest, 10)
    words = f"{_whole(yuan)}元" if yuan else ""
    if jiao:
        words += f"{DIGITS[jiao]}角"
    elif last and yuan:
        words += "零"
    if last:
        words += f"{DIGITS[last]}分"
    else:
        words = (words or "零元") + "整"
    return ("负" if fen < 0 else "") + words


def _whole(yuan: int) -> str:
    """A positive number of yuan: 亿 counts like a place of its own, so 万亿 comes out right."""
    high, low = divmod(yuan, YI)
    if not high:
        return _below_yi(low)
    gap = "零" if 0 < low < YI // 10 else ""
    return f"{_below_yi(high)}亿{gap}{_below_yi(low) if low else ''}"


def _below_yi(number: int) -> str:
    high, low = divmod(number, 10**4)
    if not high:
        return _below_wan(low)
    gap = "零" if 0 < low < 1000 else ""
    return f"{_below_wan(high)}万{gap}{_below_wan(low) if low else ''}"


def _below_wan(number: int) -> str:
    words = ""
    pending_zero = False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if not digit:
            pending_zero = bool(words)
            continue
        words += ("零" if pending_zero else "") + DIGITS[digit] + PLACES[place]
        pending_zero = False
    return words


def english_words(fen: int) -> str:
    """An amount in English words: 16531494 → One hundred sixty-five thousand three hundred
    fourteen and 94/100. Same limits as :func:`capital_words`.
    """
    yuan, rest = _checked(fen)
    groups: list[str] = []
    for scale in SCALES:
        yuan, group = divmod(yuan, 1000)
        if group:
            groups.insert(0, _below_thousand(group) + scale)
    words = f"{' '.join(groups) or 'zero'} and {rest:02d}/100"
    return ("Minus " + words) if fen < 0 else words[0].upper() + words[1:]


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    words = [f"{ONES[hundreds]} hundred"] if hundreds else []
    if rest >= len(ONES):
        tens, ones = divmod(rest, 10)
        words.append(TENS[tens] + (f"-{ONES[ones]}" if ones else ""))
    elif rest:
        words.append(ONES[rest])
    return " ".join(words)
