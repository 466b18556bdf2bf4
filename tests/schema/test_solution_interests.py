"""Solution interests as they are listed: what uses them, and by what they are found."""

from execution.context import Context
from tests.resolvers.test_deleting_groups import a_job
from tests.schema.operations import operate
from tests.worlds import a_buying_group, an_interest, some_accounts


async def test_what_uses_them_is_counted(home: Context) -> None:
    interest = await an_interest(home)
    await an_interest(home, name="Analytics")
    for account in (await some_accounts(home, "Acme", "Bolt")).values():
        await a_buying_group(home, account, interest)
    await a_job(home, interest)

    query = "{ solutionInterests(orderBy: {field: NAME}) { nodes { name creationJobs groupCount } }"
    answer = await operate(home, query + " }")

    assert answer["solutionInterests"]["nodes"] == [
        {"name": "Analytics", "creationJobs": 0, "groupCount": 0},
        {"name": "Security", "creationJobs": 1, "groupCount": 2},
    ]


async def test_they_are_found_by_the_switch_that_updates_groups(home: Context) -> None:
    await an_interest(home)
    await an_interest(home, name="Analytics", update_existing=True)

    answer = await operate(
        home,
        "{ on: solutionInterests(filter: {updateExisting: true}) { nodes { name } } "
        "off: solutionInterests(filter: {updateExisting: false}) { nodes { name } } }",
    )

    assert answer["on"]["nodes"] == [{"name": "Analytics"}]
    assert answer["off"]["nodes"] == [{"name": "Security"}]
