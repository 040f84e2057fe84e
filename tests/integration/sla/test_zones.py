"""The rules of time zones change: that is noticed, told, and open tickets are read anew."""

from audit.models import Event
from sla import actions, queries
from sla.models import PolicyRevision
from sla.tasks import note_zone_data
from tests.factories import system


def test_other_zone_data_puts_a_new_revision_in_force_once(world):
    before = queries.revision()
    assert not actions.note_zone_data("2025a", origin=system())
    assert not actions.note_zone_data("2025a", origin=system())
    assert queries.revision() == before

    assert actions.note_zone_data("2025b", origin=system())

    assert queries.revision() != before
    assert PolicyRevision.objects.get().zone_data == "2025b"
    told = Event.objects.get(verb="policyrevision.zone_data_changed")
    assert told.changes == {"zone_data": ["2025a", "2025b"]}
    assert not actions.note_zone_data("2025b", origin=system())


def test_a_worker_that_starts_records_what_its_machine_counts_by(world):
    note_zone_data()

    assert PolicyRevision.objects.get().zone_data == queries.zone_data_version()
