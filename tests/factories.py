"""One function per noun, built on the actions: what could not exist cannot be tested."""

from dataclasses import dataclass
from datetime import UTC, datetime

from accounts import actions as accounts
from accounts.models import Membership, Organisation, Person, Site, Team
from catalog import actions as catalog
from catalog.models import Category, Service
from common.origin import Channel, Origin
from sla import actions as sla
from sla.choices import Metric, StepAction
from sla.models import Agreement, Calendar, SiteCalendar, Step, Target

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ALWAYS = {day: [("00:00", "24:00")] for day in range(1, 8)}
OFFICE = {day: [("08:00", "12:00"), ("13:00", "18:00")] for day in range(1, 6)}


def system(at: datetime = LONG_AGO) -> Origin:
    """Return an origin without a person."""
    return Origin.of_system(trace="test", at=at)


def names(word: str) -> dict[str, str]:
    """Return a name that says which language it is in."""
    return {language: f"{word} {language}" for language in ("en", "fr", "de", "it")}


def person(
    username: str, *, role: str = "requester", password: str | None = None, **more: object
) -> Person:
    """Return a saved person with an e-mail address of their own."""
    given, family = username.capitalize(), f"{username.capitalize()}son"
    values = {
        "username": username, "given_name": given, "family_name": family,
        "email": f"{username}@example.org", "role": role, **more,
    }  # fmt: skip
    row = Person(**values)
    if role == "administrator":
        row.is_superuser = row.is_staff = True
    return accounts.save_person(row, origin=system(), password=password)


def team(slug: str, level: int, *members: Person, lead: Person | None = None) -> Team:
    """Return a saved team with its members."""
    row = Team(name=slug.replace("-", " ").title(), slug=slug, level=level)
    accounts.save(row, origin=system())
    for member in members:
        accounts.save(Membership(team=row, person=member), origin=system())
    if lead is not None:
        accounts.save(Membership(team=row, person=lead, role="lead"), origin=system())
    return row


def calendar(slug: str, week: dict[int, list[tuple[str, str]]], **more: object) -> Calendar:
    """Return a saved calendar in the time zone of Zurich."""
    row = Calendar(slug=slug, names=names(slug), **more)
    return sla.save_calendar(row, week=week, holidays={}, other_hours={}, origin=system())


def agreement(
    slug: str,
    order: int,
    *,
    seconds: dict[str, int],
    calendar: Calendar | None,
    conditions: dict[str, list[object]] | None = None,
    pauses: tuple[str, ...] = ("requester", "scheduled"),
    kind: str = "sla",
    reopening: str = "resume",
) -> Agreement:
    """Return a saved agreement: the same seconds for every priority, warn at 75 %, hand over."""
    row = Agreement(
        slug=slug, names=names(slug), order=order, conditions=conditions or {},
        valid_from=LONG_AGO, kind=kind, reopening=reopening,
    )  # fmt: skip
    sla.save(row, origin=system())
    for metric, allowed in seconds.items():
        resolution = metric == Metric.RESOLUTION
        target = Target(
            agreement=row, metric=metric, calendar=calendar, seconds=[allowed] * 5,
            pause_reasons=list(pauses) if resolution else [],
        )  # fmt: skip
        sla.save(target, origin=system())
        late = "breach_hand_over" if resolution else "breach_tell_lead"
        action = StepAction.HAND_OVER if resolution else StepAction.WARN
        sla.save(
            Step(
                target=target,
                milestone="warn_75",
                percent=75,
                action=StepAction.WARN,
                tell=["assignee"],
            ),
            origin=system(),
        )
        sla.save(
            Step(target=target, milestone=late, percent=100, action=action, tell=["lead"]),
            origin=system(),
        )
    return row


def step(target: Target, milestone: str, percent: int = 100) -> Step:
    """Return a saved step that hands a ticket over."""
    row = Step(
        target=target, milestone=milestone, percent=percent, action=StepAction.HAND_OVER,
        tell=["lead"],
    )  # fmt: skip
    sla.save(row, origin=system())
    return row


@dataclass(frozen=True, slots=True)
class World:
    """A small desk: two teams, five people, one service, office hours and a live category."""

    nadia: Person
    mara: Person
    reto: Person
    chiara: Person
    sylvie: Person
    stranger: Person
    beat: Person
    desk: Team
    network: Team
    other: Team
    vpn: Category
    live: Category
    payroll: Category
    office: Calendar
    always: Calendar


def category(slug: str, service: Service, to: Team, **more: object) -> Category:
    """Return a saved category."""
    row = Category(
        service=service, slug=slug, names=names(slug), team=to,
        keywords=str(more.pop("keywords", "")), **more,
    )  # fmt: skip
    catalog.save(row, origin=system())
    return row


def world() -> World:
    """Build the small desk; every test stands in it."""
    own = Organisation(name="Example", slug="example", kind="own")
    accounts.save(own, origin=system())
    site = Site(name="Lausanne", slug="lausanne", organisation=own, city="Lausanne", canton="VD")
    accounts.save(site, origin=system())
    at_home = {"organisation": own, "site": site}
    nadia = person("nadia", role="agent", language="fr", **at_home)
    mara = person("mara", role="agent", **at_home)
    reto = person("reto", role="agent", language="de", **at_home)
    chiara = person("chiara", role="agent", language="it", **at_home)
    beat = person("beat", role="administrator", **at_home)
    sylvie = person("sylvie", language="fr", **at_home)
    stranger = person("stranger", **at_home)
    desk = team("service-desk", 1, nadia, lead=chiara)
    network = team("network", 2, reto)
    other = team("facilities", 1, mara)
    service = Service(slug="network", names=names("network"))
    catalog.save_service(service, teams=[desk, network], origin=system())
    hr = Service(slug="hr", names=names("hr"))
    catalog.save_service(hr, teams=[other], origin=system())
    office, always = calendar("office", OFFICE), calendar("24x7", ALWAYS)
    sla.save(SiteCalendar(site=site, calendar=office), origin=system())
    vpn = category("vpn", service, desk, keywords="vpn remote fernzugriff", is_default=True)
    live = category("live-demo", service, desk, keywords="demo", urgency="hindered")
    payroll = category("payroll", hr, other, is_sensitive=True)
    agreement(
        "live", 10, seconds={"resolution": 20}, calendar=always,
        conditions={"category": ["live-demo"]},
    )  # fmt: skip
    agreement(
        "standard", 90, seconds={"first_response": 2 * 3600, "resolution": 8 * 3600}, calendar=None
    )
    return World(
        nadia=nadia, mara=mara, reto=reto, chiara=chiara, sylvie=sylvie, stranger=stranger,
        beat=beat, desk=desk, network=network, other=other, vpn=vpn, live=live,
        payroll=payroll, office=office, always=always,
    )  # fmt: skip


def origin_of(
    actor: Person | None, at: datetime | None = None, channel: Channel = Channel.DESK
) -> Origin:
    """Return the origin of a change by `actor`, at the database's own time unless told."""
    return Origin(actor=actor, channel=channel, trace="test", at=at)
