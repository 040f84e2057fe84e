from django import forms
from django.utils.translation import gettext_lazy as _


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
