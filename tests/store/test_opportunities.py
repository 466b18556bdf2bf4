from domain.identifiers import TenantId
from store.driver import Database
from store.opportunities import OpportunityStore
from store.relay import Relay


async def test_what_accounts_have_won_is_read_from_their_won_opportunities(
    database: Database, tenant: TenantId
) -> None:
    opportunities = OpportunityStore(database, tenant, Relay(database, tenant))
    rows = [
        ("acc_1", "GTX Pro", True),
        ("acc_1", "gtx pro", True),
        ("acc_1", "GTX Pro", True),
        ("acc_1", "MG Special", False),
        ("acc_1", None, True),
        ("acc_2", "MG Special", True),
        ("acc_3", "GTK 500", True),
    ]
    await opportunities.write(
        [
            (
                {
                    "_id": f"opp_{tenant}_{n}",
                    "account_id": account,
                    "product": product,
                    "is_won": is_won,
                },
                [],
            )
            for n, (account, product, is_won) in enumerate(rows)
        ],
        [],
    )

    won = await opportunities.products_won(["acc_1", "acc_2", "acc_none"])

    assert {account: sorted(products) for account, products in won.items()} == {
        "acc_1": ["GTX Pro", "gtx pro"],
        "acc_2": ["MG Special"],
    }
