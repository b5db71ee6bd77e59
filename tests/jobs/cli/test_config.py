"""``mhc config``, and the two files that repeat what it prints."""

from pathlib import Path

import pytest
from fakes.places import ROOT

from mhc_core.settings import Settings, load
from mhc_jobs.cli import config


def test_the_page_of_settings_repeats_the_table() -> None:
    page = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    between = page.partition("<!-- mhc config -->\n")[2].partition("<!-- /mhc config -->")[0]
    assert between.strip() == config.table().strip(), "put the output of `mhc config` between the page's markers"


def test_env_example_is_what_the_command_prints() -> None:
    shown = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert shown == config.env_example(), "run `mhc config --env > .env.example`"


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_the_example_with_every_line_in_force_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(Settings.model_config, "env_file", ".env")
    defaults = load()
    example = config.env_example().replace("\n#MHC_", "\nMHC_").replace("\n#OPENAI_", "\nOPENAI_")
    assert "\nMHC_STATE_DIR=" in example
    Path(".env").write_text(example, encoding="utf-8")
    assert load() == defaults
    Path(".env").write_text(example.replace("MHC_SEED=20260101", "MHC_SEED=7"), encoding="utf-8")
    assert load().seed == 7
