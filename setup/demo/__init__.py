"""A hospital group that does not exist: its people, its promises and sixty days of its life."""
