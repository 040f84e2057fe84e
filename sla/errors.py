"""What may go wrong when a calendar is described."""


class CalendarError(ValueError):
    """A calendar, an instant or a budget that cannot be understood; the text says why."""
