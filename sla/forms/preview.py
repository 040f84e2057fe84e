"""What the preview and the tester ask for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.choices import Kind
from common.fields import InstantTyped
from sla.queries import Pause, Policy
from sla.queries.preview import Try
from sla.queries.words import PRIORITIES, Vocabulary
from sla.rules import Facts

PRIORITY_CHOICES = [(p, f"P{p}") for p in PRIORITIES]


class TryForm(forms.Form):
    """An imagined ticket: opened then, at that site, on hold from and until."""

    opened = InstantTyped(label=_("Opened"))
    priority = forms.TypedChoiceField(label=_("Priority"), choices=PRIORITY_CHOICES, coerce=int)
    site = forms.ChoiceField(label=_("Site"), required=False)
    held = InstantTyped(label=_("On hold from"), required=False)
    resumed = InstantTyped(label=_("until"), required=False)
    reason = forms.ChoiceField(label=_("waiting for"), required=False)

    def __init__(self, *args: Any, names: Vocabulary, rules: Policy, **kwargs: Any) -> None:
        kwargs["prefix"] = "try"
        super().__init__(*args, **kwargs)
        self.names = names
        self.fields["site"].choices = [  # type: ignore[attr-defined]
            ("", _("no site")), *names.choices("site"),
        ]  # fmt: skip
        self.fields["reason"].choices = [  # type: ignore[attr-defined]
            (slug, reason.name) for slug, reason in rules.reasons.items()
        ]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        held, resumed = data.get("held"), data.get("resumed")
        if (held is None) != (resumed is None) and not self.errors:
            self.add_error("resumed", _("Say from when until when it is on hold."))
        elif held and resumed and resumed <= held:
            self.add_error("resumed", _("The hold ends before it begins."))
        return data

    def tried(self) -> Try:
        """Return the imagined ticket of a valid form."""
        data = self.cleaned_data
        pauses: tuple[Pause, ...] = ()
        if data["held"]:
            pauses = ((data["held"], data["resumed"], data["reason"]),)
        return Try(
            opened_at=data["opened"], priority=data["priority"],
            site=key_of(self.names.sites, data["site"]), pauses=pauses,
        )  # fmt: skip


class TestForm(forms.Form):
    """The ticket of the tester: who asks, for what, of which team."""

    __test__ = False  # its name begins like a test's

    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    priority = forms.TypedChoiceField(label=_("Priority"), choices=PRIORITY_CHOICES, coerce=int)
    category = forms.ChoiceField(label=_("Category"), required=False)
    site = forms.ChoiceField(label=_("Site"), required=False)
    organisation = forms.ChoiceField(label=_("Organisation"), required=False)
    vip = forms.BooleanField(label=_("VIP"), required=False)
    team = forms.ChoiceField(label=_("Team"))
    supplier = forms.ChoiceField(label=_("Waits for the supplier"), required=False)
    opened = InstantTyped(label=_("Opened"))

    def __init__(self, *args: Any, names: Vocabulary, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = names
        for word, none in (
            ("category", _("none")), ("site", _("none")), ("organisation", _("none")),
            ("supplier", _("none")), ("team", None),
        ):  # fmt: skip
            field: Any = self.fields[word]
            field.choices = [*([("", none)] if none else []), *names.choices(word)]

    def facts(self) -> tuple[Facts, datetime]:
        """Return what an agreement may look at, and when, of a valid form."""
        data, names = self.cleaned_data, self.names
        category = next((c for c in names.categories if c.slug == data["category"]), None)
        team = next(t for t in names.teams if t.slug == data["team"])
        facts = Facts(
            kind=data["kind"], priority=data["priority"],
            category=category.pk if category else None,
            service=category.service_id if category else None,
            organisation=key_of(names.organisations, data["organisation"]),
            site=key_of(names.sites, data["site"]), team=team.pk, vip=data["vip"],
            level=team.level, supplier=key_of(names.suppliers, data["supplier"]),
        )  # fmt: skip
        return facts, data["opened"]


def key_of(rows: Any, slug: str) -> int | None:
    """Return the primary key of the row with a short name; None: there is none."""
    found: int | None = next((row.pk for row in rows if row.slug == slug), None)
    return found


def of_person(person: Any) -> Mapping[str, Any]:
    """Return what the tester takes from a requester: site, organisation and whether a VIP."""
    return {
        "site": person.site.slug if person.site else "",
        "organisation": person.organisation.slug if person.organisation else "",
        "vip": "on" if person.is_vip else "",
    }
