"""Forms of metering's pages."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from wattdesk.domains.metering.data import ProfileInfo, Segment
from wattdesk.web.lists.bulk import ReasonForm
from wattdesk.web.staff.metering import codes

LONGEST_REASON = 200


class UploadForm(forms.Form):
    """A file, the profile that says how to read it, and the segment it may speak of."""

    profile = forms.ChoiceField(label=gettext_lazy("What kind of file is it?"))
    segment = forms.ChoiceField(
        label=gettext_lazy("Only of this segment"),
        required=False,
        help_text=gettext_lazy("Rows of other customers are then refused."),
    )
    file = forms.FileField(label=gettext_lazy("File"), allow_empty_file=True)

    def __init__(
        self,
        *args: Any,
        profiles: Sequence[ProfileInfo],
        segments: Sequence[Segment],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.profiles = profiles
        choices = [(profile.name, profile.title) for profile in profiles]
        self.fields["profile"].choices = choices  # type: ignore[attr-defined]
        named = [(s.code, f"{s.code} {s.name}") for s in segments]
        self.fields["segment"].choices = [  # type: ignore[attr-defined]
            ("", _("any of my units")), *named
        ]  # fmt: skip


class CommitForm(forms.Form):
    """Why the file is written, and whether it may replace what is recorded."""

    reason = forms.CharField(
        label=pgettext_lazy("field", "Reason"),
        max_length=LONGEST_REASON,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    take_corrections = forms.BooleanField(
        label=gettext_lazy("Replace the differing values; the old ones stay, struck through"),
        required=False,
    )


class DecideForm(ReasonForm):
    """How some findings are decided alike, and why."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=tuple((code, word) for code, (word, _tone) in codes.DECISIONS.items()),
    )

    field_order = ("decision", "reason")
