"""Forms of the account's pages."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from wattdesk.domains.customers import api as customers
from wattdesk.domains.customers.data import CustomerEntry, CustomerView, PhoneEntry
from wattdesk.web.staff.customers import codes

LONGEST_REASON = 200


class Reasoned(forms.Form):
    """A form whose act needs a reason in words."""

    reason = forms.CharField(
        label=pgettext_lazy("field", "Reason"),
        max_length=LONGEST_REASON,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Stands on the time line with your name."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([*(name for name in self.fields if name != "reason"), "reason"])


class PhoneForm(Reasoned):
    """Another phone of a customer."""

    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        help_text=gettext_lazy("Mobile, or landline with area code."),
    )
    person = forms.CharField(
        label=gettext_lazy("Contact person"), max_length=40, required=False,
        help_text=gettext_lazy("Where it is not the customer in person."),
    )  # fmt: skip
    purpose = forms.ChoiceField(
        label=gettext_lazy("What for"), choices=tuple(codes.PURPOSES.items())
    )

    def clean_phone(self) -> str:
        """Told together with the other fields' faults; the domain looks again."""
        phone: str = self.cleaned_data["phone"]
        if faults := customers.phone_faults(phone):
            raise forms.ValidationError(faults)
        return phone

    def entry(self) -> PhoneEntry:
        given = self.cleaned_data
        return PhoneEntry(given["phone"], given["person"], given["purpose"])


class MarkForm(forms.Form):
    """Whether somebody was reached on a phone, and how one knows."""

    result = forms.ChoiceField(choices=(("confirmed", ""), ("failed", "")))
    reason = forms.CharField(max_length=LONGEST_REASON)


class CustomerForm(Reasoned):
    """Correct what is known of a customer. Masked values are typed anew only where wrong."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of customer"), choices=tuple(codes.CUSTOMER_KINDS.items())
    )
    name = forms.CharField(label=pgettext_lazy("account", "Name"), max_length=120, required=False)
    id_kind = forms.ChoiceField(
        label=gettext_lazy("Kind of document"),
        required=False,
        choices=(("", pgettext_lazy("document", "none")), *codes.ID_KINDS.items()),
    )
    id_number = forms.CharField(
        label=gettext_lazy("Document number"), max_length=30, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    industry = forms.CharField(label=gettext_lazy("Industry"), max_length=40, required=False)

    def __init__(self, *args: Any, customer: CustomerView, **kwargs: Any) -> None:
        """``customer`` masked, as it is shown beside the fields."""
        kwargs["initial"] = {
            "kind": customer.kind, "id_kind": customer.id_kind, "industry": customer.industry,
        }  # fmt: skip
        super().__init__(*args, **kwargs)
        keep = _("Now %(value)s. Leave empty to keep it.")
        self.fields["name"].help_text = keep % {"value": customer.name}
        if customer.id_number:
            self.fields["id_number"].help_text = keep % {"value": customer.id_number}

    def entry(self, present: CustomerView) -> CustomerEntry:
        """The customer as corrected; ``present`` unmasked gives what was left empty.

        A number belongs to its kind of document: where the kind changes, it has to be typed.
        """
        given = self.cleaned_data
        keeps_id = given["id_kind"] == present.id_kind
        return CustomerEntry(
            kind=given["kind"],
            name=given["name"] or present.name,
            id_kind=given["id_kind"],
            id_number=given["id_number"] or (present.id_number if keeps_id else ""),
            industry=given["industry"],
        )


class PriceForm(Reasoned):
    """Give the account a price class from a day on."""

    schedule = forms.ChoiceField(label=gettext_lazy("Price class"))
    from_date = forms.DateField(
        label=gettext_lazy("From"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    has_many_persons = forms.BooleanField(
        label=gettext_lazy("Household of many persons"), required=False
    )
    free_kwh = forms.ChoiceField(
        label=gettext_lazy("Free energy of a household in need"), required=False
    )

    def __init__(
        self,
        *args: Any,
        schedules: Sequence[tuple[str, str]],
        extra_kwh: Decimal | None,
        free_kwh: Sequence[Decimal],
        **kwargs: Any,
    ) -> None:
        """``extra_kwh`` and ``free_kwh`` are what the chosen class knows; nothing hides a field."""
        super().__init__(*args, **kwargs)
        self.extra_kwh = extra_kwh
        self.fields["schedule"].choices = list(schedules)  # type: ignore[attr-defined]
        if extra_kwh is None:
            del self.fields["has_many_persons"]
        if not free_kwh:
            del self.fields["free_kwh"]
        else:
            amounts = [(f"{kwh.normalize():f}", f"{kwh.normalize():f} kWh") for kwh in free_kwh]
            none = ("", pgettext_lazy("free energy", "none"))
            self.fields["free_kwh"].choices = [none, *amounts]  # type: ignore[attr-defined]

    def clean_from_date(self) -> date:
        day: date = self.cleaned_data["from_date"]
        if day.year < 2000 or day.year > 2100:
            raise forms.ValidationError(_("This day cannot be."))
        return day

    def options(self) -> dict[str, Any]:
        """What the class needs to know of this account."""
        found: dict[str, Any] = {}
        if self.extra_kwh is not None and self.cleaned_data.get("has_many_persons"):
            found["extra_kwh_per_month"] = _plain(self.extra_kwh)
        if self.cleaned_data.get("free_kwh"):
            found["free_kwh_per_month"] = _plain(Decimal(self.cleaned_data["free_kwh"]))
        return found


def _plain(kwh: Decimal) -> int | str:
    """A quantity as options hold it: whole numbers as such, others as text."""
    return int(kwh) if kwh == kwh.to_integral_value() else f"{kwh.normalize():f}"
