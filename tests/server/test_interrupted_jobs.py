"""A job under a running server whose MongoDB is killed goes on by itself."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server.quorum_process import Quorum

pytestmark = pytest.mark.long

BATCHES, BATCH = 6, 1_000
KILLS = 2
PATIENCE_SECONDS = 120

UPSERT = """mutation ($items: [AccountItemInput!]!) {
  upsertAccounts(input: {items: $items}) { ... on UpsertAccountsSuccess { created } } }"""
PEOPLE = """mutation ($items: [PersonItemInput!]!) {
  upsertPeople(input: {items: $items}) { ... on UpsertPeopleSuccess { created } } }"""
TEMPLATE = """mutation { createRoleTemplate(input: {name: "Standard", roles: [{
  role: "Decision Maker", weighting: VITAL, required: true, membersRequired: 1,
  condition: {person: {jobTitle: {contains: "chief"}}}
}]}) { ... on CreateRoleTemplateSuccess { roleTemplate { id } } } }"""
PUBLISH = """mutation ($id: ID!) { publishRoleTemplate(input: {roleTemplateId: $id}) {
  __typename } }"""
INTEREST = """mutation ($id: ID!) {
  createSolutionInterest(input: {name: "Security", roleTemplateId: $id}) {
    ... on CreateSolutionInterestSuccess { solutionInterest { id } } } }"""
AUDIENCE = """mutation {
  createAccountAudience(input: {name: "Everybody", condition: {all: []}}) {
    ... on CreateAccountAudienceSuccess { accountAudience { id } } } }"""
START = """mutation ($interest: ID!, $audience: ID!) {
  startCreationJob(input: {solutionInterestId: $interest, accountAudienceId: $audience}) {
    ... on StartCreationJobSuccess { job { id } } } }"""
JOB = """query ($id: ID!) { job(id: $id) { status failure
  progress { total done groupsCreated membersAssigned } } }"""
GROUPS = """{ buyingGroups(first: 100, orderBy: {field: ENGAGEMENT}) { totalCount nodes {
  memberCount engagement { isStale } } } }"""


@pytest.fixture
def quorum(tmp_path: Path) -> Iterator[Quorum]:
    quorum = Quorum(tmp_path)
    yield quorum
    quorum.clean()


def answer(quorum: Quorum, query: str, **variables: Any) -> Any:
    given = quorum.ask(query, **variables)
    assert "errors" not in given, given
    return given["data"]


def a_started_job(quorum: Quorum) -> str:
    """A creation job for six thousand accounts, each with one person to be placed."""
    for batch in range(BATCHES):
        names = [f"A{number}" for number in range(batch * BATCH, (batch + 1) * BATCH)]
        keys = [[{"system": "crm", "id": name}] for name in names]
        accounts = [{"name": name, "keys": key} for name, key in zip(names, keys, strict=True)]
        answer(quorum, UPSERT, items=accounts)
        people = [
            {
                "email": f"{name}@example.com",
                "jobTitle": "Chief",
                "relations": [{"account": {"key": key[0]}, "relation": "EMPLOYEE"}],
            }
            for name, key in zip(names, keys, strict=True)
        ]
        answer(quorum, PEOPLE, items=people)
    template = answer(quorum, TEMPLATE)["createRoleTemplate"]["roleTemplate"]["id"]
    answer(quorum, PUBLISH, id=template)
    interest = answer(quorum, INTEREST, id=template)["createSolutionInterest"]["solutionInterest"]
    audience = answer(quorum, AUDIENCE)["createAccountAudience"]["accountAudience"]
    started = answer(quorum, START, interest=interest["id"], audience=audience["id"])
    return str(started["startCreationJob"]["job"]["id"])


def killed_mongod(quorum: Quorum, deadline: float) -> None:
    """Kill the MongoDB that runs now, and wait for the next one."""
    killed = quorum.mongod()
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    while quorum.mongod() in (killed, None) and time.monotonic() < deadline:
        time.sleep(0.05)


def asked_until(quorum: Quorum, job: str, deadline: float, done: int) -> Any:
    """The job once it has done so much, or has ended."""
    while time.monotonic() < deadline:
        given = quorum.ask(JOB, id=job)
        found = None if "errors" in given else given["data"]["job"]
        if found and (found["status"] in ("DONE", "FAILED") or found["progress"]["done"] > done):
            return found
        time.sleep(0.02)
    raise AssertionError("the job does not go on")


def test_a_creation_job_survives_a_mongod_that_is_killed_again_and_again(quorum: Quorum) -> None:
    process = quorum.serve()
    job = a_started_job(quorum)
    deadline = time.monotonic() + PATIENCE_SECONDS
    total = BATCHES * BATCH
    done = 0
    for _ in range(KILLS):
        found = asked_until(quorum, job, deadline, done)
        assert found["status"] == "RUNNING"
        done = found["progress"]["done"]
        killed_mongod(quorum, deadline)

    found = asked_until(quorum, job, deadline, total)

    assert 0 < done < total
    assert found == {
        "status": "DONE",
        "failure": None,
        "progress": {
            "total": total,
            "done": total,
            "groupsCreated": total,
            "membersAssigned": total,
        },
    }
    groups = answer(quorum, GROUPS)["buyingGroups"]
    assert groups["totalCount"] == total
    assert {group["memberCount"] for group in groups["nodes"]} == {1}
    assert {group["engagement"]["isStale"] for group in groups["nodes"]} == {False}
    quorum.end(process)
    assert process.returncode == 0
