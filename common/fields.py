"""Fields of forms for what people type in their own way, and read back in ours."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common import formats
from common.dates import read_date, read_date_and_time
from common.durations import exact, read_duration


class DateTyped(forms.CharField):
    """A date: "2.4.26", "02/04/2026", "2026-04-02" or "morgen"; `today` is set by the form."""

    today: date

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        found = read_date(text, self.today)
        if found is None:
            raise forms.ValidationError(_("Enter the date like this: 02.04.2026."))
        return found

    def prepare_value(self, value: Any) -> Any:
        return formats.date(value) if isinstance(value, date) else value


class MomentTyped(forms.CharField):
    """A date with a time on the wall of `today`'s place, without a zone: "02.04.2026 16:40"."""

    today: date

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        found = read_date_and_time(text, self.today)
        if found is None:
            raise forms.ValidationError(
                _("Enter the date and the time like this: 02.04.2026 16:40.")
            )
        return datetime.combine(*found)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%d.%m.%Y %H:%M}" if isinstance(value, datetime) else value


class DurationTyped(forms.CharField):
    """A duration in seconds, typed as "15 min", "4 h" or "1 h 30"."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        found = read_duration(text)
        if found is None:
            raise forms.ValidationError(_("Enter the duration like this: 4 h, 1 h 30 or 15 min."))
        return found

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            return exact(value, get_language() or "en")
        return value
