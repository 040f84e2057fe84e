"""Teams and persons; every name and number is invented."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from django.conf import settings
from django.contrib.auth.hashers import make_password

from accounts import actions as accounts
from accounts.choices import Distribution, DutyKind, MemberRole, Role
from accounts.models import Duty, Membership, Person, PersonSkill, Skill, Team
from common.origin import Origin
from search.folding import fold
from setup.demo.base import LOGINS, PASSWORD, ZURICH
from setup.demo.places import Places
from sla import actions as sla
from sla.models import TeamCalendar

SKILLS = {
    "network": "Networks", "windows": "Windows and laptops", "printing": "Printers",
    "mail": "E-mail", "telephony": "Telephony", "identity": "Accounts and access",
    "security": "Security", "finance": "Finance application", "clinical": "Clinical applications",
    # A skill whose short name is a language: who speaks it beside their own comes first.
    "fr": "French", "de": "German", "it": "Italian", "en": "English",
}  # fmt: skip
# Short name: name, level, calendar.
TEAMS = {
    "service-desk": ("Service Desk", 1, "service-desk"),
    "hr-services": ("HR Services", 1, "lausanne"),
    "l2-network": ("L2 Network", 2, "24x7"),
    "l2-workplace": ("L2 Workplace", 2, "service-desk"),
    "l2-printing": ("L2 Printing", 2, "service-desk"),
    "l2-applications": ("L2 Business Applications", 2, "service-desk"),
    "l3-infrastructure": ("L3 Infrastructure", 3, "24x7"),
}


# How work is handed out, where it is not by skill, language and load.
WAYS = {"l2-workplace": Distribution.ROUND_ROBIN, "l2-printing": Distribution.PULL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """A person as written below; login empty: nobody of that name signs in."""

    given: str
    family: str
    site: str
    language: str
    department: str = "Informatics"
    login: str = ""
    role: str = Role.REQUESTER
    teams: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    skills: str = ""
    is_vip: bool = False
    is_active: bool = True
    manager: str = ""
    organisation: str = "valdora"


def _agent(
    given: str, family: str, site: str, language: str, teams: str, skills: str, **more: object
) -> Who:  # noqa: E501
    return Who(
        given=given, family=family, site=site, language=language, role=Role.AGENT,
        teams=tuple(teams.split()), skills=skills, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def _user(
    given: str, family: str, site: str, language: str, department: str, **more: object
) -> Who:  # noqa: E501
    return Who(
        given=given, family=family, site=site, language=language, department=department,
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


PERSONS = (
    # The management first: they are other people's managers.
    _user("Hélène", "Grandjean", "lausanne", "fr", "Direction", is_vip=True),
    _user("Urs", "Aeschbacher", "bern", "de", "Finance", is_vip=True, manager="Grandjean"),
    _user("Antonella", "Pedrazzini", "lugano", "it", "Medical direction", is_vip=True,
          manager="Grandjean"),
    Who(given="Beat", family="Zurbriggen", site="bern", language="de", login="beat",
        role=Role.ADMINISTRATOR, manager="Grandjean"),
    # First level.
    Who(given="Chiara", family="Bernasconi", site="lausanne", language="it", login="chiara",
        role=Role.AGENT, leads=("service-desk", "l2-network"), skills="windows:2 mail:2 fr:3 de:2",
        manager="Zurbriggen"),
    _agent("Nadia", "Rochat", "lausanne", "fr", "service-desk",
           "windows:2 mail:2 identity:2 telephony:1 de:2", login="nadia", manager="Bernasconi"),
    _agent("Lea", "Meier", "zuerich", "de", "service-desk", "windows:2 mail:1 printing:1",
           manager="Bernasconi"),
    _agent("Yannick", "Favrod", "geneve", "fr", "service-desk", "windows:1 telephony:2",
           manager="Bernasconi"),
    _agent("Matteo", "Quadri", "lugano", "it", "service-desk", "windows:2 identity:1",
           manager="Bernasconi"),
    _agent("Simone", "Wyssmann", "bern", "de", "service-desk", "mail:2 identity:2",
           manager="Bernasconi"),
    _agent("Kevin", "Dubuis", "sion", "fr", "service-desk", "windows:1 printing:1",
           manager="Bernasconi"),
    # HR keeps its own tickets.
    _agent("Brigitte", "Chevalley", "lausanne", "fr", "", "", department="Human resources",
           leads=("hr-services",), manager="Grandjean"),
    _agent("Monika", "Schüpbach", "bern", "de", "hr-services", "", department="Human resources",
           manager="Chevalley"),
    # Second level. The demo category asks for network 3, which Reto alone has.
    _agent("Reto", "Ammann", "zuerich", "de", "l2-network", "network:3 security:2 telephony:1",
           login="reto", manager="Bernasconi"),
    _agent("Stefan", "Grob", "bern", "de", "l2-network", "network:2 telephony:3",
           manager="Bernasconi"),
    _agent("Fabienne", "Jaquier", "lausanne", "fr", "l2-network", "network:2 security:1 de:1",
           manager="Bernasconi"),
    _agent("Damien", "Pittet", "lausanne", "fr", "", "windows:3 security:2 identity:2",
           leads=("l2-workplace",), manager="Zurbriggen"),
    _agent("Ursula", "Hunziker", "zuerich", "de", "l2-workplace", "windows:3 mail:3 identity:3",
           manager="Pittet"),
    _agent("Luca", "Ghisletta", "lugano", "it", "l2-workplace", "windows:2 mail:2 identity:2",
           manager="Pittet"),
    _agent("Pierre", "Cornu", "lausanne", "fr", "", "printing:3", leads=("l2-printing",),
           manager="Zurbriggen"),
    _agent("Hansruedi", "Leuthold", "zuerich", "de", "l2-printing", "printing:2",
           manager="Cornu"),
    _agent("Anja", "Brunschwiler", "zuerich", "de", "", "clinical:3 finance:2",
           leads=("l2-applications",), manager="Zurbriggen"),
    _agent("Olivier", "Mayoraz", "sion", "fr", "l2-applications", "clinical:2 finance:3",
           manager="Brunschwiler"),
    _agent("Petra", "Odermatt", "bern", "de", "", "network:3 windows:3 clinical:2",
           leads=("l3-infrastructure",), manager="Zurbriggen"),
    _agent("Marco", "Vassalli", "lugano", "it", "l3-infrastructure", "network:3 mail:3",
           manager="Odermatt"),
    # Those it is all for.
    _user("Sylvie", "Moret", "lausanne", "fr", "Radiology", login="sylvie", manager="Grandjean"),
    _user("Jean-Luc", "Berthoud", "lausanne", "fr", "Emergency ward", manager="Pedrazzini"),
    _user("Aline", "Cuendet", "lausanne", "fr", "Admissions", manager="Moret"),
    _user("Patrick", "Rossier", "geneve", "fr", "Surgery", manager="Pedrazzini"),
    _user("Léonie", "Vuagniaux", "geneve", "fr", "Maternity", manager="Pedrazzini"),
    _user("Gabriel", "Praplan", "sion", "fr", "Logistics", manager="Aeschbacher"),
    _user("Regula", "Stüssi", "zuerich", "de", "Intensive care", manager="Pedrazzini"),
    _user("Peter", "Huber", "zuerich", "de", "Accounting", manager="Aeschbacher"),
    _user("Vreni", "Kägi", "zuerich", "de", "Laboratory", manager="Pedrazzini"),
    _user("Thomas", "Zbinden", "bern", "de", "Pharmacy", manager="Aeschbacher"),
    _user("Käthi", "Niederberger", "bern", "de", "Orthopaedics", manager="Pedrazzini"),
    _user("Davide", "Crivelli", "lugano", "it", "Cardiology", manager="Pedrazzini"),
    _user("Ivana", "Petrović", "zuerich", "en", "Research", manager="Stüssi"),
    _user("Marc", "Delacrétaz", "lausanne", "fr", "Quality", is_active=False,
          manager="Grandjean"),
    _user("Corinne", "Vauthey", "geneve", "fr", "Analyses", organisation="lemania-labs"),
)  # fmt: skip


@dataclass(slots=True)
class People:
    """What was built: persons by family name, teams and skills by short name."""

    persons: dict[str, Person] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    skills: dict[str, Skill] = field(default_factory=dict)


def build(places: Places, origin: Origin) -> People:
    """Build teams with their hours, persons with their numbers, and who is away."""
    built = People()
    for slug, name in SKILLS.items():
        skill = Skill(slug=slug, name=name)
        accounts.save(skill, origin=origin)
        built.skills[slug] = skill
    for slug, (name, level, calendar) in TEAMS.items():
        team = Team(slug=slug, name=name, level=level, email=f"{slug}@example.org",
                    distribution=WAYS.get(slug, Distribution.SKILL))  # fmt: skip
        accounts.save(team, origin=origin)
        hours = TeamCalendar(team=team, calendar=places.calendars[calendar])
        sla.save(hours, origin=origin)
        built.teams[slug] = team
    for number, who in enumerate(PERSONS):
        _person(who, number, places, built, origin)
    return built


def absences(people: People, origin: Origin) -> None:
    """Write who is away around the instant of `origin`, who was, and who is on call."""
    now = origin.moment
    roster(people, origin)
    rows = (
        ("Hunziker", timedelta(days=-2), timedelta(days=5), "Ghisletta"),
        ("Dubuis", timedelta(days=12), timedelta(days=26), "Favrod"),
        ("Leuthold", timedelta(days=-31), timedelta(days=-17), "Cornu"),
    )
    for name, start, end, substitute in rows:
        row = Duty(
            person=people.persons[name], kind=DutyKind.ABSENT, starts_at=now + start,
            ends_at=now + end, substitute=people.persons[substitute],
        )  # fmt: skip
        accounts.save(row, origin=origin)


def roster(people: People, origin: Origin) -> None:
    """Write the shifts of the network's people and who is on call for them, fourteen nights.

    Stefan Grob works early, Fabienne Jaquier late; Reto Ammann has no roster: he is there
    whenever the team is. Nights belong to whoever is on call, in turn.
    """
    morning = origin.moment.astimezone(ZURICH).replace(hour=7, minute=0, second=0, microsecond=0)
    for number in range(-7, 8):
        day = morning + timedelta(days=number)
        if day.weekday() < 5:
            _on(people, "Grob", DutyKind.ON_DUTY, day, 9, origin)
            _on(people, "Jaquier", DutyKind.ON_DUTY, day + timedelta(hours=4), 9, origin)
        called = ("Mayoraz", "Brunschwiler")[number % 2]
        _on(people, called, DutyKind.ON_CALL, day + timedelta(hours=11), 13, origin)


def _on(
    people: People, name: str, kind: DutyKind, starts: datetime, hours: int, origin: Origin
) -> None:
    row = Duty(
        person=people.persons[name], kind=kind, starts_at=starts,
        ends_at=starts + timedelta(hours=hours),
    )  # fmt: skip
    accounts.save(row, origin=origin)


def _person(who: Who, number: int, places: Places, built: People, origin: Origin) -> None:
    is_admin = who.role == Role.ADMINISTRATOR
    person = Person(
        username=who.login or None,
        given_name=who.given,
        family_name=who.family,
        email=f"{who.login or _address(who)}@example.org",
        language=who.language,
        organisation=places.organisations[who.organisation],
        site=places.sites[who.site],
        department=who.department,
        room=f"{'ABC'[number % 3]}{1 + number % 4}.{(number * 7) % 40 + 1:02d}",
        manager=built.persons.get(who.manager),
        is_vip=who.is_vip,
        role=who.role,
        is_active=who.is_active,
        is_staff=is_admin,
        is_superuser=is_admin,
    )
    if settings.HELPDESK_DEMO and who.login in LOGINS:
        person.password = _hashed()
    phones = _phones(number, places.prefixes[who.site])
    accounts.save_person(person, origin=origin, phones=phones)
    built.persons[who.family] = person
    _memberships(who, person, built, origin)


@cache
def _hashed() -> str:
    # A hash is slow on purpose; the five logins share one, as they share the password.
    return make_password(PASSWORD)


def _memberships(who: Who, person: Person, built: People, origin: Origin) -> None:
    roles = [(t, MemberRole.LEAD) for t in who.leads]
    roles += [(t, MemberRole.MEMBER) for t in who.teams]
    for slug, role in roles:
        row = Membership(team=built.teams[slug], person=person, role=role)
        accounts.save(row, origin=origin)
    for pair in who.skills.split():
        slug, _colon, level = pair.partition(":")
        held = PersonSkill(person=person, skill=built.skills[slug], level=int(level))
        accounts.save(held, origin=origin)


def _phones(number: int, prefix: str) -> tuple[tuple[str, str], ...]:
    desk = f"+41 {prefix} 555 {40 + number % 20} {(13 + number * 7) % 100:02d}"
    mobile = f"+41 79 555 {10 + number % 60} {(31 + number * 11) % 100:02d}"
    return ((desk, "desk"), (mobile, "mobile")) if number % 3 else ((desk, "desk"),)


def _address(who: Who) -> str:
    return fold(f"{who.given}.{who.family}").replace(" ", "-")
