"""The persons of the demonstration and the one password they share; both are published."""

PASSWORD = "helpdesk-demo"  # noqa: S105  refused where HELPDESK_DEMO is off
LOGINS = ("nadia", "reto", "chiara", "sylvie", "beat")
