"""What a month costs in the docs is what sizes and the public price list give."""

import re
import tomllib

from fakes.places import ROOT


def test_the_costs_in_the_docs_follow_from_the_price_list() -> None:
    data = tomllib.loads((ROOT / "deploy" / "prices.toml").read_text("utf-8"))
    usd = {name: one["usd"] for name, one in data["prices"].items()}
    expected = []
    for one in data["setups"]:
        hour = one["cores"] * usd["core_hour"] + one["memory_gib"] * usd["gib_hour"]
        hour += one["databases"] * usd["database_hour"]
        month = data["hours_a_month"] * hour + one["databases"] * one["disk_gb"] * usd["disk_gb_month"]
        expected.append((one["name"], f"{month:,.0f}"))
    text = (ROOT / "docs" / "deployment.md").read_text("utf-8")
    assert re.findall(r"^\| (.+?) \|.*\| ([\d,]+) USD \|$", text, re.MULTILINE) == expected
