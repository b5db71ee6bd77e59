"""Which files of the inbox still hold a customer, in whatever spelling, encoding or archive."""

import gzip
import zipfile
from pathlib import Path

from fakes import workbook

from mhc_core.privacy.sources import holding


def test_every_file_that_holds_the_customer_is_named(tmp_path: Path) -> None:
    said = "c1,sms,(510) 555-0177,user,hi\n"
    (tmp_path / "a.csv").write_text(said)
    (tmp_path / "b.csv").write_text(said, "utf-16")
    (tmp_path / "c.csv.gz").write_bytes(gzip.compress(said.encode()))
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
        archive.writestr("in/e.csv", said, zipfile.ZIP_DEFLATED)
    workbook.write(tmp_path / "f.xlsx", [["+1 510-555-0177"]])
    (tmp_path / "g.csv").write_text(said.replace("0177", "0178"))
    (tmp_path / "h.gz").write_bytes(b"\x1f\x8bdamaged")
    found = holding(tmp_path.as_uri(), "+15105550177")
    assert found == ["a.csv", "b.csv", "c.csv.gz", "d.zip", "f.xlsx"]
    (tmp_path / "i.txt").write_text("From: Ann@Example.com")
    assert holding(tmp_path.as_uri(), "ann@example.com") == ["i.txt"]
    assert holding((tmp_path / "missing").as_uri(), "ann@example.com") == []
