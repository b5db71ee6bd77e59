"""What one sees from outside: the API's description, the chat page, the articles, and what is imported for it all."""

import json
import re
import subprocess
import sys

import pytest
import sqlalchemy as sa
from fakes.places import ROOT
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from mhc_core.db import engine as engines
from mhc_serving.app import create_app


def test_serving_never_imports_the_pipeline_nor_models() -> None:
    script = (
        "import sys, mhc_serving.app; "
        "print([name for name in ('dagster', 'mhc_assets', 'mhc_jobs', 'sensors', 'sklearn', 'onnxruntime', 'openai', "
        "'presidio_analyzer', 'pandas', 'great_expectations') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr


def test_serving_answers_with_dagster_not_importable(serving_engine: sa.Engine) -> None:
    url = serving_engine.url.render_as_string(hide_password=False)
    script = f"""
import sys, tempfile, pathlib
class Gone:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0].startswith('dagster'):
            raise ImportError(name)
sys.meta_path.insert(0, Gone())
from fastapi.testclient import TestClient
from mhc_core.db import engine as engines
from mhc_core.settings import Settings
from mhc_core.db import engine as engines
from mhc_serving.app import create_app
engine = engines.create({url!r})
settings = Settings(state_dir=pathlib.Path(tempfile.mkdtemp()), open_loopback=True)
with TestClient(create_app(settings, engine), base_url="http://127.0.0.1") as client:
    body = {{"message": "What happens when it rains?", "customer_id": "c", "channel": "web"}}
    print(client.get("/readyz").status_code, client.post("/api/v1/chat", json=body).json()["citations"][0]["id"])
engine.dispose()
print('dagster' in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, timeout=100)
    assert done.stdout.split() == ["200", "KB-087", "False"], done.stderr


def test_the_description_is_complete_and_needs_no_database() -> None:
    from mhc_jobs.cli.main import app

    done = CliRunner().invoke(app, ["openapi"])
    assert done.exit_code == 0
    described = json.loads(done.stdout)
    assert described["openapi"].startswith("3.1")
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], f"{method} {path}"
            assert len(operation["description"]) > 40, f"{method} {path}"
    chat = described["components"]["schemas"]["ChatIn"]["properties"]
    assert chat["message"]["description"]
    assert chat["message"]["examples"]
    used = set(re.findall(r"#/components/schemas/([\w-]+)", done.stdout))
    assert used <= set(described["components"]["schemas"])


def test_the_app_is_made_without_touching_the_database() -> None:
    unused = engines.create("postgresql://127.0.0.1:1/none")
    from mhc_core.settings import Settings

    assert create_app(Settings(), unused).title


def test_the_page_uses_only_its_own_files(client: TestClient) -> None:
    page = client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    for reference in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert reference.startswith("/")
        assert client.get(reference).status_code == 200
    assert "style=" not in page.text
    assert not re.search(r"\son\w+=", page.text)


def test_the_script_never_sets_html() -> None:
    scripts = list((ROOT / "mhc_serving" / "web").glob("*.js"))
    assert scripts
    for script in scripts:
        for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert way not in script.read_text("utf-8"), script.name


def test_a_cited_article_opens(client: TestClient) -> None:
    article = client.get("/api/v1/knowledge/KB-042").json()
    assert article["title"] == "Cancelling and refunds"
    assert "14 or more days" in article["body"]


@pytest.mark.parametrize("article_id", ["KB-999", "x" * 90, "%00", "a%2Fb"])
def test_an_article_that_is_not_there_is_said(client: TestClient, article_id: str) -> None:
    assert client.get(f"/api/v1/knowledge/{article_id}").status_code in (404, 422)
