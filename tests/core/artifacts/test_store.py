import errno
import os
import threading
from pathlib import Path

import fsspec
import pytest

from mhc_core.artifacts import store
from mhc_core.errors import ConfigurationError, DataError, NotFound


def test_what_was_written_is_read_back_by_its_hash(tmp_path: Path) -> None:
    uri = (tmp_path / "models" / "new folder" / "model.zip").as_uri()
    digest = store.write_bytes(uri, b"weights")
    assert store.exists(uri)
    assert store.read_verified(uri, digest) == b"weights"
    assert store.read_verified(uri, digest.upper()) == b"weights"


def test_any_fsspec_store_will_do() -> None:
    digest = store.write_bytes("memory://mhc-test/a/b.bin", b"\x00\x01")
    assert store.read_verified("memory://mhc-test/a/b.bin", digest) == b"\x00\x01"
    fsspec.filesystem("memory").rm("/mhc-test", recursive=True)
    assert not store.exists("memory://mhc-test/a/b.bin")


def test_a_changed_artifact_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.zip"
    digest = store.write_bytes(str(path), b"weights")
    path.write_bytes(b"weightz")
    with pytest.raises(DataError, match="does not match"):
        store.read_verified(str(path), digest)


def test_a_missing_artifact_is_named(tmp_path: Path) -> None:
    assert not store.exists(str(tmp_path / "gone.zip"))
    with pytest.raises(NotFound, match=r"gone\.zip"):
        store.read_bytes(str(tmp_path / "gone.zip"))
    with pytest.raises(NotFound):
        store.read_bytes(str(tmp_path))


def test_a_full_disk_leaves_the_old_artifact_and_no_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "model.zip"
    digest = store.write_bytes(str(path), b"old")

    def no_space(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(ConfigurationError, match="disk is full"):
        store.write_bytes(str(path), b"new and longer")
    assert store.read_verified(str(path), digest) == b"old"
    assert [item.name for item in tmp_path.iterdir()] == ["model.zip"]


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    uri = str(tmp_path / "model.zip")
    versions = [bytes([number]) * 400_000 for number in range(4)]
    known = {store.write_bytes(uri, versions[0]), *map(store.sha256, versions)}
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            for version in versions:
                store.write_bytes(uri, version)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        seen = {store.sha256(store.read_bytes(uri)) for _ in range(60)}
    finally:
        stop.set()
        writer.join()
    assert seen <= known


def test_a_file_in_the_way_and_an_unknown_store_are_explained(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(ConfigurationError, match="MHC_ARTIFACT_URI"):
        store.write_bytes(str(tmp_path / "taken" / "model.zip"), b"x")
    with pytest.raises(ConfigurationError, match="no driver"):
        store.read_bytes("nosuchstore://bucket/model.zip")


def test_no_credential_of_a_uri_is_shown() -> None:
    with pytest.raises(ConfigurationError) as caught:
        store.read_bytes("nosuchstore://user:hunter2@host/model.zip")
    assert "hunter2" not in str(caught.value)
    assert "host/model.zip" in str(caught.value)
