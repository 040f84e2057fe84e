from django.utils.translation import gettext as _

from common.errors import DomainError


class MoveNotPossible(DomainError):
    """The ticket cannot go from where it stands to where it was sent."""

    code = "move_not_possible"

    def __init__(self, old: object, new: object) -> None:
        super().__init__(
            _("A ticket that is “%(old)s” cannot become “%(new)s”.") % {"old": old, "new": new}
        )
