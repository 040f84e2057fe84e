"""Agreements in words: the names of everything a condition, a target or a step speaks of."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.choices import Level, OrganisationKind
from accounts.models import Organisation, Person, Site, Team
from catalog.choices import Kind
from catalog.models import Category, Service
from common.durations import exact
from sla.choices import Audience, Metric, Reopening, StepAction
from sla.models import Agreement
from sla.queries.policy import Policy
from sla.rules import AgreementTerms, StepTerms, TargetTerms

# In the order in which they are offered.
WORDS = (
    "kind", "priority", "service", "category", "organisation", "site", "team", "vip", "level",
    "supplier",
)  # fmt: skip
PRIORITIES = (1, 2, 3, 4, 5)
Choices = list[tuple[Any, str]]


def word_label(word: str) -> str:
    """Return what a word of a condition is called."""
    known = {
        "kind": _("kind of ticket"), "priority": _("priority"), "service": _("service"),
        "category": _("category"), "organisation": _("organisation"), "site": _("site"),
        "team": _("team"), "vip": _("VIP"), "level": _("level of the team"),
        "supplier": _("supplier"),
    }  # fmt: skip
    return known.get(word, word)


class Vocabulary:
    """The values there are for each word, with their names; each table is read at most once."""

    def choices(self, word: str) -> Choices:
        """Return the values of a word with their names, in the order of their list."""
        found: Choices = getattr(self, f"_{word}")
        return found

    def name(self, word: str, value: Any) -> str:
        """Return the name of a value; one that is gone is called by its short name."""
        return dict(self.choices(word)).get(value, str(value)) if word in WORDS else str(value)

    def by_key(self, word: str, key: Any) -> str:
        """Return the name of a fact: a primary key for rows, the value itself for others."""
        rows: Mapping[int, str] = getattr(self, f"_{word}_keys", {})
        if key is None:
            return _("none")
        return rows.get(key) or self.name(word, key)

    @cached_property
    def _kind(self) -> Choices:
        return [(k.value, str(k.label)) for k in Kind]

    @cached_property
    def _priority(self) -> Choices:
        return [(p, f"P{p}") for p in PRIORITIES]

    @cached_property
    def _vip(self) -> Choices:
        return [(True, _("yes")), (False, _("no"))]

    @cached_property
    def _level(self) -> Choices:
        return [(level.value, str(level.label)) for level in Level]

    @cached_property
    def services(self) -> list[Service]:
        """Every service, in its order."""
        return list(Service.objects.order_by("order", "pk"))

    @cached_property
    def categories(self) -> list[Category]:
        """Every category with its service, in its order."""
        return list(Category.objects.select_related("service").order_by("service__order", "order"))

    @cached_property
    def organisations(self) -> list[Organisation]:
        """Every organisation by name."""
        return list(Organisation.objects.order_by("name"))

    @cached_property
    def sites(self) -> list[Site]:
        """Every site by name."""
        return list(Site.objects.order_by("name"))

    @cached_property
    def teams(self) -> list[Team]:
        """Every team by level and name."""
        return list(Team.objects.order_by("level", "name"))

    @cached_property
    def persons(self) -> dict[int, str]:
        """The names of those who work at the desk, by name."""
        found = Person.objects.agents().order_by("family_name", "given_name")
        return {person.pk: str(person) for person in found}

    @cached_property
    def _service(self) -> Choices:
        return [(row.slug, str(row)) for row in self.services]

    @cached_property
    def _category(self) -> Choices:
        return [(row.slug, f"{row.service}: {row}") for row in self.categories]

    @cached_property
    def _organisation(self) -> Choices:
        return [(row.slug, row.name) for row in self.organisations]

    @cached_property
    def _site(self) -> Choices:
        return [(row.slug, row.name) for row in self.sites]

    @cached_property
    def _team(self) -> Choices:
        return [(row.slug, row.name) for row in self.teams]

    @cached_property
    def suppliers(self) -> list[Organisation]:
        """The organisations that supply."""
        return [o for o in self.organisations if o.kind == OrganisationKind.SUPPLIER]

    @cached_property
    def _supplier(self) -> Choices:
        return [(row.slug, row.name) for row in self.suppliers]

    @cached_property
    def _service_keys(self) -> dict[int, str]:
        return {row.pk: str(row) for row in self.services}

    @cached_property
    def _category_keys(self) -> dict[int, str]:
        return {row.pk: str(row) for row in self.categories}

    @cached_property
    def _organisation_keys(self) -> dict[int, str]:
        return {row.pk: row.name for row in self.organisations}

    @cached_property
    def _supplier_keys(self) -> dict[int, str]:
        return self._organisation_keys

    @cached_property
    def _site_keys(self) -> dict[int, str]:
        return {row.pk: row.name for row in self.sites}

    @cached_property
    def team_names(self) -> dict[int, str]:
        """The names of the teams."""
        return {row.pk: row.name for row in self.teams}

    @property
    def _team_keys(self) -> dict[int, str]:
        return self.team_names


def condition_words(
    conditions: Mapping[str, Sequence[Any]], names: Vocabulary
) -> list[tuple[str, str]]:
    """Return each condition as the word and the values it lets in, in the order of the words."""
    known = [word for word in WORDS if word in conditions]
    return [
        (word_label(word), or_list([names.name(word, v) for v in conditions[word]]))
        for word in known
    ]


def or_list(found: Sequence[str]) -> str:
    """Return "A", "A or B", "A, B or C"."""
    if len(found) < 2:
        return "".join(found)
    return _("%(first)s or %(last)s") % {"first": ", ".join(found[:-1]), "last": found[-1]}


def target_words(target: TargetTerms) -> str:
    """Return the time of a target in short: one, or from the shortest to the longest."""
    language = get_language() or "en"
    low, high = min(target.seconds), max(target.seconds)
    if low == high:
        return exact(low, language)
    return f"{exact(low, language)} – {exact(high, language)}"


def calendar_words(target: TargetTerms, rules: Policy) -> str:
    """Return by whose hours a target counts."""
    if target.calendar is None:
        return _("the hours of the caller's site")
    return rules.calendar_name(target.calendar)


def pause_words(target: TargetTerms, rules: Policy) -> str:
    """Return what stops a target, in the order of the reasons."""
    found = [r.name for slug, r in rules.reasons.items() if slug in target.pause_reasons]
    found += sorted(target.pause_reasons - set(rules.reasons))
    return or_list(found) if found else _("nothing")


def when_words(step: StepTerms) -> str:
    """Return when a step comes."""
    language = get_language() or "en"
    if step.offset is None:
        return _("at %(percent)s %%") % {"percent": step.percent}
    words = {"time": exact(abs(step.offset), language)}
    if step.offset < 0:
        return _("%(time)s before due") % words
    return _("%(time)s after due") % words if step.offset else _("when due")


def step_words(step: StepTerms, names: Vocabulary) -> str:
    """Return what a step does and who hears of it."""
    told = [str(a.label) for a in Audience if a in step.tell]
    told += [names.persons[pk] for pk in step.persons if pk in names.persons]
    everybody = ", ".join(told)
    what = str(StepAction(step.action).label)
    if step.action == StepAction.HAND_OVER:
        team = names.team_names.get(step.team or 0)
        what = (
            _("hand over to %(team)s") % {"team": team} if team
            else _("hand over to the next level")
        )  # fmt: skip
    if step.action == StepAction.WARN:
        said = _("tell %(names)s") % {"names": everybody}
    elif told:
        said = _("%(what)s, tell %(names)s") % {"what": what, "names": everybody}
    else:
        said = what
    return _("%(said)s, even at night") % {"said": said} if step.wakes else said


def lines(row: Agreement, terms: AgreementTerms, rules: Policy, names: Vocabulary) -> list[
    tuple[str, str]
]:  # fmt: skip
    """Return everything an agreement says as pairs of what and how, in reading order."""
    found = [(language.upper(), name) for language, name in row.names.items()]
    said = condition_words(row.conditions, names)
    found += [(_("Applies when: %(word)s") % {"word": word}, values) for word, values in said]
    found.append((_("A reopened ticket"), str(Reopening(row.reopening).label)))
    for target in terms.targets:
        found += _target_lines(target, rules, names)
    return found


def _target_lines(target: TargetTerms, rules: Policy, names: Vocabulary) -> list[tuple[str, str]]:
    language = get_language() or "en"
    metric = str(Metric(target.metric).label)
    found = [
        (f"P{priority} {metric}", exact(seconds, language))
        for priority, seconds in zip(PRIORITIES, target.seconds, strict=True)
    ]
    for word, value in (
        (_("hours"), calendar_words(target, rules)),
        (_("at risk from"), f"{target.at_risk_percent} %"),
        (_("stopped by"), pause_words(target, rules)),
    ):
        found.append((f"{metric}: {word}", value))
    for step in target.steps:
        said = f"{when_words(step)}: {step_words(step, names)}"
        found.append((f"{metric}: {step.milestone}", said))
    return found


def differences(
    old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]
) -> list[tuple[str, str, str]]:
    """Return what differs as (what, before, after); "" where one of them says nothing."""
    before, after = dict(old), dict(new)
    words = [*before, *(word for word in after if word not in before)]
    return [
        (word, before.get(word, ""), after.get(word, ""))
        for word in words
        if before.get(word) != after.get(word)
    ]
