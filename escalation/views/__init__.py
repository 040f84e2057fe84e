"""Doors of the desk: hand-overs, and the page that says who gets what."""
