"""Tickets for programs: read as resources, changed through named verbs, never by PUT."""

from tickets.api.doors import TicketDoor
from tickets.api.shapes import TEXT, TicketOut, VersionIn
from tickets.api.viewset import TicketViewSet

__all__ = ["TEXT", "TicketDoor", "TicketOut", "TicketViewSet", "VersionIn"]
