"""Fields that read what people type: durations, instants, choices kept as they are."""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from common.durations import exact, read_duration

LONGEST = 10_000 * 3600  # seconds; longer than a year is a mistake of the hand
_WEEKDAY = re.compile(r"^\s*[^\W\d]+\.?,?\s+")


class DurationField(forms.CharField):
    """ "15 min", "4 h", "1 h 30": cleaned to seconds, None when empty."""

    default_error_messages = {
        "unit": _("Write hours or minutes like this: 4 h, 1 h 30, 15 min."),
        "long": _("That is longer than 10 000 hours."),
    }

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        seconds = read_duration(text)
        if seconds is None:
            raise forms.ValidationError(self.error_messages["unit"], code="unit")
        if seconds > LONGEST:
            raise forms.ValidationError(self.error_messages["long"], code="long")
        return seconds

    def prepare_value(self, value: Any) -> Any:
        return exact(value, get_language() or "en") if isinstance(value, int) else value


class MomentField(forms.DateTimeField):
    """ "02.04.2026 16:40", with or without a weekday before it, or as ISO writes it."""

    widget = forms.DateTimeInput(format="%d.%m.%Y %H:%M")
    default_error_messages = {"invalid": _("Enter the date and time like this: 02.04.2026 16:40.")}
    input_formats = (
        "%d.%m.%Y %H:%M", "%d.%m.%y %H:%M", "%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M",
    )  # fmt: skip

    def to_python(self, value: Any) -> datetime | None:
        if isinstance(value, str):
            value = _WEEKDAY.sub("", value.replace("\N{NO-BREAK SPACE}", " ")).strip()
        found: datetime | None = super().to_python(value)
        if found is not None and not 1970 <= found.year <= 2200:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return found
