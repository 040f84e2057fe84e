"""What a reason for a hold is asked for."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from common.durations import exact, read_duration
from common.translated import LANGUAGES
from sla.forms.names import Named, initial_names
from sla.queries import ReasonTerms
from sla.rules.reasons import kept

LONGEST = 5_000 * 3_600  # more than two years of office hours
FLAGS = ("needs_date", "needs_message", "wakes_on_answer", "wakes_on_date")


class ReasonForm(Named):
    """Names, what it asks for, and what ends a hold for it."""

    longest_name = 60
    name_labels: Mapping[str, Any] = {
        "en": _("English"), "fr": _("French"), "de": _("German"), "it": _("Italian"),
    }  # fmt: skip
    name_missing = _("Give a name in each language.")
    needs_date = forms.BooleanField(
        label=_("A date must be given; the caller is promised it"), required=False
    )
    needs_message = forms.BooleanField(
        label=_("The caller is told when it begins"), required=False,
        help_text=_("Whoever puts the ticket on hold writes to the caller, or says why not."),
    )  # fmt: skip
    wakes_on_answer = forms.BooleanField(label=_("An answer of the caller"), required=False)
    wakes_on_date = forms.BooleanField(label=_("The promised date"), required=False)
    longest = forms.CharField(
        label=_("At the latest after"), required=False, max_length=20,
        help_text=_("Opening hours of the caller's site, such as 40 h. Empty: no limit."),
    )  # fmt: skip

    def __init__(self, data: Any, *, reason: ReasonTerms | None) -> None:
        super().__init__(data, initial=_initial(reason))
        for name in kept(reason.slug if reason else "").keys() & set(FLAGS):
            self.fields[name].disabled = True
            self.fields[name].help_text = _("This is what the reason is for.")

    def clean_longest(self) -> int | None:
        text: str = self.cleaned_data["longest"].strip()
        if not text:
            return None
        seconds = read_duration(text)
        if seconds is None:
            raise forms.ValidationError(_("Write a time with its unit, such as 40 h or 90 min."))
        if not 60 <= seconds <= LONGEST:
            raise forms.ValidationError(_("Choose a time from 1 minute to 5000 hours."))
        return seconds

    def values(self) -> Mapping[str, Any]:
        """Return the fields of the reason, once the form is valid."""
        data = self.cleaned_data
        return {
            "names": self.names(),
            "max_seconds": data["longest"],
            **{name: data[name] for name in FLAGS},
        }


def _initial(reason: ReasonTerms | None) -> dict[str, Any]:
    if reason is None:
        return {"wakes_on_date": True}
    longest = exact(reason.max_seconds, get_language() or "en") if reason.max_seconds else ""
    return {
        "longest": longest,
        **initial_names({language: reason.name_in(language) for language in LANGUAGES}),
        **{name: getattr(reason, name) for name in FLAGS},
    }
