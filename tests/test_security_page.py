"""The page of security names tests that exist, and every point of the lists it goes by."""

import re

from fakes.places import ROOT

PAGE = (ROOT / "docs/security.md").read_text("utf-8")
SECTIONS = {1: 5, 2: 4, 3: 7, 4: 4, 5: 4, 6: 8, 7: 6, 8: 4, 9: 2, 10: 7, 11: 7, 12: 3, 13: 4, 14: 3, 15: 4, 16: 5}
"""How many sections each chapter of ASVS 5.0 has; chapter 17 is one row."""


def test_every_test_that_is_named_exists() -> None:
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE)
    assert len(named) > 80
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (ROOT / "tests" / path).is_file()
        or not re.search(rf"^def {name}\(", (ROOT / "tests" / path).read_text("utf-8"), re.MULTILINE)
    ]
    assert missing == []


def test_no_section_is_left_out() -> None:
    rows = [line.split("|")[1:5] for line in PAGE.splitlines() if re.match(r"\| \d+\.\d", line)]
    listed = {section for row in rows for section in re.findall(r"\d+\.\d", row[0])}
    assert listed == {f"{chapter}.{number + 1}" for chapter, count in SECTIONS.items() for number in range(count)}
    assert {row[1].strip() for row in rows} == {"yes", "partly", "no", "operator", "n/a"}
    assert all(row[2].strip() for row in rows if row[1].strip() != "yes"), "what is missing is said"


def test_all_ten_risks_of_models_are_listed() -> None:
    _, _, models = PAGE.partition("## OWASP top ten for LLM applications")
    assert re.findall(r"^\| (\d+) ", models, re.MULTILINE) == [str(number) for number in range(1, 11)]
