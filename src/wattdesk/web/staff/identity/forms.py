"""Forms of the pages of staff and duties."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy, pgettext_lazy

from wattdesk.domains.identity.data import RoleInfo, UnitInfo

LONGEST_REASON = 400


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def unit_choices(units: Sequence[UnitInfo]) -> list[tuple[str, str]]:
    """Units by their place in the tree, each set in by its depth."""
    least = min((unit.path.count("/") for unit in units), default=0)
    return [
        (str(unit.id), "\u3000" * (unit.path.count("/") - least) + f"{unit} {unit.code}")
        for unit in units
    ]


class ReasonForm(forms.Form):
    """Why something is done; it stands in the audit record."""

    reason = forms.CharField(
        label=pgettext_lazy("field", "Reason"),
        max_length=LONGEST_REASON,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Stands in the audit record with your name."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([*(name for name in self.fields if name != "reason"), "reason"])


class PersonForm(ReasonForm):
    """A new person; rights come later, by duties."""

    username = forms.CharField(
        label=gettext_lazy("Sign-in name"), max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("Small letters, digits, dots and hyphens; it stays for good."),
    )  # fmt: skip
    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=40)
    name_en = forms.CharField(
        label=gettext_lazy("Name in Latin letters"), max_length=60, required=False
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"), required=False,
        help_text=gettext_lazy("Only needed for single sign-on."),
    )  # fmt: skip
    unit = forms.TypedChoiceField(label=gettext_lazy("Unit"), coerce=int)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, units: Sequence[UnitInfo], **kwargs: Any) -> None:
        """``units`` are those in which the person who fills it in may add people."""
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = unit_choices(units)  # type: ignore[attr-defined]


class DutyForm(ReasonForm):
    """A role for a unit and all below it, from a day on."""

    role = forms.ChoiceField(label=gettext_lazy("Role"))
    unit = forms.TypedChoiceField(
        label=gettext_lazy("For the unit"), coerce=int,
        help_text=gettext_lazy("and everything below it"),
    )  # fmt: skip
    from_date = forms.DateField(label=gettext_lazy("From"), widget=day_input())
    to_date = forms.DateField(
        label=gettext_lazy("First day without it"), required=False, widget=day_input(),
        help_text=gettext_lazy("Leave empty where no end is known."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, roles: Sequence[RoleInfo], units: Sequence[UnitInfo], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            ("", "\u2014"), *((role.code, str(role)) for role in roles)
        ]  # fmt: skip
        self.fields["unit"].choices = unit_choices(units)  # type: ignore[attr-defined]


class EndForm(ReasonForm):
    """When a duty ends."""

    to_date = forms.DateField(label=gettext_lazy("First day without it"), widget=day_input())
