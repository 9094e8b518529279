"""Settings: the page about them says what there is and nothing else, and one that cannot work is told at the start."""

import re

import pytest

from runtime.places import ROOT
from runtime.settings import PREFIX, BadSetting, Settings, load_settings

PAGE = (ROOT / "docs" / "settings.md").read_text("utf-8")


def test_every_setting_has_its_row() -> None:
    rows = set(re.findall(rf"^\| `{PREFIX}(\w+)`", PAGE, re.MULTILINE))
    assert rows == {name.upper() for name in Settings.model_fields}


def test_the_defaults_on_the_page_are_the_defaults() -> None:
    said = dict(re.findall(rf"^\| `{PREFIX}(\w+)` \|[^|]*\| `([^`]*)` \|", PAGE, re.MULTILINE))
    assert said == {"DATA": "./data", "HOST": Settings().host, "PORT": str(Settings().port)}


def test_a_child_process_gets_the_same_settings(tmp_path: object) -> None:
    mine = load_settings(
        {}, data=tmp_path, port=0, smtp_url="smtp://127.0.0.1:2525", base_url="https://mail.doileaf.example/"
    )
    assert load_settings(mine.environment()) == mine


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("DATABASE_URL", "postgres:/bad", "must begin with postgresql://"),
        ("DATABASE_URL", "postgres://doi:leaf@db/shop", "must begin with postgresql://"),
        ("DATABASE_URL", "mysql://a/b", "must begin with postgresql://"),
        ("DATABASE_URL", "postgresql://db:54x2/shop", "cannot be read"),
        ("DATABASE_URL", "postgresql://db:543210/shop", "number up to 65535"),
        ("QUEUE_URL", "nonsense", "must begin with redis:// or postgresql://"),
        ("QUEUE_URL", "amqp://rabbit", "must begin with redis:// or postgresql://"),
        ("QUEUE_URL", "redis://queue:637x/0", "number up to 65535"),
        ("QUEUE_URL", "postgresql://db:54x2/shop", "cannot be read"),
        ("SMTP_URL", "nonsense", "must begin with smtp://"),
        ("SMTP_URL", "smtp://:587", "the name of the server is missing"),
        ("SMTP_URL", "smtp://mail.example:587x", "number up to 65535"),
        ("PROXIES", "nonsense,,@@", "is no address or network"),
        ("PROXIES", "10.0.0.1/8", "is no address or network"),
        ("BASE_URL", "https://", "must be a web address"),
        ("BASE_URL", "mail.doileaf.example", "must be a web address"),
        ("BASE_URL", "https://mail.doileaf.example /", "must be a web address"),
        ("BASE_URL", "https://mail.doileaf.example\n", "must be a web address"),
        ("BASE_URL", "https://mail.doileaf.example/?from=here", "must be a web address"),
        ("OUTSIDE_ALLOW", "crm intern", "is no name, address or network"),
        ("PORT", "eighty", "number up to 65535"),
    ],
)
def test_what_cannot_work_is_one_sentence_that_names_the_setting(name: str, typed: str, said: str) -> None:
    with pytest.raises(BadSetting) as refused:
        load_settings({PREFIX + name: typed})
    assert str(refused.value).startswith(f"{PREFIX}{name} is ")
    assert said in str(refused.value)
    assert "Value error" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("DATABASE_URL", "postgresql://doi:p%40ss@db.intern:5432/shop"),
        ("DATABASE_URL", "postgresql:///shop?host=/run/postgresql"),
        ("QUEUE_URL", "rediss://:secret@queue:6379/0"),
        ("QUEUE_URL", "unix:///run/redis.sock?db=1"),
        ("SMTP_URL", "smtps://doi:leaf@mail.example"),
        ("PROXIES", "127.0.0.1, 10.0.0.0/8, ::1"),
        ("PROXIES", "*"),
        ("BASE_URL", "http://192.168.1.20:8080"),
        ("PORT", "0"),
    ],
)
def test_what_can_work_is_taken_as_it_is(name: str, typed: str) -> None:
    assert str(getattr(load_settings({PREFIX + name: typed}), name.lower())) == typed


def test_a_password_is_not_repeated() -> None:
    with pytest.raises(BadSetting, match="'…@db/shop'") as refused:
        load_settings({"CARTWHEEL_DATABASE_URL": "postgres://doi:green-leaf@db/shop"})
    assert "green-leaf" not in str(refused.value)


def test_what_was_typed_on_the_command_line_is_named_as_it_was_typed() -> None:
    with pytest.raises(BadSetting, match=r"^--port is 99999: "):
        load_settings({"CARTWHEEL_PORT": "8080"}, port=99999)
