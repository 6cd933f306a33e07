"""Opening this installation's database: as it should be, or with a word on what mends it."""

from pathlib import Path

import pytest
from sqlalchemy import text

from certtrack.db.engine import make_engine
from certtrack.db.revisions import find_revision, get_head
from certtrack.errors import BadSettings, Refused
from certtrack.services.installation import OldDatabase, check_current, connect, open_database, upgrade_database
from certtrack.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def nowhere_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine reaches these tests."""
    monkeypatch.setenv("CERTTRACK_ENV", "test")
    monkeypatch.setenv("CERTTRACK_INSTANCE", str(tmp_path))


def at(url: str) -> Settings:
    return load_settings(database_url=url)


def put_at(url: str, revision: str) -> None:
    """Let the database say that it is at that revision."""
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    engine.dispose()


def test_a_database_at_this_revision_is_opened_and_works(database_url: str) -> None:
    database = open_database(at(database_url))
    with database.writing() as session:
        assert session.scalar(text("SELECT count(*) FROM person")) == 0
    database.close()


def test_without_an_address_the_database_lies_in_the_instance(tmp_path: Path) -> None:
    with pytest.raises(OldDatabase) as caught:
        open_database(load_settings())
    assert str(tmp_path / "certtrack.db") in str(caught.value)
    assert "certtrack db upgrade" in str(caught.value)


def test_a_database_that_is_not_there_is_not_made_by_opening_it(tmp_path: Path) -> None:
    with pytest.raises(OldDatabase, match=r"There is no database at .*gone\.db yet; run `certtrack db upgrade`"):
        open_database(at(f"sqlite:///{tmp_path / 'gone.db'}"))
    assert not (tmp_path / "gone.db").exists()


def test_an_empty_database_asks_for_its_tables(empty_url: str) -> None:
    engine = make_engine(empty_url)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))  # SQLite makes the file
    with pytest.raises(OldDatabase, match="is empty; run `certtrack db upgrade` to make its tables"):
        open_database(at(empty_url))
    assert find_revision(engine) is None, "nothing is migrated by opening it"
    engine.dispose()


def test_a_newer_database_is_refused_and_not_touched(database_url: str) -> None:
    put_at(database_url, "9999")
    engine = make_engine(database_url)
    with pytest.raises(OldDatabase, match="a newer CertTrack has made; install that version again"):
        open_database(at(database_url))
    with pytest.raises(OldDatabase, match="9999"):
        upgrade_database(engine)
    assert find_revision(engine) == "9999"
    engine.dispose()


def test_an_upgrade_names_the_revisions_before_and_after(empty_url: str) -> None:
    engine = make_engine(empty_url)
    assert upgrade_database(engine) == (None, get_head())
    assert upgrade_database(engine) == (get_head(), get_head())
    check_current(engine)
    engine.dispose()


@pytest.mark.parametrize("url", ["nonsense", "oracle+nobody://x/y", "postgresql+nobody://x/y"])
def test_an_address_that_can_not_be_understood_is_refused_by_its_setting(url: str) -> None:
    with pytest.raises(BadSettings, match="CERTTRACK_DATABASE_URL can't be understood; write it as postgresql"):
        connect(at(url))


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "letter.db"
    file.write_text("Dear Alice, this is a letter. " * 200)
    before = file.read_bytes()
    with pytest.raises(Refused, match=r"letter.db doesn't answer, or isn't a database of ours"):
        open_database(at(f"sqlite:///{file}"))
    assert file.read_bytes() == before


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(Refused) as caught:
        open_database(at("postgresql+psycopg://certtrack:swordfish@127.0.0.1:1/records"))
    assert "127.0.0.1:1/records doesn't answer" in str(caught.value)
    assert "CERTTRACK_DATABASE_URL" in str(caught.value)
    assert "swordfish" not in str(caught.value)
