"""The readers of environment variables refuse what they do not understand."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from helpdesk import env


@pytest.mark.parametrize(("raw", "value"), [("true", True), ("false", False), (None, True)])
def test_a_flag_is_true_or_false(monkeypatch, raw, value):
    monkeypatch.delenv("X", raising=False)
    if raw is not None:
        monkeypatch.setenv("X", raw)

    assert env.flag("X", default=True) is value


@pytest.mark.parametrize("raw", ["", "1", "True", "yes", "false "])
def test_a_flag_is_nothing_else(monkeypatch, raw):
    monkeypatch.setenv("X", raw)

    with pytest.raises(ImproperlyConfigured, match="X="):
        env.flag("X", default=False)


def test_a_number_has_a_lower_bound(monkeypatch):
    monkeypatch.setenv("X", "5")

    assert env.number("X", default=1, at_least=5) == 5
    with pytest.raises(ImproperlyConfigured):
        env.number("X", default=1, at_least=6)


@pytest.mark.parametrize("raw", ["", "-1", "1.5", "five", "٥"])
def test_a_number_is_written_in_digits(monkeypatch, raw):
    monkeypatch.setenv("X", raw)

    with pytest.raises(ImproperlyConfigured):
        env.number("X", default=1)


def test_a_choice_is_one_of_them(monkeypatch):
    monkeypatch.setenv("X", "b")

    assert env.choice("X", default="a", choices=["a", "b"]) == "b"
    with pytest.raises(ImproperlyConfigured):
        env.choice("X", default="a", choices=["a", "c"])


def test_a_list_has_no_blank_parts(monkeypatch):
    monkeypatch.setenv("X", " a, ,b ,")

    assert env.listed("X") == ["a", "b"]
    assert env.listed("Y", default=["c"]) == ["c"]


def test_a_secret_comes_from_a_variable_or_a_file_but_not_both(monkeypatch, tmp_path):
    path = tmp_path / "key"
    path.write_text("from file\n", encoding="utf-8")
    monkeypatch.setenv("X_FILE", str(path))

    assert env.secret("X") == "from file"
    monkeypatch.setenv("X", "from variable")
    with pytest.raises(ImproperlyConfigured, match="both"):
        env.secret("X")
    monkeypatch.delenv("X_FILE")
    assert env.secret("X") == "from variable"


def test_a_secret_whose_file_is_missing_or_empty_stops_the_start(monkeypatch, tmp_path):
    monkeypatch.setenv("X_FILE", str(tmp_path / "none"))
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        env.secret("X")

    (tmp_path / "none").touch()
    with pytest.raises(ImproperlyConfigured, match="empty"):
        env.secret("X")


def test_only_postgresql_is_a_database():
    parsed = env.database("postgresql://me:p%40ss@db:5433/desk")

    assert (parsed["NAME"], parsed["PASSWORD"], parsed["PORT"]) == ("desk", "p@ss", 5433)
    with pytest.raises(ImproperlyConfigured):
        env.database("sqlite:///x")


def test_a_mail_address_gives_the_settings():
    parsed = env.email("smtp+tls://me:word@mail.example.org:587")

    assert (parsed["EMAIL_HOST"], parsed["EMAIL_PORT"]) == ("mail.example.org", 587)
    assert parsed["EMAIL_USE_TLS"] is True
    with pytest.raises(ImproperlyConfigured):
        env.email("pigeon://coop")
