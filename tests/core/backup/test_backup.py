"""A backup is whole or not there; a restore brings everything back but the people who were erased since."""

import io
import shutil
import tarfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from fakes import forgotten
from fakes.erasing import World, forget
from fakes.forgotten import CANARY, EMBEDDER, NOW, VICTIM

from mhc_core.artifacts import store
from mhc_core.backup import archive, making, restoring
from mhc_core.db import dump
from mhc_core.db import engine as engines
from mhc_core.db import upgrade as migrations
from mhc_core.db.queries import audit, training, versions
from mhc_core.db.tables import understanding_versions as table_of_readers
from mhc_core.errors import ConfigurationError, Conflict, DataError
from mhc_core.providers.local import fine_tuner
from mhc_core.settings import Settings

pytestmark = pytest.mark.long
LATER = NOW + timedelta(days=1)


def back_up(world: World, folder: Path | None = None) -> making.Made:
    return making.make(world.engine, forgotten.settings(world.root), folder or world.root / "backups", NOW)


@pytest.fixture(scope="module")
def empty(module_state_dir: Path) -> Callable[[], Settings]:
    """Settings of an embedded server that holds nothing; the same server each time."""

    def call() -> Settings:
        found = Settings(state_dir=module_state_dir, dataset_min_examples=10, seed=1)
        with engines.database(found, as_owner=True) as engine, engine.begin() as connection:
            for schema in ("ai", "dagster"):
                connection.execute(sa.text(f"drop schema {schema} cascade"))
        for folder in ("artifacts", "backups"):
            shutil.rmtree(module_state_dir / folder, ignore_errors=True)
        return found

    with engines.database(Settings(state_dir=module_state_dir)):  # it goes on running
        pass
    return call


def restore(settings: Settings, file: Path, **options: bool) -> restoring.Restored:
    return restoring.restore(settings, file, EMBEDDER, LATER, **options)


def test_who_was_erased_after_the_backup_does_not_come_back(world: World, empty: Callable[[], Settings]) -> None:
    others = forgotten.rows_of_others(world.engine)
    file = back_up(world).path
    assert CANARY.encode() in file.read_bytes(), "the artifacts in it hold the customer"
    forget(world)
    settings = empty()
    done = restore(settings, file)
    assert [made["counts"]["messages"] for made in done.erased] == [4]
    with engines.database(settings) as engine:
        assert forgotten.found_in(engine, settings.state_dir / "artifacts") == []
        found = forgotten.rows_of_others(engine)
        assert found["messages"] == others["messages"]
        report = forgotten.bring_in(engine, settings.state_dir, forgotten.RECORDS)
        assert (report.unchanged, report.erased) == (24, 1)
        with engine.connect() as connection:
            chain = audit.verify(connection)
            live = versions.live(connection, "model")
            assert live
            model = training.model(connection, live)
        assert (chain.problem, chain.entries > 5) == (None, True)
        assert model is not None
        assert model.artifact_uri
        assert model.artifact_uri.startswith(settings.artifacts)
        fine_tuner.load_model(model.id, model.artifact_uri, model.artifact_sha256 or "", EMBEDDER)


def test_everything_is_as_it_was(world: World, empty: Callable[[], Settings]) -> None:
    before = forgotten.state(*world)
    settings = empty()
    done = restore(settings, back_up(world).path)
    assert done.erased == []
    with engines.database(settings) as engine:
        after = forgotten.state(engine, settings.state_dir)
    for table in after:  # addresses of artifacts in the state folder are stored relative to it
        before[table] = (
            [row.replace("file://ROOT/", "") for row in before[table]] if "/" not in table else before[table]
        )
    entry = after["audit_log"].pop(next(at for at, row in enumerate(after["audit_log"]) if "backup.restored" in row))
    assert "2026-06-01" in entry
    for name in ("response_cache", "understanding_versions"):
        before.pop(name), after.pop(name)
    assert {name: rows for name, rows in after.items() if before.get(name) != rows} == {}
    assert before.keys() == after.keys()


def test_a_target_with_work_in_it_is_replaced_on_request_only(world: World, empty: Callable[[], Settings]) -> None:
    settings, file = empty(), back_up(world).path
    restore(settings, file)
    with (
        engines.database(settings) as engine,
        engine.connect(),
        pytest.raises(Conflict, match="other sessions"),
    ):
        restore(settings, file, replace=True)
    with pytest.raises(Conflict, match="--replace"):
        restore(settings, file)
    with engines.database(settings) as engine:  # an erasure that only the replaced database knows
        forgotten.Forgetter(engine, EMBEDDER, forgotten.pricing.load(), settings).erase(VICTIM, "Ann", LATER)
    done = restore(settings, file, replace=True)
    assert len(done.erased) == 1


def test_without_its_ledger_a_backup_is_refused(world: World, empty: Callable[[], Settings], tmp_path: Path) -> None:
    file = back_up(world).path
    alone = file.rename(tmp_path / file.name)
    with pytest.raises(Conflict, match="who was erased after this backup"):
        restore(empty(), alone)
    assert restore(empty(), alone, without_ledger=True).erased == []


def test_a_backup_of_an_earlier_version_is_upgraded(
    world: World, empty: Callable[[], Settings], tmp_path: Path
) -> None:
    file = back_up(world).path
    with archive.verified(file) as backup:
        about = {name: value for name, value in backup.manifest.items() if name not in ("format", "files")}
    migrations.downgrade(world.engine, "0030")
    dump.write(world.engine.url, tmp_path / "old.dump")
    with file.open("wb") as target, (tmp_path / "old.dump").open("rb") as source:
        writer = archive.Writer(target)
        writer.add(archive.DATABASE, source, (tmp_path / "old.dump").stat().st_size)
        writer.close(about | {"revision": "0030"})
    settings = empty()
    restore(settings, file)
    with engines.database(settings) as engine, engine.connect() as connection:
        assert migrations.current(connection) == migrations.HEAD
        assert audit.verify(connection).problem is None


def test_a_backup_of_a_later_version_is_refused(
    world: World, empty: Callable[[], Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = back_up(world).path
    monkeypatch.setattr(restoring, "HEAD", "0000")
    with pytest.raises(ConfigurationError, match="newer version"):
        restore(empty(), file)


def test_artifacts_elsewhere_are_found_again(world: World, empty: Callable[[], Settings], tmp_path: Path) -> None:
    settings = empty().model_copy(update={"artifact_uri": (tmp_path / "elsewhere").as_uri()})
    restore(settings, back_up(world).path)
    with engines.database(settings) as engine, engine.connect() as connection:
        addresses = connection.scalars(sa.select(table_of_readers.c.artifact_uri)).all()
        live = versions.live(connection, "model")
        model = training.model(connection, live or "")
    assert model is not None
    assert (model.artifact_uri or "").startswith(settings.artifacts)
    store.read_verified(model.artifact_uri or "", model.artifact_sha256 or "")
    assert len(addresses) == 1


@pytest.mark.parametrize("where", ["dump", "artifact", "manifest", "end", "cut"])
def test_a_damaged_backup_is_refused_before_anything_is_changed(
    world: World, empty: Callable[[], Settings], where: str
) -> None:
    file = back_up(world).path
    data = bytearray(file.read_bytes())
    with tarfile.open(file) as tar:
        at = {entry.name.partition("/")[0]: entry.offset_data for entry in tar}
    if where == "cut":
        data = data[: at["manifest.json"] - 512]
    elif where == "end":
        data = data[: at["manifest.json"] + 40]
    else:
        data[at[{"dump": "database.dump", "artifact": "artifacts", "manifest": "manifest.json"}[where]] + 20] ^= 1
    file.write_bytes(bytes(data))
    settings = empty()
    with pytest.raises(DataError, match="take another backup"):
        restore(settings, file)
    assert not (settings.state_dir / "artifacts" / "models" / "never").exists()
    with engines.database(settings) as engine, engine.connect() as connection:
        assert connection.scalar(sa.text("select count(*) from ai.conversations")) == 0


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "artifacts/../../outside", "other"])
def test_a_backup_writes_nowhere_else(tmp_path: Path, name: str) -> None:
    path = tmp_path / "forged.tar"
    with path.open("wb") as file:
        writer = archive.Writer(file)
        writer.add("database.dump", io.BytesIO(b""), 0)
        writer.add(name, io.BytesIO(b"x"), 1)
        writer.close({})
    with pytest.raises(DataError, match="no backup does"), archive.verified(path):
        pass


def test_what_is_no_backup_is_named(tmp_path: Path) -> None:
    (tmp_path / "text.tar").write_text("hello")
    for name, said in (("text.tar", "cut off or no backup"), ("missing.tar", "No such file")):
        with pytest.raises(DataError, match=said), archive.verified(tmp_path / name):
            pass


def test_an_interrupted_backup_leaves_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = world.root / "backups"

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(archive.Writer, "add", fail)
        with pytest.raises(ConfigurationError, match="No space left on device"):
            back_up(world)
    assert [path.name for path in folder.iterdir()] == [".lock", "erasures"]
    for name in (".mhc-20260101T000000Z.tar.part", ".mhc-20260101T000000Z.tar.dump.part"):  # of one that was killed
        (folder / name).write_text("half")
    made = back_up(world)
    assert sorted(path.name for path in folder.iterdir()) == [".lock", "erasures", made.path.name]
    assert made.path.stat().st_mode & 0o077 == 0


def test_old_backups_are_removed_and_one_at_a_time_is_made(world: World) -> None:
    folder = world.root / "backups"
    first = back_up(world).path
    kept = folder / "mhc-20260502T120000Z.tar"  # 30 days before
    old = folder / "mhc-20260502T115959Z.tar"
    for path in (kept, old):
        path.write_bytes(first.read_bytes())
    first.unlink()
    assert back_up(world).removed == [old]
    assert kept.exists()
    with making._alone(folder), pytest.raises(Conflict, match="another backup"):
        back_up(world)


def test_errors_of_the_database_do_not_quote_it(world: World, tmp_path: Path) -> None:
    nowhere = world.engine.url.set(database="nowhere")
    with pytest.raises(ConfigurationError, match="could not be dumped"):
        dump.write(nowhere, tmp_path / "x")
    (tmp_path / "x").write_bytes(b"PGDMP nonsense")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        dump.read(world.engine.url, tmp_path / "x")
    with world.engine.connect() as connection:
        assert connection.scalar(sa.text("select count(*) from ai.conversations")) == 25
