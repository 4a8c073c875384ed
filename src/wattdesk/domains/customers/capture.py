"""Checks on what the front desk captures (R-CUST-03): complete, and possible at all.

Pure functions. Each returns the sentences of what is wrong; callers gather them by field and
refuse once, with all of them.
"""

import re
from datetime import date

from django.utils.translation import gettext as _

from wattdesk.domains.customers.data import CustomerEntry, PhoneEntry
from wattdesk.domains.customers.models import ContactPhone, Customer

# GB 11643: weights of the first 17 digits, and the check character by remainder of 11.
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
# GB 32100: the 31 characters in order of value; weights are powers of 3 modulo 31.
CREDIT_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
MOBILE = re.compile(r"1[3-9]\d{9}")
LANDLINE = re.compile(r"0\d{2,3}-?[2-9]\d{6,7}(-\d{1,6})?")
SERVICE_LINE = re.compile(r"[48]00\d{7}")
PASSPORT = re.compile(r"[A-Z0-9]{5,20}")
BODIES = (
    Customer.Kind.ENTERPRISE,
    Customer.Kind.INSTITUTION,
    Customer.Kind.SOCIAL_GROUP,
    Customer.Kind.GOVERNMENT,
)


def id_check_character(digits: str) -> str:
    """The 18th character of an identity number from its first 17 digits."""
    total = sum(int(d) * w for d, w in zip(digits, ID_WEIGHTS, strict=True))
    return ID_CHECKS[total % 11]


def credit_check_character(head: str) -> str:
    """The 18th character of a unified social credit code from its first 17 characters."""
    total = sum(
        CREDIT_CHARACTERS.index(character) * pow(3, place, 31)
        for place, character in enumerate(head)
    )
    return CREDIT_CHARACTERS[-total % 31]


def id_card_faults(number: str, *, today: date) -> list[str]:
    """What is wrong with an identity number (GB 11643)."""
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return [_("An identity number has 17 digits and a digit or X.")]
    faults = []
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        faults.append(_("The date of birth in the identity number does not exist."))
    else:
        if not date(1880, 1, 1) <= born <= today:
            faults.append(_("The date of birth in the identity number cannot be."))
    if id_check_character(number[:17]) != number[17]:
        faults.append(_("The last character of the identity number does not fit: look again."))
    return faults


def credit_code_faults(code: str) -> list[str]:
    """What is wrong with a unified social credit code (GB 32100)."""
    if len(code) != 18 or any(c not in CREDIT_CHARACTERS for c in code):
        return [_("A unified social credit code has 18 digits and capitals without I, O, S, V, Z.")]
    if credit_check_character(code[:17]) != code[17]:
        return [_("The last character of the unified social credit code does not fit: look again.")]
    return []


def plain_phone(phone: str) -> str:
    """A phone without blanks, brackets, full-width digits and the country's prefix."""
    plain = phone.translate(str.maketrans("０１２３４５６７８９－（）", "0123456789-()"))
    plain = re.sub(r"[\s()]", "", plain)
    plain = re.sub(r"^(\+|00)86-?", "", plain)
    return plain.replace("-", "") if plain.replace("-", "").startswith("1") else plain


def phone_faults(phone: str) -> list[str]:
    """What is wrong with a phone number: mobile, landline with area code, or 400/800."""
    plain = plain_phone(phone)
    if any(form.fullmatch(plain) for form in (MOBILE, LANDLINE, SERVICE_LINE)):
        return []
    return [
        _("%(phone)s is not a phone number: 11 digits, or a landline with its area code.")
        % {"phone": phone}
    ]


def _id_faults(entry: CustomerEntry, *, today: date) -> dict[str, list[str]]:
    number = entry.id_number
    if not number and not entry.id_kind:
        needed = entry.kind == Customer.Kind.PERSON or entry.kind in BODIES
        return {"id_number": [_("The number of the document is missing.")]} if needed else {}
    if entry.id_kind not in Customer.IdKind.values:
        return {"id_kind": [_("Choose the kind of document.")]}
    if not number:
        return {"id_number": [_("The number of the document is missing.")]}
    if entry.id_kind == Customer.IdKind.ID_CARD:
        faults = id_card_faults(number, today=today)
        if entry.kind in BODIES:
            return {"id_kind": [_("A body shows its unified social credit code.")]}
    elif entry.id_kind == Customer.IdKind.UNIFIED_CREDIT_CODE:
        faults = credit_code_faults(number)
        if entry.kind == Customer.Kind.PERSON:
            return {"id_kind": [_("A person has no unified social credit code.")]}
    elif entry.id_kind == Customer.IdKind.PASSPORT and not PASSPORT.fullmatch(number):
        faults = [_("A passport number has 5 to 20 capitals and digits.")]
    else:
        faults = []
    return {"id_number": faults} if faults else {}


def phone_entry_faults(entry: PhoneEntry) -> list[str]:
    """What is wrong with a captured phone and its purpose."""
    faults = phone_faults(entry.phone)
    if entry.purpose not in ContactPhone.Purpose.values:
        faults.append(_("Choose what the phone is for."))
    return faults


def customer_faults(entry: CustomerEntry, *, today: date) -> dict[str, list[str]]:
    """Everything that is wrong with a captured customer, by field; empty when nothing is."""
    faults: dict[str, list[str]] = {}
    if entry.kind not in Customer.Kind.values:
        faults["kind"] = [_("Choose what kind of customer this is.")]
    if not entry.name:
        faults["name"] = [_("The name is missing.")]
    elif len(entry.name) > 120:
        faults["name"] = [_("The name is longer than 120 characters.")]
    elif entry.name.isdigit():
        faults["name"] = [_("A name is not a number.")]
    faults.update(_id_faults(entry, today=today))
    if not entry.phones:
        faults["phones"] = [_("At least one phone is needed.")]
    for place, phone in enumerate(entry.phones):
        wrong = phone_entry_faults(phone)
        if wrong:
            faults[f"phones.{place}"] = wrong
    return faults


def cleaned(entry: CustomerEntry) -> CustomerEntry:
    """The entry with blanks trimmed, numbers in capitals and phones in plain form."""
    return CustomerEntry(
        kind=entry.kind.strip(),
        name=" ".join(entry.name.split()),
        id_kind=entry.id_kind.strip(),
        id_number=re.sub(r"\s", "", entry.id_number).upper(),
        industry=entry.industry.strip(),
        phones=tuple(
            PhoneEntry(plain_phone(p.phone), p.person.strip(), p.purpose) for p in entry.phones
        ),
    )
