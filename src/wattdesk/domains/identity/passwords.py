"""Rules for passwords beyond those that Django brings, and passwords that the program makes."""

import re
import secrets
from datetime import date
from itertools import islice, product

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from wattdesk.domains.identity.models import Staff, UsedPassword
from wattdesk.toolkit.rulebook import rule

# Without characters that look alike when copied from paper.
LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789"
SHORTEST_PART = 3
READINGS = 64  # of a name with several readings: enough for any real one


class NotTheOwnName:
    """Refuses a password that contains the person's name, its pinyin or the sign-in name."""

    def validate(self, password: str, user: Staff | None = None) -> None:
        """Raise ValidationError when it does; ``user`` None: there is no name to compare."""
        if user is not None and _contains_any(password, _names_of(user)):
            raise ValidationError(
                _("The password may not contain your name, its pinyin or your sign-in name."),
                code="password_own_name",
            )

    def get_help_text(self) -> str:
        return _("It may not contain your name, its pinyin or your sign-in name.")


def _contains_any(password: str, names: set[str]) -> bool:
    plain = _letters(password)
    return any(len(name) >= SHORTEST_PART and name in plain for name in names) or any(
        name in password for name in names if not name.isascii()
    )


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())


def _names_of(user: Staff) -> set[str]:
    from pypinyin import Style, pinyin

    names = {_letters(user.username), user.name}
    names |= {_letters(word) for word in user.name_en.split()} | {_letters(user.name_en)}
    readings = pinyin(user.name, style=Style.NORMAL, heteronym=True, errors="ignore")
    names |= {"".join(reading) for reading in islice(product(*readings), READINGS)}
    return names - {""}


def password_faults(staff: Staff, password: str, *, on: date) -> list[str]:
    """Everything that speaks against a new password of ``staff``, in words; none: it will do."""
    faults: list[str] = []
    try:
        validate_password(password, user=staff)
    except ValidationError as refused:
        faults.extend(refused.messages)
    remembered = rule("identity.passwords_remembered", on=on).integer
    used = (
        UsedPassword.objects.filter(staff=staff.pk)
        .order_by("-set_at", "-id")
        .values_list("password", flat=True)[:remembered]
    )
    if any(check_password(password, digest) for digest in used):
        faults.append(
            _("It may not be one of your last %(count)s passwords.") % {"count": remembered}
        )
    return faults


def make_initial_password(*, on: date) -> str:
    """A password for a person's first sign-in, to be told once and changed then."""
    length = rule("identity.initial_password_length", on=on).integer
    return "".join(secrets.choice(LETTERS) for _index in range(length))
