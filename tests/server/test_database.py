from pathlib import Path

import pytest

from server.database import Opened, opened
from server.process import CommandFailed
from server.settings import Settings
from store.driver import Client, Database, Driver


@pytest.mark.parametrize("driver", list(Driver), ids=lambda driver: driver.value)
async def test_another_mongodb_is_opened_with_its_indexes(mongodb_uri: str, driver: Driver) -> None:
    settings = Settings(mongodb_uri=mongodb_uri, database="elsewhere", driver=driver)

    async with opened(settings) as found:
        indexes = await found.database["buying_groups"].index_information()

        assert found.database.name == "elsewhere"
        assert "tenant_folded-name__id" in indexes
        assert await found.reason_not_ready() is None


async def test_the_embedded_mongodb_is_opened_in_the_data_folder(tmp_path: Path) -> None:
    async with opened(Settings(data=tmp_path / "data")) as found:
        await found.database["tenants"].insert_one({"_id": "acme"})
        assert await found.reason_not_ready() is None

    async with opened(Settings(data=tmp_path / "data")) as found:
        assert await found.database["tenants"].count_documents({}) == 1


async def test_a_mongodb_known_to_be_down_is_not_ready(client: Client, database: Database) -> None:
    opened = Opened(database, client, lambda: False, lambda: "the disk is full")

    assert await opened.reason_not_ready() == "the disk is full"


async def test_a_program_that_is_no_mongod_is_one_sentence(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", mongod=tmp_path / "mongod")

    with pytest.raises(CommandFailed) as failed:
        async with opened(settings):
            pass

    assert failed.value.message == (
        f"{tmp_path}/mongod, named by QUORUM_MONGOD, is not a program that this user can run."
    )
