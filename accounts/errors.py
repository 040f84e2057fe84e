from django.utils.translation import gettext as _

from common.errors import DomainError


class SignInRefused(DomainError):
    """Nobody is signed in; the words are the same whether the account exists or not."""

    code = "sign_in_refused"
    status = 422

    def __init__(self) -> None:
        super().__init__(
            _("That mail and password do not match. Try again or reset the password.")
        )


class TooManyAttempts(DomainError):
    """Somebody tried too often; the right password would not be accepted either."""

    code = "too_many_attempts"
    status = 429

    def __init__(self) -> None:
        super().__init__(_("Too many attempts. Wait five minutes, or call the service desk."))
