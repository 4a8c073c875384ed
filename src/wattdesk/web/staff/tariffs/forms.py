"""Forms of the tariff pages."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

LARGEST_KB = 512
LONGEST_REASON = 400


class DocumentForm(forms.Form):
    """The text of a document, pasted or from a file; the file goes before the text."""

    file = forms.FileField(
        label=gettext_lazy("File"), required=False,
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml,.txt"}),
        help_text=gettext_lazy("YAML in UTF-8; it replaces the text below."),
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("Text of the document"), required=False, strip=False,
        widget=forms.Textarea(
            attrs={"rows": 18, "spellcheck": "false", "class": "wd-mono", "wrap": "off"}
        ),
    )  # fmt: skip

    def clean_file(self) -> str:
        """The text of the file, or "" without one."""
        given: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if given is None:
            return ""
        if (given.size or 0) > LARGEST_KB * 1024:
            raise forms.ValidationError(
                _("The file has more than %(kb)s KB; a tariff document is shorter.")
                % {"kb": LARGEST_KB}
            )
        try:
            return bytes(given.read()).decode("utf-8-sig")
        except UnicodeDecodeError as problem:
            raise forms.ValidationError(
                _("The file is not text in UTF-8. Save it as UTF-8 and choose it again.")
            ) from problem

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        text = given.get("file") or (given.get("text") or "").replace("\r\n", "\n")
        if not text.strip() and not self.errors:
            self.add_error("text", _("Choose a file, or paste the text."))
        if len(text) > LARGEST_KB * 1024:
            self.add_error("text", _("The text is too long."))
        given["document"] = text
        return given


class ReasonForm(forms.Form):
    """Why a version is proposed, released or rejected."""

    reason = forms.CharField(
        label=pgettext_lazy("field", "Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Stands in the audit record with your name."),
    )
