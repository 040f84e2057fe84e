"""Doors of tickets in HTML: their verbs, and the explanation of their clocks."""
