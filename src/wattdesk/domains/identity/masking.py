"""Masking of personal data (脱敏): what is shown to whoever needs to recognize, not to know.

Pure functions of text. Names of enterprises and institutions are public and are not masked; which
kind a customer is, the caller knows. Practice of the trade: 张*三, 138****2046, 440***********1234.
"""

import re

MASK = "*"

_DIGITS = "0-9０-９"
_NUMERALS = "零〇一二三四五六七八九十百两"
# Numbers of roads stay: they say no more than the road's name.
_ROAD = r"(?!(?:国道|省道|县道|乡道))"
# 12号, 3-2, 十二栋, B座, 502室: digits anywhere, letters and Chinese numerals before a counter.
_HOUSE_PART = re.compile(
    rf"[A-Za-z]?[{_DIGITS}]++(?:[-—－#/][A-Za-z{_DIGITS}]+)*+[A-Za-z]?+{_ROAD}"
    rf"|(?:[A-Za-z]|[{_NUMERALS}]+)(?=号|栋|幢|座|单元|室|楼|层|户|组|排|房)"
)


def mask_name(name: str) -> str:
    """A person's name: first and last character stay, of two only the first, of one none.

    Words of a Latin name keep their first letters: ``John Smith`` → ``J*** S****``.
    """
    text = name.strip()
    if " " in text:
        return " ".join(word[0] + MASK * (len(word) - 1) for word in text.split())
    if text.isascii():
        return text[:1] + MASK * (len(text) - 1)
    if len(text) <= 2:
        return MASK if len(text) == 1 else text[:1] + MASK * (len(text) - 1)
    return text[0] + MASK * (len(text) - 2) + text[-1]


def mask_phone(phone: str) -> str:
    """``13812342046`` → ``138****2046``; ``0571-88123456`` → ``0571-****3456``.

    Of a number too short for that, the last two digits stay.
    """
    text = phone.strip()
    prefix, _, local = text.rpartition("-")
    if prefix and local.isdigit():
        return f"{prefix}-{_keep_end(local, 4)}"
    country = "+86" if text.startswith("+86") else ""
    digits = text[len(country) :].strip()
    if len(digits) >= 10:
        return country + digits[:3] + MASK * (len(digits) - 7) + digits[-4:]
    return country + _keep_end(digits, 4 if len(digits) >= 7 else 2)


def _keep_end(text: str, count: int) -> str:
    hidden = max(len(text) - count, 0) if len(text) > count else len(text)
    return MASK * hidden + text[hidden:]


def mask_id(number: str) -> str:
    """A number of an identity paper: the first three and the last four characters stay.

    Numbers under ten characters (passports, officers' papers) keep the first and the last two.
    """
    text = number.strip()
    if len(text) >= 10:
        return text[:3] + MASK * (len(text) - 7) + text[-4:]
    if len(text) <= 3:
        return MASK * len(text)
    return text[0] + MASK * (len(text) - 3) + text[-2:]


def mask_address(address: str) -> str:
    """Numbers of house, building, unit and room: ``人民路12号3栋502室`` → ``人民路*号*栋*室``."""
    return _HOUSE_PART.sub(MASK, address.strip())


def mask_email(email: str) -> str:
    """The first character and the host stay: ``z***@example.cn``."""
    local, at, host = email.strip().partition("@")
    if not at:
        return MASK * len(local)
    return f"{local[:1]}{MASK * 3}{at}{host}"
