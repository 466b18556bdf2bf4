from domain.saved_views import Named, Reference, references


def test_a_filter_names_things_by_their_ids_at_these_places() -> None:
    filter = {
        "search": "acme",
        "accounts": ["acc_1", "acc_2"],
        "missingRoles": {"noneOf": ["role_1"]},
        "peopleInRole": [{"role": "role_2", "atLeast": 3}],
        "stage": {"anyOf": ["Open", "stg_1"]},
    }

    assert set(references(filter)) == {
        Reference("accounts[0]", Named.ACCOUNT, "acc_1"),
        Reference("accounts[1]", Named.ACCOUNT, "acc_2"),
        Reference("missingRoles.noneOf[0]", Named.ROLE, "role_1"),
        Reference("peopleInRole[0].role", Named.ROLE, "role_2"),
        Reference("stage.anyOf[1]", Named.STAGE, "stg_1"),
    }


def test_a_filter_of_nothing_names_nothing() -> None:
    assert list(references({})) == []
