"""Carrying out what a form asks for: what the domain refuses comes back to its field."""

from collections.abc import Callable

from django import forms
from django.db import transaction

from wattdesk.toolkit.errors import InvalidInput, NotFound, StateConflict


def carry_out(form: forms.Form, work: Callable[[], object]) -> bool:
    """Do the work in one transaction; False when the domain refused, with its words in the form.

    A fault of a field that the form has not stands above the fields.
    """
    try:
        with transaction.atomic():
            work()
    except InvalidInput as refused:
        for name, sentences in refused.errors.items():
            known = name if name in form.fields else None
            for sentence in sentences or [str(refused)]:
                form.add_error(known, sentence)
        if not refused.errors:
            form.add_error(None, str(refused))
    except (StateConflict, NotFound) as refused:
        form.add_error(None, str(refused))
    return not form.errors
