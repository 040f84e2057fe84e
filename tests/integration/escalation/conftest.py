"""What the tests of routing share: a second colleague at level 2."""

import pytest

from accounts.models import Membership
from tests import factories
from tests.factories import system


@pytest.fixture
def urs(world):
    """A second colleague at level 2, with French as their language."""
    found = factories.person("urs", role="agent", language="fr")
    factories.accounts.save(Membership(team=world.network, person=found), origin=system())
    return found
