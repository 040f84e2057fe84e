"""Persons in bulk: callers with numbers, and agents in step with them."""

from random import Random

from django.contrib.auth.hashers import make_password

from accounts.choices import Language, PhoneKind, Role
from accounts.models import Membership, Organisation, Person, PhoneNumber, Site, Team
from audit import actions as audit
from audit.actions import NewEvent
from common.origin import Origin

GIVEN = (
    "Anna", "Marie", "Lena", "Sofia", "Laura", "Julia", "Claire", "Camille", "Chloé", "Manon",
    "Giulia", "Elena", "Martina", "Sara", "Nora", "Luca", "Noah", "Liam", "Leon", "Elias",
    "Jonas", "Samuel", "David", "Simon", "Julien", "Nicolas", "Mathieu", "Marco", "Andrea",
    "Paolo",
)  # fmt: skip
FAMILY = (
    "Aebi", "Baumann", "Bianchi", "Blanc", "Brunner", "Burri", "Chappuis", "Corti", "Dupuis",
    "Egger", "Favre", "Fischer", "Fontana", "Frei", "Gerber", "Girard", "Graf", "Hofer",
    "Jaccard", "Keller", "Kohler", "Lanz", "Lehmann", "Locatelli", "Maurer", "Monnier", "Moser",
    "Müller", "Nussbaum", "Perret", "Pfister", "Rey", "Ritter", "Rochat", "Roth", "Sala",
    "Schmid", "Steiner", "Suter", "Wenger",
)  # fmt: skip
PER_AGENT = 25  # callers for whom one more agent comes


def make(count: int, dice: Random, *, origin: Origin) -> int:
    """Make `count` persons; return how many of them are agents."""
    sites, teams = list(Site.objects.order_by("pk")), list(Team.objects.active().order_by("pk"))
    own = Organisation.objects.order_by("pk").first()
    begun = Person.objects.count()
    rows = [
        Person(
            given_name=dice.choice(GIVEN),
            family_name=dice.choice(FAMILY),
            email=f"seed-{begun + n}@example.org",
            password=make_password(None),
            language=dice.choices(Language.values, (5, 40, 45, 10))[0],
            organisation=own,
            site=dice.choice(sites),
            department=f"Ward {n % 40 + 1}",
            room=f"{'ABC'[n % 3]}{n % 5}.{n % 40:02d}",
            is_vip=n % 200 == 0,
            role=Role.AGENT if n % PER_AGENT == 0 else Role.REQUESTER,
        )  # fmt: skip
        for n in range(count)
    ]
    made = Person.objects.bulk_create(rows, batch_size=2000)
    PhoneNumber.objects.bulk_create(
        [
            PhoneNumber(person=p, e164=_number(n), kind=PhoneKind.DESK)
            for n, p in enumerate(made)
        ],
        batch_size=2000,
    )  # fmt: skip
    agents = [person for person in made if person.role == Role.AGENT]
    Membership.objects.bulk_create(
        Membership(team=teams[n % len(teams)], person=person) for n, person in enumerate(agents)
    )
    for start in range(0, len(made), 2000):
        audit.record_many(
            [
                NewEvent(
                    subject_type="person",
                    subject_id=p.pk,
                    subject_label=p.name,
                    verb="person.created",
                    seq=1,
                )  # fmt: skip
                for p in made[start : start + 2000]
            ],
            origin=origin,
        )
    return len(agents)


def _number(n: int) -> str:
    return f"+4158555{n % 10000:04d}{n // 10000 or ''}"
