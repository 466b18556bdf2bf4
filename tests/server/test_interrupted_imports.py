"""`quorum import` killed at any moment and run again: as if nothing had happened.

QUORUM_IMPORT_KILLS says how often it is killed; random moments, a seed of its own for each run.
"""

import os
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors import mapping_files
from connectors.importing import ImportReport, import_file
from connectors.mappings import MappingFault
from domain.identifiers import TenantId
from resolvers.tenants import create_tenant
from store.driver import Database
from tests.contexts import Clock, a_context
from tests.server.quorum_process import Quorum

KILLS = int(os.environ.get("QUORUM_IMPORT_KILLS", "1"))
ROWS = 2_500
MAPPING = """\
kind = "people"
[fields]
keys.crm = "id"
email = "email"
first_name = "name"
job_title = "title"
"""


@pytest.fixture
def quorum(short_path: Path) -> Iterator[Quorum]:
    command = Quorum(short_path)
    yield command
    command.clean()


def files(folder: Path) -> tuple[Path, Path]:
    """Every tenth row has no e-mail address, every 100th person stands twice."""
    lines = ["id,email,name,title"]
    for n in range(ROWS):
        person = n - 2_000 if n > 2_000 and n % 100 == 0 else n
        email = f"p{person}@acme.example" if n % 10 != 1 else "nothing"
        lines.append(f"P{person},{email},Name {n},Title {n % 7}")
    file, mapping = folder / "people.csv", folder / "people.toml"
    file.write_text("\n".join(lines))
    mapping.write_text(MAPPING)
    return file, mapping


async def left_in(database: Database, tenant: str) -> dict[str, Any]:
    people = database["people"].find({"tenant": tenant})
    shown = {
        each["keys"]["crm"]: (each["first_name"], each["job_title"], each["version"])
        async for each in people
    }
    events = database["events"].find({"tenant": tenant}, {"subject_id": 1, "type": 1})
    told = sorted(
        [(e["subject_id"], e["type"]) async for e in events if e["type"] != "TENANT_MADE"]
    )
    created = [id for id, type in told if type == "PERSON_CREATED"]
    assert len(created) == len(set(created)), "a person was created twice"
    return {**shown, "events": len(told)}


async def steps_of(database: Database, tenant: str) -> int:
    return await database["import_steps"].count_documents({"tenant": tenant})


async def wait_for(
    database: Database, tenant: str, steps: int, process: "subprocess.Popen[str]"
) -> None:
    """Until so many steps are done, or the process has ended."""
    while process.poll() is None:
        if await steps_of(database, tenant) >= steps:
            return
        time.sleep(0.01)  # noqa: ASYNC251


async def test_an_import_killed_again_and_again_ends_as_one_that_was_not(
    database: Database, mongodb_uri: str, tenant: TenantId, quorum: Quorum, short_path: Path
) -> None:
    file, mapping = files(short_path)
    rejects = short_path / "rejects.csv"
    settings = {"QUORUM_MONGODB_URI": mongodb_uri, "QUORUM_DATABASE": database.name}
    arguments = ["import", str(file), "--mapping", str(mapping), "--rejects", str(rejects)]
    whole = a_context(database, TenantId(f"{tenant}-whole"), Clock())
    await create_tenant(whole, "Whole", "UTC")
    stated = mapping_files.read(MAPPING.encode())
    assert not isinstance(stated, MappingFault)
    report = await import_file(whole, stated, file, rejects_path=rejects)
    assert isinstance(report, ImportReport)
    expected, listed = await left_in(database, whole.viewer.tenant), rejects.read_bytes()
    killed = 0
    while killed < KILLS:
        home = f"{tenant}-{killed}"
        await create_tenant(a_context(database, TenantId(home), Clock()), "Home", "UTC")
        chance = random.Random(killed)
        for _ in range(min(3, KILLS - killed)):
            process = quorum.start(*arguments, "--tenant", home, **settings)
            await wait_for(database, home, await steps_of(database, home) + 1, process)
            time.sleep(chance.random() * 0.3)  # noqa: ASYNC251
            process.kill()
            process.communicate()
            killed += 1
        was_begun = await steps_of(database, home) > 0
        ended = quorum.run(*arguments, "--tenant", home, **settings)

        assert ended.returncode == 0, ended.stderr
        assert await left_in(database, home) == expected
        assert rejects.read_bytes() == listed
        assert await steps_of(database, home) == 0
        assert ("Resuming at row" in ended.stdout) == was_begun
