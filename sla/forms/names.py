"""A name in each of the four languages, as four fields."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.translated import LANGUAGES


class Named(forms.Form):
    """Names in four languages as four fields.

    names_needed: all of them. name_missing: what is said then of one that is not given.
    """

    names_needed = True
    longest_name = 120
    name_labels: Mapping[str, Any] = {
        "en": _("Name in English"), "fr": _("Name in French"), "de": _("Name in German"),
        "it": _("Name in Italian"),
    }  # fmt: skip
    name_missing: Any = _("Give a name in each of the four languages.")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for language in LANGUAGES:
            self.fields[f"name_{language}"] = forms.CharField(
                label=self.name_labels[language], max_length=self.longest_name,
                required=self.names_needed, error_messages={"required": self.name_missing},
            )  # fmt: skip

    def names(self) -> dict[str, str]:
        """Return the names; where one is missing, the first that was given stands for it."""
        given = {code: self.cleaned_data.get(f"name_{code}", "") for code in LANGUAGES}
        some = next((name for name in given.values() if name), "")
        return {code: name or some for code, name in given.items()} if some else {}

    def name_fields(self) -> list[forms.BoundField]:
        """Return the fields of the names, in the order of the languages."""
        return [self[f"name_{code}"] for code in LANGUAGES]


def initial_names(names: Mapping[str, str]) -> dict[str, str]:
    """Return names as the initial values of `Named`."""
    return {f"name_{code}": names.get(code, "") for code in LANGUAGES}
