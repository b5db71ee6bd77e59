"""Consents come in with their proof; what is none is named, and nothing is lost or kept twice."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from fakes.campaigns import NOW
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mhc_core.campaigns import consents
from mhc_core.errors import DataError

HEAD = "customer,channel,given_at,how,wording\n"
GOOD = '(916) 555-0101,sms,2026-01-05T10:00:00-08:00,form,"Yes, send me offers by text"\n'


def read(tmp_path: Path, text: str) -> tuple[list[consents.Line], list[str]]:
    file = tmp_path / "given.csv"
    file.write_text(text, "utf-8")
    return consents.read(file, NOW)


def test_a_list_is_kept_once_with_its_proof(connection: sa.Connection, tmp_path: Path) -> None:
    lines, refused = read(tmp_path, HEAD + GOOD + GOOD.replace("(916) 555-0101", "+1 916 555 0101"))
    assert refused == []
    assert consents.add(connection, lines, refused, "Ann", NOW) == (1, 1, 0, [])
    assert consents.add(connection, lines, refused, "Bob", NOW) == (0, 2, 0, [])
    (kept,) = consents.kept(connection, "9165550101", 10)
    assert (kept.channel, kept.how, kept.wording, kept.recorded_by) == (
        "sms", "form", "Yes, send me offers by text", "Ann",
    )  # fmt: skip
    assert "555" not in str(kept), "people are kept by pseudonym"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (GOOD.replace("sms", "fax"), "channel"),
        (GOOD.replace("sms", "email"), "email needs an e-mail address"),
        (GOOD.replace("(916) 555-0101", "guest@example.com"), "sms needs a phone number"),
        (GOOD.replace("2026-01-05T10:00:00-08:00", "yesterday"), "given_at"),
        (GOOD.replace("2026-01-05T10:00:00-08:00", "2026-01-05T10:00:00"), "given_at"),
        (GOOD.replace("2026-01-05", "2029-01-05"), "lies in the future"),
        (GOOD.replace('"Yes, send me offers by text"', "ok"), "wording"),
        ("just one\n", "channel"),
    ],
)
def test_a_line_that_proves_nothing_is_named_and_the_others_are_kept(tmp_path: Path, line: str, why: str) -> None:
    lines, refused = read(tmp_path, HEAD + line + GOOD)
    assert len(lines) == 1
    assert refused[0].startswith("line 2: ")
    assert why in refused[0]
    assert "555" not in refused[0], "what is said of a line does not repeat who it is about"


def test_a_file_with_other_columns_is_refused_as_a_whole(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="customer,channel,given_at,how,wording"):
        read(tmp_path, "phone,ok\n1,2\n")


def test_json_lines_are_read_too(tmp_path: Path) -> None:
    text = (
        '{"customer": "Guest@Example.com", "channel": "email", "given_at": "2026-01-05T10:00:00Z", "how": "form", '
        '"wording": "Yes, send me offers"}\nnot json\n'
    )
    lines, refused = read(tmp_path, text)
    assert [line.customer for line in lines] == ["guest@example.com"]
    assert refused[0].startswith("line 2: ")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_whatever_stands_in_a_file_every_line_is_taken_or_named(tmp_path: Path, junk: str) -> None:
    try:
        lines, refused = read(tmp_path, HEAD + GOOD + junk)
    except DataError:
        return
    assert len(lines) >= 1
    assert all(problem.startswith("line ") for problem in refused)


def test_a_revocation_counts_for_every_spelling(connection: sa.Connection, tmp_path: Path) -> None:
    lines, refused = read(tmp_path, HEAD + GOOD)
    consents.add(connection, lines, refused, "Ann", NOW)
    assert consents.revoke(connection, "916.555.0101", "Ann", NOW + timedelta(hours=1)) == 1
    (kept,) = consents.kept(connection, "+19165550101", 10)
    assert kept.revoked_at == kept.opted_out_at == NOW + timedelta(hours=1)
