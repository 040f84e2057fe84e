"""The part of the demo that is no ticket: places, people, catalogue, agreements."""

from dataclasses import dataclass

from accounts.models import Person
from common.origin import Origin
from setup.demo import offer, people, places, promises


@dataclass(frozen=True, slots=True)
class Reference:
    """Everything a ticket can refer to."""

    places: places.Places
    people: people.People
    offer: offer.Offer


def build(origin: Origin) -> Reference:
    """Build it on an empty database, dated at the instant of `origin`."""
    built_places = places.build(origin)
    built_people = people.build(built_places, origin)
    built_offer = offer.build(built_people, origin)
    promises.build(built_places, origin)
    return Reference(built_places, built_people, built_offer)


def is_empty() -> bool:
    """Test if nobody is there yet."""
    return not Person.objects.exists()
