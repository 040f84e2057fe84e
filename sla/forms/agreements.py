"""The editor of an agreement: several small forms that are sent, read and answered as one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from common.fields import DurationTyped
from sla.actions import Content
from sla.choices import METRICS_OF, AgreementKind, Audience, Metric, Reopening, StepAction
from sla.forms.names import Named, initial_names
from sla.queries import Keys, Policy, matched_by
from sla.queries.words import PRIORITIES, WORDS, Vocabulary, word_label
from sla.rules import AgreementTerms, Fault, StepTerms, TargetTerms, step_field

MOST_STEPS = 40
UNITS = [
    ("percent", "%"), ("before", _("before due")), ("after", _("after due")),
]  # fmt: skip


class HeadForm(Named):
    """Names, place and what a reopening does."""

    name_missing = _("Give a name in English, French, German and Italian.")
    place = forms.TypedChoiceField(
        label=_("Order"), coerce=int, help_text=_("The first that matches counts.")
    )
    reopening = forms.ChoiceField(label=_("A reopened ticket"), choices=Reopening.choices)

    def __init__(self, *args: Any, places: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = [  # type: ignore[attr-defined]
            (n, _("%(place)s of %(all)s") % {"place": n, "all": places})
            for n in range(1, places + 1)
        ]


class ConditionForm(forms.Form):
    """The values one word lets in."""

    def __init__(self, *args: Any, word: str, names: Vocabulary, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.word, self.label = word, word_label(word)
        self.values = {str(value): value for value, _name in names.choices(word)}
        self.fields[f"on_{word}"] = forms.MultipleChoiceField(
            label=self.label, required=False, widget=forms.CheckboxSelectMultiple,
            choices=[(str(value), name) for value, name in names.choices(word)],
        )  # fmt: skip

    @property
    def field(self) -> Any:
        """The one field there is."""
        return self[f"on_{self.word}"]

    def chosen(self) -> list[Any]:
        """Return the values of a valid form."""
        return [self.values[text] for text in self.cleaned_data[f"on_{self.word}"]]


class TargetForm(forms.Form):
    """One metric: its time per priority, or nothing at all."""

    at_risk = forms.IntegerField(
        label=_("at risk from, %"), min_value=1, max_value=100,
        error_messages=dict.fromkeys(
            ("required", "min_value", "max_value", "invalid"),
            _("Write a percentage from 1 to 100."),
        ),
    )  # fmt: skip
    calendar = forms.ChoiceField(label=_("hours"), required=False)
    pauses = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, metric: str, rules: Policy, **kwargs: Any) -> None:
        kwargs["prefix"] = metric
        super().__init__(*args, **kwargs)
        self.metric = Metric(metric)
        for priority in PRIORITIES:
            self.fields[f"p{priority}"] = DurationTyped(
                label=f"P{priority} {self.metric.label}", required=False
            )
        reasons: Any = self.fields["pauses"]
        reasons.choices = [(slug, reason.name) for slug, reason in rules.reasons.items()]
        calendar: Any = self.fields["calendar"]
        calendar.choices = [
            ("", _("of the caller's site")),
            *(
                (str(pk), rules.calendar_name(pk))
                for pk in rules.calendars
                if not rules.is_retired(pk, timezone.now())
                or str(pk) == self.initial.get("calendar")
            ),
        ]

    @property
    def times(self) -> list[Any]:
        """The five fields of the priorities."""
        return [self[f"p{priority}"] for priority in PRIORITIES]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        given = [p for p in PRIORITIES if self.data.get(self.add_prefix(f"p{p}"), "").strip()]
        if given and len(given) < len(PRIORITIES):
            missing = next(p for p in PRIORITIES if p not in given)
            self.add_error(
                f"p{missing}",
                _("Give a time for every priority, or for none of this column."),
            )
        return data

    def terms(self, steps: Sequence[StepTerms]) -> TargetTerms | None:
        """Return the target of a valid form; None: nothing is promised."""
        data = self.cleaned_data
        seconds = tuple(data[f"p{priority}"] for priority in PRIORITIES)
        if None in seconds:
            return None
        return TargetTerms(
            metric=self.metric.value,
            calendar=int(data["calendar"]) if data["calendar"] else None,
            seconds=seconds, at_risk_percent=data["at_risk"],
            pause_reasons=frozenset(data["pauses"]), steps=tuple(steps),
        )  # fmt: skip


class StepForm(forms.Form):
    """One step: when, what, and who hears of it."""

    metric = forms.ChoiceField(label=_("Of"))
    amount = forms.CharField(label=_("When"), max_length=20)
    unit = forms.ChoiceField(label=_("Counted as"), choices=UNITS)
    action = forms.ChoiceField(label=_("Then"), choices=StepAction.choices)
    team = forms.TypedChoiceField(label=_("To team"), coerce=int, empty_value=None, required=False)
    tell = forms.MultipleChoiceField(
        label=_("Tell"), choices=Audience.choices, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    persons = forms.TypedMultipleChoiceField(
        label=_("and these persons"), coerce=int, required=False
    )
    wakes = forms.BooleanField(label=_("even at night"), required=False)
    milestone = forms.SlugField(
        label=_("Word"), max_length=50, required=False,
        help_text=_("The same word never comes twice in the life of a clock. Empty: it is made."),
        error_messages={"invalid": _("Use letters, digits, - and _ only.")},
    )  # fmt: skip

    def __init__(
        self, *args: Any, place: int, kind: str, names: Vocabulary, **kwargs: Any
    ) -> None:
        kwargs["prefix"] = f"step-{place}"
        super().__init__(*args, **kwargs)
        self.place = place
        choices: dict[str, list[tuple[Any, Any]]] = {
            "metric": [(m.value, m.label) for m in METRICS_OF[AgreementKind(kind)]],
            "team": [("", _("the next level")), *_active(names.teams)],
            "persons": list(names.persons.items()),
        }
        for name, found in choices.items():
            field: Any = self.fields[name]
            field.choices = found

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        amount, unit = data.get("amount"), data.get("unit")
        if not amount or not unit:
            return data
        data["percent"] = data["offset"] = None
        if unit == "percent":
            text = amount.rstrip("% \N{NO-BREAK SPACE}")
            # "²" is a digit, too, and a long row of digits is more than int() reads.
            if text.isascii() and text.isdecimal() and len(text) < 5 and 1 <= int(text) <= 1000:
                data["percent"] = int(text)
            else:
                self.add_error("amount", _("Write a percentage from 1 to 1000."))
            return data
        try:
            seconds = DurationTyped().clean(amount)
        except forms.ValidationError as error:
            self.add_error("amount", error)
        else:
            data["offset"] = -seconds if unit == "before" else seconds
        return data

    def terms(self) -> StepTerms:
        """Return the step of a valid form."""
        data = self.cleaned_data
        return StepTerms(
            milestone=data["milestone"], action=data["action"], percent=data["percent"],
            offset=data["offset"], team=data["team"], tell=frozenset(data["tell"]),
            persons=tuple(data["persons"]), wakes=data["wakes"],
        )  # fmt: skip


def _active(teams: Sequence[Team]) -> list[tuple[int, str]]:
    return [(team.pk, team.name) for team in teams if team.is_active]


class Editor:
    """Everything that is written in a draft.

    data: what was sent; None shows the draft as it is saved.
    """

    def __init__(
        self,
        terms: AgreementTerms,
        conditions: Mapping[str, Sequence[Any]],
        data: QueryDict | None,
        *,
        keys: Keys,
        place: int,
        places: int,
        rules: Policy,
        names: Vocabulary,
    ) -> None:
        self.saved, self.rules, self.names, self.keys = terms, rules, names, keys
        self.general: list[str] = []
        kind = self.kind = AgreementKind(terms.kind)
        targets = {target.metric: target for target in terms.targets}
        self.head = HeadForm(data, initial=_head(terms, place), places=places)
        words = list(conditions) if data is None else _words(data.getlist("word"))
        self.conditions = [
            ConditionForm(
                data, word=word, names=names,
                initial={f"on_{word}": [str(v) for v in conditions.get(word, ())]},
            )
            for word in words
        ]  # fmt: skip
        self.targets = [
            TargetForm(data, metric=metric, rules=rules, initial=_target(targets.get(metric)))
            for metric in METRICS_OF[kind]
        ]
        self.steps = [
            StepForm(data, place=n, kind=kind, names=names, initial=initial)
            for n, initial in _steps(terms, data)
        ]

    @property
    def free_words(self) -> list[tuple[str, str]]:
        """The words no condition uses yet."""
        used = {form.word for form in self.conditions}
        return [(word, word_label(word)) for word in WORDS if word not in used]

    @property
    def parts(self) -> list[forms.Form]:
        """Every form, in reading order."""
        return [self.head, *self.conditions, *self.targets, *self.steps]

    def is_valid(self) -> bool:
        """Say whether everything could be read."""
        found = [form.is_valid() for form in self.parts]  # each, so that all errors are seen
        return all(found)

    def terms(self) -> AgreementTerms:
        """Return the agreement as it is written, of a valid editor; saved or not."""
        content = self.content()
        return AgreementTerms(
            pk=self.saved.pk, slug=self.saved.slug, version=self.saved.version,
            kind=self.saved.kind, order=self.saved.order, names=content.names,
            conditions=matched_by(content.conditions, self.keys),
            reopening=content.reopening, valid_from=None, valid_until=None,
            targets=tuple(content.targets),
        )  # fmt: skip

    def content(self) -> Content:
        """Return what is to be written, of a valid editor."""
        head = self.head.cleaned_data
        found = [form.terms(self._steps_of(form.metric)) for form in self.targets]
        return Content(
            names=self.head.names(),
            conditions={form.word: form.chosen() for form in self.conditions},
            targets=[target for target in found if target is not None],
            reopening=head["reopening"], place=head["place"],
        )  # fmt: skip

    @property
    def shown_targets(self) -> Sequence[TargetTerms]:
        """The targets as typed, or as saved while what is typed cannot be read."""
        typed = self.head.is_bound and self.is_valid()
        return self.terms().targets if typed else self.saved.targets

    def add(self, faults: Sequence[Fault]) -> None:
        """Show faults at the inputs they belong to."""
        places = self._fields() if self.head.is_bound else {}
        for fault in faults:
            form, name = places.get(fault.field, (None, ""))
            if form is None:
                self.general.append(fault.text)
            else:
                form.add_error(name, fault.text)

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Every error as the id of its input and its words."""
        found = [("", text) for text in self.general]
        for form in self.parts:
            for name, texts in form.errors.items():
                found += [(f"id_{form.add_prefix(name)}", str(text)) for text in texts]
        return found

    def _steps_of(self, metric: str) -> list[StepTerms]:
        found = [form.terms() for form in self.steps if form.cleaned_data["metric"] == metric]
        return [_worded(step) for step in found]

    def _fields(self) -> dict[str, tuple[forms.Form, str]]:
        """Return the form and the field for each name a fault may speak of."""
        found: dict[str, tuple[forms.Form, str]] = {
            form.add_prefix(name): (form, name) for form in self.parts for name in form.fields
        }
        counted: dict[str, int] = {}
        for form in self.steps:
            metric = form.cleaned_data.get("metric", "")
            place = counted.setdefault(metric, 0)
            counted[metric] += 1
            found[step_field(metric, place)] = (form, "amount")
        return found


def _worded(step: StepTerms) -> StepTerms:
    """Give a step without a word one that says when it comes and what it does."""
    if step.milestone:
        return step
    if step.offset is not None:
        side = "before" if step.offset < 0 else "after"
        word = f"{step.action}_{abs(step.offset) // 60}_min_{side}"
    elif step.percent == 100:
        word = f"breach_{step.action}"
    else:
        word = f"{step.action}_{step.percent}"
    return replace(step, milestone=word)


def _words(given: Sequence[str]) -> list[str]:
    return [word for word in dict.fromkeys(given) if word in WORDS]


def _head(terms: AgreementTerms, place: int) -> dict[str, Any]:
    return {**initial_names(terms.names), "place": place, "reopening": terms.reopening}


def _target(target: TargetTerms | None) -> dict[str, Any]:
    if target is None:
        return {"at_risk": 75}
    return {
        "at_risk": target.at_risk_percent, "calendar": str(target.calendar or ""),
        "pauses": sorted(target.pause_reasons),
        **{f"p{p}": s for p, s in zip(PRIORITIES, target.seconds, strict=True)},
    }  # fmt: skip


def _steps(terms: AgreementTerms, data: QueryDict | None) -> list[tuple[int, dict[str, Any]]]:
    """Return the numbers of the steps that were sent, or the saved ones with their values."""
    if data is not None:
        sent = [t for t in dict.fromkeys(data.getlist("step")) if t.isdecimal() and len(t) < 4]
        empty: dict[str, Any] = {}
        return [(int(text), empty) for text in sent[:MOST_STEPS]]
    saved = [(target.metric, step) for target in terms.targets for step in target.steps]
    return [(n, _step(metric, step)) for n, (metric, step) in enumerate(saved)]


def _step(metric: str, step: StepTerms) -> dict[str, Any]:
    found = {
        "metric": metric, "action": step.action, "team": step.team, "tell": sorted(step.tell),
        "persons": list(step.persons), "wakes": step.wakes, "milestone": step.milestone,
    }  # fmt: skip
    if step.offset is None:
        return {**found, "amount": step.percent, "unit": "percent"}
    amount = DurationTyped().prepare_value(abs(step.offset))
    return {**found, "amount": amount, "unit": "before" if step.offset < 0 else "after"}
