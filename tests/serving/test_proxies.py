"""The proxies' configurations in the documentation are ones that the proxies take."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from fakes.places import ROOT


def _example(kind: str) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", (ROOT / "docs/proxies.md").read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def _program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if not found:
        pytest.skip(f"no {name}: apt-get install {name}")
    return found


def test_nginx_takes_its_example(tmp_path: Path) -> None:
    nginx = _program("nginx")
    certificate, key = tmp_path / "example.pem", tmp_path / "example.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x",
         "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    text = _example("nginx").replace("/etc/ssl/", f"{tmp_path}/")
    for port in ("80", "443"):
        text = text.replace(f"listen {port}", f"listen unix:{tmp_path}/{port}.sock")
    folders = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    text = f"pid {tmp_path}/pid;\nerror_log {tmp_path}/errors;\n" + text.replace(
        "http {", f"http {{\naccess_log off;\n{folders}", 1
    )
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(text)
    done = subprocess.run([nginx, "-t", "-c", str(configuration)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr, done.stderr


def test_caddy_takes_its_example(tmp_path: Path) -> None:
    caddy = _program("caddy")
    file = tmp_path / "Caddyfile"
    file.write_text(_example("caddy"))
    command = [caddy, "adapt", "--config", str(file), "--adapter", "caddyfile", "--validate"]
    done = subprocess.run(command, capture_output=True, text=True, env={"HOME": str(tmp_path)})
    assert done.returncode == 0, done.stderr
