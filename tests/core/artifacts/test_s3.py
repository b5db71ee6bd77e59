"""Artifacts in a store that speaks S3: a real server, asked over HTTP by the driver that an installation uses."""

from collections.abc import Iterator
from typing import Any

import pytest

from mhc_core.artifacts import store
from mhc_core.errors import ConfigurationError, DataError, NotFound, TransientError

pytest.importorskip("s3fs", reason="s3fs is missing: pip install 'mhc[s3]'")
server = pytest.importorskip("moto.server", reason="moto is missing: pip install 'moto[server]'")
BUCKET = "s3://mhc-test/shop"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    running = server.ThreadedMotoServer(port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URI of a bucket of one's own, which the environment says how to reach."""
    import fsspec
    import s3fs

    for name, value in {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    fsspec.filesystem("s3").mkdir("mhc-test")
    yield BUCKET
    other_machine().rm("mhc-test", recursive=True)
    s3fs.S3FileSystem.clear_instance_cache()


def other_machine() -> Any:
    """The same bucket with nothing in memory."""
    import s3fs

    return s3fs.S3FileSystem(skip_instance_cache=True, use_listings_cache=False)


def test_what_was_written_is_read_verified_and_removed(bucket: str) -> None:
    uri = f"{bucket}/models/a b/model.zip"
    assert not store.exists(uri)
    digest = store.write_bytes(uri, b"weights" * 100_000)
    assert store.exists(uri)
    assert store.read_verified(uri, digest) == b"weights" * 100_000
    assert store.write_bytes(uri, b"weights" * 100_000) == digest
    store.remove(uri)
    store.remove(uri)
    assert not store.exists(uri)
    with pytest.raises(NotFound, match=r"model\.zip"):
        store.read_bytes(uri)


def test_a_changed_artifact_is_refused(bucket: str) -> None:
    digest = store.write_bytes(f"{bucket}/model.zip", b"weights")
    other_machine().pipe_file("mhc-test/shop/model.zip", b"weightz")
    with pytest.raises(DataError, match="does not match"):
        store.read_verified(f"{bucket}/model.zip", digest)


def test_what_another_machine_writes_is_there_at_once(bucket: str) -> None:
    store.write_bytes(f"{bucket}/one.zip", b"1")
    assert not store.exists(f"{bucket}/two.zip")
    import fsspec

    fsspec.core.url_to_fs(bucket)[0].ls("mhc-test/shop")  # as whoever looks through the inbox, and remembers it
    other_machine().pipe_file("mhc-test/shop/two.zip", b"2")
    other_machine().rm_file("mhc-test/shop/one.zip")
    assert store.exists(f"{bucket}/two.zip")
    assert not store.exists(f"{bucket}/one.zip")


def test_what_is_wrong_is_told(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises((NotFound, ConfigurationError), match="no-such-bucket"):
        store.write_bytes("s3://no-such-bucket/a.zip", b"1")
    assert not other_machine().exists("no-such-bucket"), "a name that is misspelled makes no bucket"
    import s3fs

    with monkeypatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")  # nothing listens
        patch.setenv("AWS_MAX_ATTEMPTS", "1")
        s3fs.S3FileSystem.clear_instance_cache()
        with pytest.raises(TransientError, match="run again later"):
            store.read_bytes(f"{bucket}/model.zip")
    s3fs.S3FileSystem.clear_instance_cache()
