"""`make audit`: a known vulnerability fails it, a missing network does not."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fakes.places import ROOT

FINE = {"dependencies": [{"name": "a", "version": "1", "vulns": []}, {"name": "b", "version": "1", "skip_reason": "?"}]}
KNOWN = [{"id": "PYSEC-1", "fix_versions": ["2"]}, {"id": "X", "fix_versions": []}]
HURT = {"dependencies": [{"name": "a", "version": "1", "vulns": KNOWN}]}
UNKNOWN = {"dependencies": [{"name": "a", "version": "1", "skip_reason": "not found"}]}


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        (json.dumps(FINE), 0, "1 of 2 packages looked up, 0 have some"),
        (json.dumps(HURT), 1, "a 1: PYSEC-1 (fixed in 2); X (fixed in no version yet)"),
        (json.dumps(UNKNOWN), 0, "skipped, the package index in use knows no vulnerabilities"),
        ("", 0, "skipped, the service does not answer (requests.exceptions.ProxyError: no way)"),
    ],
)
def test_what_is_known_is_said(tmp_path: Path, answer: str, code: int, said: str) -> None:
    shutil.copy(ROOT / ".ci/audit.py", tmp_path / "audit.py")
    (tmp_path / "requirements.lock").write_text("a==1\n")
    (tmp_path / "python").symlink_to(sys.executable)
    stand_ins = {
        "cyclonedx-py": "echo '{\"components\": [1]}' > dist/sbom.json",
        "pip-audit": f"echo 'requests.exceptions.ProxyError: no way' >&2; printf '%s' '{answer}'; exit 1",
    }
    for name, script in stand_ins.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        [tmp_path / "python", "audit.py"], cwd=tmp_path, env={"PATH": os.defpath}, capture_output=True, text=True
    )
    assert (done.returncode, said in done.stdout) == (code, True), done.stdout + done.stderr
