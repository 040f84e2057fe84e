"""What a hand-over asks for, filled from the ticket and edited freely."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.choices import Language, Level
from accounts.forms import BY_BROWSER
from accounts.models import Person, Team
from catalog.models import Category
from common.fields import InstantTyped
from escalation.choices import CHOOSABLE
from escalation.queries import Destination
from tickets.forms import SeenForm


class HandoverForm(SeenForm):
    team = forms.ModelChoiceField(
        label=_("To"), queryset=Team.objects.none(), to_field_name="slug",
        widget=forms.RadioSelect, empty_label=None,
        error_messages={"required": _("Choose a team.")},
    )  # fmt: skip
    assignee = forms.ModelChoiceField(
        label=_("Person"), queryset=Person.objects.none(), required=False,
        empty_label=_("whoever is free"),
    )  # fmt: skip
    trigger = forms.ChoiceField(
        label=_("Why"), choices=[(t.value, t.label) for t in CHOOSABLE], widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the reasons.")},
    )  # fmt: skip
    reason = forms.CharField(
        label=_("In one sentence"), max_length=500,
        error_messages={"required": _("Say why the ticket changes hands.")},
    )  # fmt: skip
    symptom = forms.CharField(label=_("Symptom"), required=False, widget=forms.Textarea)
    tried = forms.CharField(label=_("Tried"), required=False, widget=forms.Textarea)
    wanted = forms.CharField(label=_("Wanted"), required=False, widget=forms.Textarea)
    reachable = forms.CharField(label=_("Caller reachable"), required=False, max_length=200)
    tell_requester = forms.BooleanField(label=_("Tell the caller"), required=False)

    def __init__(self, *args: Any, options: Sequence[Destination], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = [option.team.pk for option in options]
        field: Any = self.fields["team"]
        field.queryset = Team.objects.filter(pk__in=teams)
        person: Any = self.fields["assignee"]
        person.queryset = Person.objects.agents().filter(memberships__team__in=teams).distinct()


class AnswerForm(SeenForm):
    reason = forms.CharField(
        label=_("What the other team needs to know"), widget=forms.Textarea,
        error_messages={"required": _("Write what the other team needs to know.")},
    )  # fmt: skip


class TesterForm(forms.Form):
    """A ticket nobody has opened: who would get it, and when."""

    category = forms.ModelChoiceField(
        label=_("Category"), queryset=Category.objects.none(), to_field_name="slug",
        empty_label=None, error_messages={"required": _("Choose a category.")},
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Caller’s language"), choices=Language.choices)
    level = forms.TypedChoiceField(label=_("Where it is now"), choices=Level.choices, coerce=int)
    at = InstantTyped(
        label=_("When"), widget=BY_BROWSER, error_messages={"required": _("Say when.")}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["category"]
        field.queryset = Category.objects.active().select_related("service")
        field.label_from_instance = lambda c: f"{c.service} › {c}"
