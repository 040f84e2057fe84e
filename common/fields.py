"""Fields of forms for what people type in their own way, and read back in ours."""

import re
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from common import formats
from common.dates import read_date, read_date_and_time
from common.durations import exact, read_duration

LONGEST = 10_000 * 3600  # seconds; longer than a year is a mistake of the hand
_WEEKDAY = re.compile(r"^\s*[^\W\d]+\.?,?\s+")


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


class InstantTyped(forms.DateTimeField):
    """An instant, typed in the reader's zone: "02.04.2026 16:40", a weekday before it or not."""

    widget = forms.DateTimeInput(format="%d.%m.%Y %H:%M")
    default_error_messages = {
        "invalid": gettext_lazy("Enter the date and the time like this: 02.04.2026 16:40.")
    }
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


class DurationTyped(forms.CharField):
    """A duration in seconds, typed as "15 min", "4 h" or "1 h 30"."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        found = read_duration(text)
        if found is None:
            raise forms.ValidationError(_("Enter the duration like this: 4 h, 1 h 30 or 15 min."))
        if found > LONGEST:
            raise forms.ValidationError(_("That is longer than 10 000 hours."))
        return found

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            return exact(value, get_language() or "en")
        return value
