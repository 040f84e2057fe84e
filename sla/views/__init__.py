"""Doors of the policy: agreements and what belongs to them."""
