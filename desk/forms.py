"""The forms of the desk's own pages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import Person, Site, Team
from common.origin import Channel
from desk.queries import calls
from tickets.actions import NewCaller

ANONYMOUS = "anonymous"
NEW = "new"
LONGEST_KEY = 19  # digits; the largest key has as many
THEN = ("save", "resolve", "escalate")


class CallForm(forms.Form):
    """The call card: who calls, what about, and what the card itself had filled in.

    `caller` is a primary key, "new" or "anonymous"; without JavaScript it is empty and
    `caller_text` is looked up. `suggested` and `applied` are explained at `calls.terms`.
    """

    caller = forms.CharField(required=False)
    caller_text = forms.CharField(required=False, max_length=200)
    new_name = forms.CharField(required=False, max_length=160)
    new_phone = forms.CharField(required=False, max_length=40)
    new_site = forms.ModelChoiceField(Site.objects.order_by("name"), required=False)
    text = forms.CharField(
        max_length=20_000,
        error_messages={
            "required": gettext_lazy(
                "Write at least one line about the problem. The first line becomes the title."
            )
        },
    )
    channel = forms.ChoiceField(
        choices=[(c.value, c.label) for c in (Channel.PHONE, Channel.WALK_IN)], required=False
    )
    solution = forms.CharField(required=False, max_length=20_000)
    then = forms.ChoiceField(choices=[(word, word) for word in THEN], required=False)
    card = forms.CharField(required=False, max_length=40)

    def __init__(self, *args: Any, agent: Person, at: datetime, **more: Any) -> None:
        super().__init__(*args, **more)
        self.agent, self.at = agent, at
        self.matches: list[Person] = []

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        data["channel"] = Channel(data.get("channel") or Channel.PHONE)
        data["then"] = data.get("then") or THEN[0]
        try:
            data["caller"] = self._caller(data)
        except forms.ValidationError as error:
            self.add_error("new_name" if error.code == NEW else "caller", error)
        if data["then"] == "resolve" and not data["solution"] and "text" in data:
            data["solution"] = solution_in(data["text"])
            if not data["solution"]:
                self.add_error("solution", _("Write what solved it."))
        return data

    def _caller(self, data: dict[str, Any]) -> Person | NewCaller | None:
        given, typed = data["caller"], data["caller_text"]
        if given == ANONYMOUS:
            return None
        if given.isascii() and given.isdigit() and len(given) < LONGEST_KEY:
            known: Person | None = Person.objects.named().filter(pk=int(given)).first()
            if known is not None:
                return known
        if data["new_name"]:
            return NewCaller(
                name=data["new_name"],
                phone=data["new_phone"],
                site_id=data["new_site"].pk if data["new_site"] else None,
                language=(get_language() or "en")[:2],
            )
        if given == NEW:
            raise forms.ValidationError(_("Write the name of the person."), code=NEW)
        if len(typed) >= calls.FROM:
            self.matches = calls.callers(typed, near=self.agent, at=self.at)
            active = [person for person in self.matches if person.is_active]
            if len(active) == 1:
                return active[0]
        raise forms.ValidationError(
            _("Choose a person, or press Enter twice for an anonymous caller.")
        )


def solution_in(text: str) -> str:
    """Return what follows the arrows at the beginning of lines: "→ restarted the spooler"."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line[1:].strip() for line in lines if line.startswith("→")).strip()


class TryOutForm(forms.Form):
    """What if a team had more people today: a question only, nothing is written."""

    to = forms.ChoiceField(label=gettext_lazy("In the team"))
    people = forms.IntegerField(
        label=gettext_lazy("More people"),
        initial=1,
        min_value=1,
        max_value=9,
        error_messages={
            "required": gettext_lazy("Choose a number from 1 to 9."),
            "invalid": gettext_lazy("Choose a number from 1 to 9."),
            "min_value": gettext_lazy("Choose a number from 1 to 9."),
            "max_value": gettext_lazy("Choose a number from 1 to 9."),
        },
    )

    def __init__(
        self, *args: Any, teams: Sequence[Team], team: Team | None = None, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.teams = {t.slug: t for t in teams}
        field = self.fields["to"]
        field.choices = [(t.slug, t.name) for t in teams]  # type: ignore[attr-defined]
        field.initial = team.slug if team else None
        field.error_messages["invalid_choice"] = _("There is no such team.")

    @property
    def extra(self) -> tuple[Team, int] | None:
        """The team and how many more people in it; None: nothing was asked, or not rightly."""
        if not self.is_bound or not self.is_valid():
            return None
        return self.teams[self.cleaned_data["to"]], self.cleaned_data["people"]
