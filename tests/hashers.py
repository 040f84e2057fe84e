"""Password hashing for tests."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class FastHasher(PBKDF2PasswordHasher):
    """The real algorithm with one round."""

    iterations = 1
