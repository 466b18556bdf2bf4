"""Settings: everything an operator decides about the process, read from QUORUM_… variables."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from enum import Enum
from pathlib import Path
from typing import Final

from domain.daily import time_of_day
from execution.context import Right
from server.logs import LEVELS, LogFormat
from store.driver import Driver

PREFIX: Final = "QUORUM_"
PROJECT: Final = Path(__file__).resolve().parent.parent
LOOPBACK_NAMES: Final = ("localhost", "127.0.0.1", "[::1]")
TENANT_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
ACTOR_LENGTH: Final = 200

_DATABASE_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,60}")
_HOST_NAME: Final = re.compile(r"[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]+\]")


class Execution(Enum):
    """How operations are executed: by plans where there is one, or all of them field by field."""

    COMPILED = "compiled"
    ORDINARY = "ordinary"


@dataclass(frozen=True, slots=True)
class Settings:
    """One process's settings, checked. Sizes are bytes, times seconds."""

    mongodb_uri: str | None = None
    mongod: Path | None = None
    data: Path = PROJECT / "data"
    database: str = "quorum"
    driver: Driver = Driver.MOTOR
    execution: Execution = Execution.COMPILED
    host: str = "127.0.0.1"
    port: int = 8000
    allowed_hosts: frozenset[str] = frozenset(LOOPBACK_NAMES)
    tenant: str = "default"
    actor: str = "local"
    rights: frozenset[Right] = frozenset(Right)
    body_limit: int = 8 * 1024 * 1024
    request_seconds: float = 30.0
    stop_seconds: float = 20.0
    event_cursor_days: int = 30
    subscription_limit: int = 2_000
    subscriber_stall_seconds: float = 15.0
    log_level: str = "info"
    log_format: LogFormat = LogFormat.TEXT
    log_values: bool = False
    tracing: bool = False
    daily_at: time | None = time(2)
    webhook_allow_private: bool = False
    webhook_waiting_limit: int = 10_000
    webhook_log_days: int = 30

    @property
    def names(self) -> frozenset[str]:
        """What a `Host` header may call this server: the allowed names and its own address."""
        return self.allowed_hosts | {_in_address(self.host)}

    @property
    def address(self) -> str:
        """Where the server is reached: http://127.0.0.1:8000."""
        return f"http://{_in_address(self.host)}:{self.port}"


@dataclass(frozen=True, slots=True)
class BadSetting:
    """A variable whose value cannot be used, and why, in one sentence."""

    variable: str
    reason: str

    def __str__(self) -> str:
        return f"{self.variable} {self.reason}"


def from_environment(environment: Mapping[str, str]) -> Settings | BadSetting:
    """The settings that the variables give; an empty or absent variable means the default."""
    values: dict[str, object] = {}
    for field, read in READERS.items():
        variable = PREFIX + field.upper()
        text = environment.get(variable, "").strip()
        if not text:
            continue
        try:
            values[field] = read(text)
        except ValueError as error:
            return BadSetting(variable, str(error))
    return Settings(**values)  # type: ignore[arg-type]


def unknown_variables(environment: Mapping[str, str]) -> list[str]:
    """A sentence about each variable that looks like a setting and is none."""
    known = [field.upper() for field in READERS]
    given = sorted(name[len(PREFIX) :] for name in environment if name.startswith(PREFIX))
    return [_strange(name, known) for name in given if name not in known]


def _strange(name: str, known: list[str]) -> str:
    from difflib import get_close_matches  # seldom needed, and slow to load

    close = get_close_matches(name, known, 1)
    meant = f"; {PREFIX}{close[0]} is meant, perhaps" if close else ""
    return f"{PREFIX}{name} is no setting{meant}."


def rights_named(text: str) -> frozenset[Right]:
    """The rights in a comma separated list, in any case; ValueError names an unknown one."""
    words = [word.strip().upper() for word in text.split(",") if word.strip()]
    unknown = [word for word in words if word not in Right.__members__]
    if unknown:
        known = ", ".join(Right.__members__)
        raise ValueError(f"names {_shown(unknown[0])}, which is no right; the rights are {known}")
    return frozenset(Right[word] for word in words)


def _mongodb_uri(text: str) -> str:
    if not text.startswith(("mongodb://", "mongodb+srv://")):
        raise ValueError("must start with mongodb:// or mongodb+srv://")
    return text


def _path(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _database(text: str) -> str:
    if not _DATABASE_NAME.fullmatch(text):
        raise ValueError("must be 1 to 60 letters, digits, hyphens and underscores")
    return text


def _driver(text: str) -> Driver:
    names = [driver.value for driver in Driver]
    if text not in names:
        raise ValueError(f"is {_shown(text)}; it must be {' or '.join(names)}")
    return Driver(text)


def _execution(text: str) -> Execution:
    names = [way.value for way in Execution]
    if text not in names:
        raise ValueError(f"is {_shown(text)}; it must be {' or '.join(names)}")
    return Execution(text)


def _host(text: str) -> str:
    host = text.removeprefix("[").removesuffix("]")
    if host == "localhost" or _is_loopback(host):
        return host
    raise ValueError(
        f"is {_shown(text)}, but without sign-in Quorum serves this machine alone:"
        " use 127.0.0.1, ::1 or localhost"
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _port(text: str) -> int:
    port = _whole_number(text)
    if not 1 <= port <= 65_535:
        raise ValueError(f"is {port}; a port is between 1 and 65535")
    return port


def _allowed_hosts(text: str) -> frozenset[str]:
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    for name in names:
        if not _HOST_NAME.fullmatch(name):
            raise ValueError(f"names {_shown(name)}; write host names without a port, as a list")
    return frozenset((*LOOPBACK_NAMES, *names))


def _tenant(text: str) -> str:
    if not TENANT_NAME.fullmatch(text):
        raise ValueError(
            "must be 1 to 63 lower-case letters, digits, hyphens and underscores,"
            " the first a letter or digit"
        )
    return text


def _actor(text: str) -> str:
    if len(text) > ACTOR_LENGTH or not (text.isascii() and text.isprintable()):
        raise ValueError(f"must be at most {ACTOR_LENGTH} printable ASCII characters")
    return text


def _body_limit(text: str) -> int:
    limit = _whole_number(text)
    if not 1_024 <= limit <= 64 * 1024 * 1024:
        raise ValueError(f"is {limit} bytes; it must be between 1024 and {64 * 1024 * 1024}")
    return limit


def _request_seconds(text: str) -> float:
    return _seconds(text, 0.1, 3_600)


def _stop_seconds(text: str) -> float:
    return _seconds(text, 0, 600)


def _seconds(text: str, least: float, most: float) -> float:
    try:
        seconds = float(text)
    except ValueError:
        raise ValueError(f"is {_shown(text)}, which is no number of seconds") from None
    if not least <= seconds <= most:
        raise ValueError(f"is {_shown(text)}; it must be between {least:g} and {most:g} seconds")
    return seconds


def _event_cursor_days(text: str) -> int:
    days = _whole_number(text)
    if not 1 <= days <= 3_650:
        raise ValueError(f"is {days}; it must be between 1 and 3650 days")
    return days


def _subscription_limit(text: str) -> int:
    limit = _whole_number(text)
    if not 1 <= limit <= 1_000_000:
        raise ValueError(f"is {limit}; it must be between 1 and 1000000")
    return limit


def _log_level(text: str) -> str:
    if text.lower() not in LEVELS:
        raise ValueError(f"is {_shown(text)}; it must be one of {', '.join(LEVELS)}")
    return text.lower()


def _log_format(text: str) -> LogFormat:
    names = [format.value for format in LogFormat]
    if text.lower() not in names:
        raise ValueError(f"is {_shown(text)}; it must be {' or '.join(names)}")
    return LogFormat(text.lower())


def _switch(text: str) -> bool:
    if text.lower() not in ("on", "off"):
        raise ValueError(f"is {_shown(text)}; it must be on or off")
    return text.lower() == "on"


def _daily_at(text: str) -> time | None:
    if text.lower() == "off":
        return None
    found = time_of_day(text)
    if found is None:
        raise ValueError(f"is {_shown(text)}; it must be a time of day such as 02:00, or off")
    return found


def _is_on(text: str) -> bool:
    if text.lower() not in ("on", "off"):
        raise ValueError(f"is {_shown(text)}; it must be on or off")
    return text.lower() == "on"


def _waiting_limit(text: str) -> int:
    limit = _whole_number(text)
    if not 1 <= limit <= 100_000:
        raise ValueError(f"is {limit}; it must be between 1 and 100000")
    return limit


def _log_days(text: str) -> int:
    days = _whole_number(text)
    if not 1 <= days <= 3_650:
        raise ValueError(f"is {days}; it must be between 1 and 3650 days")
    return days


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _whole_number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,12}", text):
        raise ValueError(f"is {_shown(text)}, which is no whole number")
    return int(text)


def _shown(text: str) -> str:
    """The text as an error may quote it: short and free of control characters."""
    return repr(text[:40])


READERS: Final[Mapping[str, Callable[[str], object]]] = {
    "mongodb_uri": _mongodb_uri,
    "mongod": _path,
    "data": _path,
    "database": _database,
    "driver": _driver,
    "execution": _execution,
    "host": _host,
    "port": _port,
    "allowed_hosts": _allowed_hosts,
    "tenant": _tenant,
    "actor": _actor,
    "rights": rights_named,
    "body_limit": _body_limit,
    "request_seconds": _request_seconds,
    "stop_seconds": _stop_seconds,
    "event_cursor_days": _event_cursor_days,
    "subscription_limit": _subscription_limit,
    "subscriber_stall_seconds": _request_seconds,
    "log_level": _log_level,
    "log_format": _log_format,
    "log_values": _switch,
    "tracing": _switch,
    "daily_at": _daily_at,
    "webhook_allow_private": _is_on,
    "webhook_waiting_limit": _waiting_limit,
    "webhook_log_days": _log_days,
}
