"""Where the language of somebody who is not signed in is kept."""

LANGUAGE_COOKIE = "language"
A_YEAR = 365 * 24 * 3600  # seconds
