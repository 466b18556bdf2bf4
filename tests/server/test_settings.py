from dataclasses import fields
from datetime import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from execution.context import Right
from server.cli import main
from server.logs import LogFormat
from server.settings import (
    PROJECT,
    READERS,
    BadSetting,
    Execution,
    Settings,
    from_environment,
    unknown_variables,
)
from store.driver import Driver


def test_nothing_set_means_this_machine_alone_with_every_right() -> None:
    settings = from_environment({"PATH": "/bin", "QUORUM_PORT": " "})

    assert settings == Settings(
        mongodb_uri=None,
        mongod=None,
        data=PROJECT / "data",
        database="quorum",
        driver=Driver.MOTOR,
        host="127.0.0.1",
        port=8000,
        allowed_hosts=frozenset({"localhost", "127.0.0.1", "[::1]"}),
        tenant="default",
        actor="local",
        rights=frozenset(Right),
        body_limit=8_388_608,
        request_seconds=30.0,
        stop_seconds=20.0,
        event_cursor_days=30,
        subscription_limit=2_000,
        subscriber_stall_seconds=15.0,
        log_level="info",
        log_format=LogFormat.TEXT,
        log_values=False,
        tracing=False,
        daily_at=time(2),
        webhook_allow_private=False,
        webhook_waiting_limit=10_000,
        webhook_log_days=30,
    )


def test_each_variable_sets_its_setting() -> None:
    settings = from_environment(
        {
            "QUORUM_MONGODB_URI": "mongodb://db.example/?replicaSet=rs",
            "QUORUM_MONGOD": "/opt/mongod",
            "QUORUM_DATA": "/var/lib/quorum",
            "QUORUM_DATABASE": "groups",
            "QUORUM_DRIVER": "pymongo",
            "QUORUM_EXECUTION": "ordinary",
            "QUORUM_HOST": "[::1]",
            "QUORUM_PORT": "9000",
            "QUORUM_ALLOWED_HOSTS": "Quorum.Example, box.local",
            "QUORUM_TENANT": "acme",
            "QUORUM_ACTOR": "ann",
            "QUORUM_RIGHTS": "read, edit_groups",
            "QUORUM_BODY_LIMIT": "1048576",
            "QUORUM_REQUEST_SECONDS": "2.5",
            "QUORUM_STOP_SECONDS": "0",
            "QUORUM_EVENT_CURSOR_DAYS": "7",
            "QUORUM_SUBSCRIPTION_LIMIT": "10",
            "QUORUM_SUBSCRIBER_STALL_SECONDS": "0.5",
            "QUORUM_LOG_LEVEL": "DEBUG",
            "QUORUM_LOG_FORMAT": "json",
            "QUORUM_LOG_VALUES": "on",
            "QUORUM_TRACING": "on",
            "QUORUM_DAILY_AT": "23:30",
            "QUORUM_WEBHOOK_ALLOW_PRIVATE": "On",
            "QUORUM_WEBHOOK_WAITING_LIMIT": "50",
            "QUORUM_WEBHOOK_LOG_DAYS": "7",
        }
    )

    assert settings == Settings(
        mongodb_uri="mongodb://db.example/?replicaSet=rs",
        mongod=Path("/opt/mongod"),
        data=Path("/var/lib/quorum"),
        database="groups",
        driver=Driver.PYMONGO,
        execution=Execution.ORDINARY,
        host="::1",
        port=9000,
        allowed_hosts=frozenset({"localhost", "127.0.0.1", "[::1]", "quorum.example", "box.local"}),
        tenant="acme",
        actor="ann",
        rights=frozenset({Right.READ, Right.EDIT_GROUPS}),
        body_limit=1_048_576,
        request_seconds=2.5,
        stop_seconds=0.0,
        event_cursor_days=7,
        subscription_limit=10,
        subscriber_stall_seconds=0.5,
        log_level="debug",
        log_format=LogFormat.JSON,
        log_values=True,
        tracing=True,
        daily_at=time(23, 30),
        webhook_allow_private=True,
        webhook_waiting_limit=50,
        webhook_log_days=7,
    )


def test_a_misspelt_variable_is_told_with_the_one_that_is_meant_perhaps() -> None:
    environment = {"QUORUM_PORTS": "1", "QUORUM_PORT": "2", "QUORUM_XYZZY": "3", "PATH": "/bin"}

    assert unknown_variables(environment) == [
        "QUORUM_PORTS is no setting; QUORUM_PORT is meant, perhaps.",
        "QUORUM_XYZZY is no setting.",
    ]


@pytest.mark.parametrize("word", ["off", "OFF"])
def test_the_daily_run_can_be_switched_off(word: str) -> None:
    settings = from_environment({"QUORUM_DAILY_AT": word})

    assert isinstance(settings, Settings)
    assert settings.daily_at is None


def test_a_relative_data_folder_is_below_the_working_directory() -> None:
    settings = from_environment({"QUORUM_DATA": "here"})

    assert isinstance(settings, Settings)
    assert settings.data == Path.cwd() / "here"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        pytest.param(
            "HOST",
            "0.0.0.0",
            "QUORUM_HOST is '0.0.0.0', but without sign-in Quorum serves this machine alone:"
            " use 127.0.0.1, ::1 or localhost",
            id="every network",
        ),
        pytest.param(
            "HOST",
            "box.local",
            "QUORUM_HOST is 'box.local', but without sign-in Quorum serves this machine alone:"
            " use 127.0.0.1, ::1 or localhost",
            id="a name on the network",
        ),
        pytest.param(
            "DAILY_AT",
            "24:00",
            "QUORUM_DAILY_AT is '24:00'; it must be a time of day such as 02:00, or off",
            id="no time of day",
        ),
        pytest.param("PORT", "http", "QUORUM_PORT is 'http', which is no whole number", id="word"),
        pytest.param("PORT", "-1", "QUORUM_PORT is '-1', which is no whole number", id="negative"),
        pytest.param(
            "PORT", "70000", "QUORUM_PORT is 70000; a port is between 1 and 65535", id="no port"
        ),
        pytest.param(
            "DRIVER", "mongo", "QUORUM_DRIVER is 'mongo'; it must be motor or pymongo", id="driver"
        ),
        pytest.param(
            "EXECUTION",
            "quick",
            "QUORUM_EXECUTION is 'quick'; it must be compiled or ordinary",
            id="execution",
        ),
        pytest.param(
            "MONGODB_URI",
            "localhost:27017",
            "QUORUM_MONGODB_URI must start with mongodb:// or mongodb+srv://",
            id="an address without a scheme",
        ),
        pytest.param(
            "DATABASE",
            "a/b",
            "QUORUM_DATABASE must be 1 to 60 letters, digits, hyphens and underscores",
            id="a slash in the database's name",
        ),
        pytest.param(
            "RIGHTS",
            "READ,FLY",
            "QUORUM_RIGHTS names 'FLY', which is no right; the rights are READ, EDIT_DATA,"
            " EDIT_COMPONENTS, EDIT_GROUPS, ACT_AS_JOURNEY, ACT_AS_SYSTEM, RUN_JOBS, ADMIN",
            id="an unknown right",
        ),
        pytest.param(
            "TENANT",
            "Acme:1",
            "QUORUM_TENANT must be 1 to 63 lower-case letters, digits, hyphens and underscores,"
            " the first a letter or digit",
            id="a colon in the tenant",
        ),
        pytest.param(
            "ACTOR",
            "Jörg",
            "QUORUM_ACTOR must be at most 200 printable ASCII characters",
            id="an umlaut in the actor",
        ),
        pytest.param(
            "ALLOWED_HOSTS",
            "a.example:80",
            "QUORUM_ALLOWED_HOSTS names 'a.example:80'; write host names without a port, as a list",
            id="a host with a port",
        ),
        pytest.param(
            "BODY_LIMIT",
            "10",
            "QUORUM_BODY_LIMIT is 10 bytes; it must be between 1024 and 67108864",
            id="a limit below every request",
        ),
        pytest.param(
            "EVENT_CURSOR_DAYS",
            "0",
            "QUORUM_EVENT_CURSOR_DAYS is 0; it must be between 1 and 3650 days",
            id="no day of events",
        ),
        pytest.param(
            "SUBSCRIPTION_LIMIT",
            "0",
            "QUORUM_SUBSCRIPTION_LIMIT is 0; it must be between 1 and 1000000",
            id="room for no subscription",
        ),
        pytest.param(
            "REQUEST_SECONDS",
            "nan",
            "QUORUM_REQUEST_SECONDS is 'nan'; it must be between 0.1 and 3600 seconds",
            id="no number",
        ),
        pytest.param(
            "REQUEST_SECONDS",
            "soon",
            "QUORUM_REQUEST_SECONDS is 'soon', which is no number of seconds",
            id="a word for a time",
        ),
        pytest.param(
            "WEBHOOK_ALLOW_PRIVATE",
            "yes",
            "QUORUM_WEBHOOK_ALLOW_PRIVATE is 'yes'; it must be on or off",
            id="neither on nor off",
        ),
        pytest.param(
            "WEBHOOK_WAITING_LIMIT",
            "0",
            "QUORUM_WEBHOOK_WAITING_LIMIT is 0; it must be between 1 and 100000",
            id="nothing may wait",
        ),
        pytest.param(
            "WEBHOOK_LOG_DAYS",
            "4000",
            "QUORUM_WEBHOOK_LOG_DAYS is 4000; it must be between 1 and 3650 days",
            id="more than ten years",
        ),
        pytest.param(
            "LOG_LEVEL",
            "loud",
            "QUORUM_LOG_LEVEL is 'loud'; it must be one of debug, info, warning, error",
            id="an unknown level",
        ),
    ],
)
def test_a_bad_value_is_one_sentence_that_names_the_variable(
    name: str, value: str, sentence: str
) -> None:
    bad = from_environment({f"QUORUM_{name}": value})

    assert isinstance(bad, BadSetting)
    assert str(bad) == sentence


def test_the_help_names_every_variable() -> None:
    shown = CliRunner().invoke(main, ["--help"], env={"COLUMNS": "200"}).output

    unnamed = [name for name in READERS if f"QUORUM_{name.upper()} " not in shown]
    assert unnamed == []
    assert set(READERS) == {field.name for field in fields(Settings)}


def test_a_server_answers_to_the_address_it_listens_on() -> None:
    assert Settings(host="127.0.0.2").names == {"localhost", "127.0.0.1", "[::1]", "127.0.0.2"}
    assert "[::1]" in Settings(host="::1").names


def test_the_address_of_an_ipv6_host_is_in_brackets() -> None:
    assert Settings(host="::1", port=8001).address == "http://[::1]:8001"
    assert Settings().address == "http://127.0.0.1:8000"
