"""What the verbs of a ticket ask for. Forms check the shape; rules are the actions' business."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import OrganisationKind
from accounts.models import Organisation, Person, Team
from catalog import queries as catalog
from catalog.choices import Impact, Urgency
from catalog.models import Category
from sla.queries import ReasonTerms
from tickets.actions.rehearsal import MOST_DAYS
from tickets.choices import HoldReason, Status
from tickets.queries.repairs import Selection

# The last one holds instants that are of no year any more where the clock is behind ours.
LAST_YEAR = 9998
TEXT = 50_000  # characters of a text somebody writes
THEN = {"": None, "wait": Status.ON_HOLD, "resolve": Status.RESOLVED}


class SeenForm(forms.Form):
    """A form that remembers which version of the ticket its reader looked at."""

    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class ReplyForm(SeenForm):
    body = forms.CharField(
        label=_("Reply"),
        max_length=TEXT,
        widget=forms.Textarea,
        error_messages={"required": _("Write a text first.")},
    )
    then = forms.ChoiceField(
        label=_("Then"),
        required=False,
        choices=[
            ("", _("stay open")),
            ("wait", _("wait for the caller")),
            ("resolve", _("resolved")),
        ],
        widget=forms.RadioSelect,
    )


class NoteForm(forms.Form):
    body = forms.CharField(
        label=_("Internal note"),
        max_length=TEXT,
        widget=forms.Textarea,
        error_messages={"required": _("Write a text first.")},
    )


class HoldForm(SeenForm):
    """What a ticket waits for; which fields a reason needs is said by the reason itself."""

    reason = forms.ChoiceField(
        label=_("What does it wait for?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Say what the ticket waits for."),
            "invalid_choice": _("This cannot be chosen any more. Choose another reason."),
        },
    )
    supplier = forms.ModelChoiceField(
        label=_("Which supplier?"),
        queryset=Organisation.objects.filter(kind=OrganisationKind.SUPPLIER).order_by("name"),
        to_field_name="slug",
        required=False,
        empty_label=_("not said"),
    )
    until = forms.DateTimeField(
        label=_("Until"),
        required=False,
        help_text=_("The caller is promised this and sees it on their page."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": _("Enter the date like this: 02.04.2026.")},
    )
    message = forms.CharField(
        label=_("Message to the caller"),
        required=False,
        max_length=TEXT,
        widget=forms.Textarea,
        help_text=_("Sent as a reply when the hold begins."),
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=200,
        help_text=_("For the desk alone: an order number, or why the caller is not told."),
    )

    def __init__(self, *args: Any, reasons: Iterable[ReasonTerms], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reasons = tuple(reasons)
        self.fields["reason"].choices = [(r.slug, r.name) for r in self.reasons]  # type: ignore[attr-defined]

    def clean_until(self) -> datetime | None:
        until: datetime | None = self.cleaned_data["until"]
        if until is not None and until.year > LAST_YEAR:
            raise forms.ValidationError(self.fields["until"].error_messages["invalid"])
        return until

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("reason") != HoldReason.SUPPLIER:
            found["supplier"] = None  # the question is put to nobody else
        return found


class ResolveForm(SeenForm):
    resolution = forms.CharField(
        label=_("What solved it"),
        max_length=TEXT,
        widget=forms.Textarea,
        help_text=_("The caller reads this."),
        error_messages={"required": _("Write what solved it.")},
    )


class ReasonForm(SeenForm):
    """A verb that may carry a sentence for the caller."""

    reason = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=TEXT,
        widget=forms.Textarea,
        help_text=_("The caller reads this."),
    )


class AssignForm(SeenForm):
    assignee = forms.ModelChoiceField(
        label=_("Who works on it"),
        queryset=Person.objects.none(),
        required=False,
        empty_label=_("the whole team"),
    )

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = people  # type: ignore[attr-defined]


class ClassifyForm(SeenForm):
    impact = forms.ChoiceField(
        label=_("Who is affected?"), choices=Impact.choices, widget=forms.RadioSelect
    )
    urgency = forms.ChoiceField(
        label=_("Can people work?"), choices=Urgency.choices, widget=forms.RadioSelect
    )
    category = forms.ModelChoiceField(
        label=_("Category"), queryset=Category.objects.all(), to_field_name="slug"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = list(_grouped(catalog.grouped()))  # type: ignore[attr-defined]


def _grouped(
    groups: Iterable[tuple[str, list[Category]]],
) -> Iterable[tuple[str, str]]:
    for service, categories in groups:
        for category in categories:
            yield category.slug, f"{service} › {category}"


class RehearsalForm(forms.Form):
    days = forms.IntegerField(
        label=_("How many days back"),
        help_text=_("Tickets resolved since then are replayed, and all that are open."),
        min_value=1,
        max_value=MOST_DAYS,
        initial=30,
    )


class RepairForm(forms.Form):
    """Which tickets have their clocks replayed; all that is given counts together."""

    numbers = forms.CharField(
        label=_("Numbers"), required=False, max_length=2000,
        help_text=_("Such as 26-00001; several with spaces between."),
    )  # fmt: skip
    open_only = forms.BooleanField(label=_("Open tickets only"), required=False)
    team = forms.ModelChoiceField(
        Team.objects.order_by("level", "name"), label=_("Team"), required=False,
        empty_label=_("any team"),
    )  # fmt: skip
    agreement = forms.ChoiceField(label=_("Agreement"), required=False)
    opened_from = forms.DateField(
        label=_("Opened from"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    opened_until = forms.DateField(
        label=_("Opened before"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, agreements: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["agreement"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("any agreement")), *agreements]

    def selection(self) -> Selection:
        """Return what was chosen; a day begins at midnight of the reader's zone."""
        given = self.cleaned_data
        return Selection(
            numbers=tuple(given["numbers"].replace(",", " ").split()),
            is_open=given["open_only"],
            team=given["team"],
            agreement=given["agreement"],
            opened_from=_midnight(given["opened_from"]),
            opened_until=_midnight(given["opened_until"]),
        )


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else timezone.make_aware(datetime.combine(day, time()))
