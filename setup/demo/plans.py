"""Who reports what when: the last sixty days of the demo, up to this minute."""

from datetime import datetime, timedelta
from random import Random

from accounts.models import Person, Team
from catalog.choices import Impact, Urgency
from common.origin import Channel
from setup.demo.base import ZURICH
from setup.demo.lives import Plan
from setup.demo.reference import Reference
from setup.demo.stage import Stage, utc

TICKETS = 300
DAYS = 60
MINUTE = timedelta(minutes=1)

# How often a category is reported; what is not named here: once.
WEIGHTS = {
    "printer": 7, "e-mail": 6, "password": 8, "vpn": 6, "laptop": 5, "software": 4,
    "slow-computer": 4, "patient-record": 4, "wifi": 3, "desk-phone": 3, "account": 3,
    "finance": 3, "toner": 3, "access-rights": 2, "screen": 3, "scanner": 2,
    "phishing": 2, "lab-results": 2, "imaging": 2, "payroll": 2,
}  # fmt: skip
HIGHER = {
    "network": "l2-network", "telephony": "l2-network", "printing": "l2-printing",
    "applications": "l2-applications", "clinical": "l2-applications",
}  # fmt: skip
ENDED = (("quick", 30), ("normal", 34), ("handed", 11), ("late", 32), ("waiting", 5),
         ("reopened", 5), ("cancelled", 4), ("raised", 4))  # fmt: skip


class Planner:
    """Rolls the dice for one ticket after the other."""

    def __init__(self, stage: Stage, reference: Reference) -> None:
        self.stage, self.reference = stage, reference
        self.dice: Random = stage.dice
        self.now = stage.now
        self.categories = reference.offer.categories

    def all(self) -> list[Plan]:
        """Return the plans of all tickets; the open ones are tied to this minute."""
        open_now = [*self._soon(), *self._of_demo_persons(), *self._stuck(), *self._open()]
        return [*(self._ended() for _ in range(TICKETS - len(open_now))), *open_now]

    def _ended(self) -> Plan:
        shape = self.dice.choices(*zip(*ENDED, strict=True))[0]
        ends = self.dice.uniform(1.1, 1.9) if shape == "late" else self.dice.uniform(0.1, 0.85)
        channel = Channel.PHONE if shape == "quick" else self._channel()
        name, requester = self._category(), self._requester()
        plan = self.plan(name, requester, shape, ends=ends, channel=channel)
        # What is to be over by now must have begun early enough.
        latest = plan.promise.terms.calendar.subtract(
            self.now - timedelta(hours=8), int(plan.promise.terms.seconds * (ends + 0.2))
        )
        opened = self._arrival(plan)
        if latest is not None and opened > latest:
            opened = latest - self.dice.randint(1, 4000) * MINUTE
        return self._at(plan, opened)

    def _soon(self) -> list[Plan]:
        """Clinical ones, which count day and night: due within the hour, whenever it is."""
        found = []
        clinical = ("patient-record", "lab-results", "imaging")
        for number, minutes in enumerate((6, 13, 19, 27, 34, 46, 55)):
            plan = self.plan(
                clinical[number % 3], self._requester(), "begun", ends=9.0,
                channel=Channel.PHONE if number % 2 else Channel.PORTAL,
            )  # fmt: skip
            allowed = timedelta(seconds=plan.promise.terms.seconds)
            found.append(self._at(plan, self.now + minutes * MINUTE - allowed))
        for minutes in (9, 24, 38, 51):
            plan = self.plan(
                self.dice.choice(clinical), self._requester(), "untouched", ends=9.0,
                channel=Channel.EMAIL,
            )  # fmt: skip
            found.append(self._at(plan, self.now - minutes * MINUTE))
        major = self.plan(
            "imaging", self._requester(), "begun", ends=9.0, channel=Channel.PHONE,
            impact=Impact.SITE, urgency=Urgency.BLOCKED,
        )  # fmt: skip
        return [*found, self._at(major, self.now - timedelta(hours=3, minutes=18))]

    def _of_demo_persons(self) -> list[Plan]:
        """What Sylvie finds in the portal and Nadia on her desk."""
        people = self.reference.people.persons
        sylvie, nadia = people["Moret"], people["Rochat"]
        wanted = (
            ("printer", "held", 0.5), ("vpn", "begun", 0.45), ("software", "confirm", 0.4),
            ("e-mail", "begun", 0.2), ("screen", "untouched", 0.03),
        )  # fmt: skip
        found = [
            self._so_far(self.plan(name, sylvie, shape, ends=part * 0.8, agent=nadia), part)
            for name, shape, part in wanted
        ]
        for name, part in (("laptop", 0.6), ("desk-phone", 0.3), ("wifi", 0.7)):
            plan = self.plan(
                name, self._requester(), "begun", ends=9.0, channel=Channel.PHONE, agent=nadia
            )
            found.append(self._so_far(plan, part))
        return found

    def _stuck(self) -> list[Plan]:
        """Too late already: with the second level."""
        names = ("vpn", "wifi", "printer", "patient-record", "finance", "laptop", "e-mail",
                 "imaging", "network-socket", "slow-computer")  # fmt: skip
        found = []
        for name in names:
            ends = self.dice.uniform(1.05, 1.6)
            plan = self.plan(name, self._requester(), "stuck", ends=ends)
            found.append(self._so_far(plan, ends))
        return found

    def _open(self) -> list[Plan]:
        shapes = ["begun"] * 16 + ["untouched"] * 5 + ["held"] * 11
        found = []
        for shape in shapes:
            part = self.dice.uniform(0.05, 0.7)
            if shape == "untouched":
                part = self.dice.uniform(0.01, 0.06)
            written = Channel.PORTAL if shape == "untouched" else None
            plan = self.plan(
                self._category(), self._requester(), shape, ends=part * 0.9, channel=written
            )
            found.append(self._so_far(plan, part))
        return found

    def plan(
        self, name: str, requester: Person, shape: str, *, ends: float,
        channel: Channel | None = None, impact: str | None = None, urgency: str | None = None,
        agent: Person | None = None,
    ) -> Plan:  # fmt: skip
        """Return a plan without its beginning."""
        category = self.categories[name]
        impact, urgency = impact or category.impact, urgency or category.urgency
        return Plan(
            category=category,
            requester=requester,
            channel=channel or self._channel(),
            opened_at=self.now,
            shape=shape,
            promise=self.stage.promise(category, requester, impact, urgency),
            ends=ends,
            impact=impact,
            urgency=urgency,
            higher=self._higher(category.service.slug),
            agent=agent,
        )

    def _so_far(self, plan: Plan, part: float) -> Plan:
        """Let it begin so that by now this part of the promised time has passed."""
        terms = plan.promise.terms
        opened = terms.calendar.subtract(self.now, max(int(terms.seconds * part), 60))
        return self._at(plan, opened or self.now)

    def _at(self, plan: Plan, opened: datetime) -> Plan:
        values = {name: getattr(plan, name) for name in Plan.__dataclass_fields__}
        return Plan(**values | {"opened_at": utc(opened)})

    def _arrival(self, plan: Plan) -> datetime:
        """Roll an instant of the last sixty days, in working hours, more of them at nine."""
        day = (self.now - timedelta(days=self.dice.uniform(0.3, DAYS))).astimezone(ZURICH)
        day += timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))
        morning = self.dice.random() < 0.6
        hour = (
            self.dice.triangular(7.4, 12, 8.9) if morning else self.dice.triangular(13, 17.8, 14)
        )
        at = day.replace(hour=0, minute=0, second=0) + timedelta(hours=hour)
        opens = plan.promise.terms.calendar.next_open(at)
        return opens or at

    def _category(self) -> str:
        known = [name for name in self.categories if name != "live-demo"]
        return self.dice.choices(known, [WEIGHTS.get(name, 1) for name in known])[0]

    def _requester(self) -> Person:
        return self.dice.choice(self.stage.cast.requesters)

    def _channel(self) -> Channel:
        channels = (Channel.PHONE, Channel.PORTAL, Channel.EMAIL, Channel.WALK_IN)
        return self.dice.choices(channels, (40, 32, 24, 4))[0]

    def _higher(self, service: str) -> Team | None:
        slug = HIGHER.get(service, "l2-workplace")
        return None if service == "hr" else self.reference.people.teams[slug]
