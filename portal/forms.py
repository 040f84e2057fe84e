from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.choices import Impact, Kind, Urgency
from common.origin import new_trace

TEXT = 20_000  # characters; more than anybody types
TOO_LONG = _("This is longer than we can take. Shorten it a little.")


@dataclass(frozen=True, slots=True)
class Purpose:
    """What somebody comes for: the door's words, the question, and the kind of ticket."""

    title: Any
    question: Any
    kind: str | None


BROKEN = "broken"
PURPOSES = {
    BROKEN: Purpose(_("Something does not work"), _("What happens?"), Kind.INCIDENT),
    "need": Purpose(_("I need something"), _("What do you need?"), Kind.REQUEST),
    "question": Purpose(_("I have a question"), _("What would you like to know?"), None),
}


class ReportForm(forms.Form):
    """What somebody comes for; where something is broken, for whom, and can they work."""

    text = forms.CharField(
        label=_("What happens?"),
        help_text=_("The first line becomes the title."),
        max_length=TEXT,
        widget=forms.Textarea,
        error_messages={
            "required": _(
                "Write at least one line about the problem. The first line becomes the title."
            ),
            "max_length": TOO_LONG,
        },
    )
    impact = forms.ChoiceField(
        label=_("Who is affected?"),
        choices=Impact.choices,
        initial=Impact.PERSON,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who is affected.")},
    )
    urgency = forms.ChoiceField(
        label=_("Can you work?"),
        choices=Urgency.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whether you can work.")},
    )
    about = forms.ChoiceField(label=_("What is it about?"), required=False)
    # Of this form as it was shown: sent twice, it makes one ticket.
    key = forms.CharField(max_length=40, required=False, initial=new_trace)

    def __init__(
        self, data: Any = None, *, purpose: str = BROKEN, services: Sequence[tuple[str, str]]
    ) -> None:
        super().__init__(data)
        self.fields["text"].label = PURPOSES[purpose].question
        if purpose != BROKEN:
            del self.fields["impact"], self.fields["urgency"]
        about = cast(forms.ChoiceField, self.fields["about"])
        about.choices = [("", _("I don’t know")), *services]


class WordsForm(forms.Form):
    """What somebody writes into the conversation of their ticket."""

    body = forms.CharField(
        label=_("Your message"),
        max_length=TEXT,
        widget=forms.Textarea,
        error_messages={"required": _("Write a text first."), "max_length": TOO_LONG},
    )


class ReasonForm(forms.Form):
    """A few words that go with a decision; none are needed."""

    reason = forms.CharField(
        label=_("What is still wrong?"),
        required=False,
        max_length=TEXT,
        widget=forms.Textarea,
        error_messages={"max_length": TOO_LONG},
    )
