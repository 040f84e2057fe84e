from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.choices import DutyKind
from accounts.models import Person
from common.fields import InstantTyped


class SignInForm(forms.Form):
    """A login name or an e-mail address, and a password; paste and managers are welcome."""

    username = forms.CharField(
        label=_("Mail or user name"),
        max_length=254,
        error_messages={"required": _("Write your mail or your user name.")},
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput,
        error_messages={"required": _("Write your password.")},
    )


# An instant as a browser asks for it.
BY_BROWSER = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class DutyForm(forms.Form):
    """An interval of the roster of one person."""

    person = forms.ModelChoiceField(
        label=_("Person"), queryset=Person.objects.none(),
        error_messages={"required": _("Choose a person.")},
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("What"), choices=DutyKind.choices)
    starts_at = InstantTyped(
        label=_("From"), widget=BY_BROWSER,
        error_messages={"required": _("Say when it begins.")},
    )  # fmt: skip
    ends_at = InstantTyped(
        label=_("Until"), widget=BY_BROWSER, error_messages={"required": _("Say when it ends.")}
    )
    substitute = forms.ModelChoiceField(
        label=_("Who stands in"), queryset=Person.objects.none(), required=False,
        empty_label=_("nobody"),
    )  # fmt: skip

    def __init__(self, *args: Any, people: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["person"].queryset = people
        fields["substitute"].queryset = Person.objects.agents().order_by(
            "given_name", "family_name"
        )
