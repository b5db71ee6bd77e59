"""Pages and the widget in the language of the browser."""

import re
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from mhc_core.languages import known
from mhc_serving.web import widget_texts

SPANISH = {"Accept-Language": "fr-CA, es-MX;q=0.9, en;q=0.5"}


def test_the_widget_is_sent_its_words_in_the_language_of_the_browser(client: TestClient) -> None:
    given = client.get("/api/v1/widget", headers=SPANISH)
    shown = given.json()
    assert "Accept-Language" in given.headers["vary"]
    assert (shown["language"], shown["texts"]["Send"]) == ("es", "Enviar")
    assert shown["texts"]["{count} new messages"] == "{count} mensajes nuevos"
    assert shown["starters"][-1] == "¿Cuánto espacio necesita el chef?"


def test_english_needs_no_words(client: TestClient) -> None:
    shown = client.get("/api/v1/widget", headers={"Accept-Language": "xx-yy, !!"}).json()
    assert (shown["language"], shown["texts"]) == ("en", {})


def test_every_text_of_the_scripts_is_sent(client: TestClient) -> None:
    """A text that a script says and the server does not send stays English for ever."""
    said = set()
    for script in ("mhc-chat", "mhc-chat-api", "mhc-chat-log", "mhc-chat-rating"):
        said |= set(re.findall(r'\bsay\("([^"]+)"', client.get(f"/web/{script}.js").text))
    assert said
    assert said <= {*widget_texts.TEXTS, *widget_texts.FILLED}


@pytest.mark.parametrize("language", known())
def test_a_page_behind_a_link_says_its_language(client: TestClient, language: str) -> None:
    link = f"/api/v1/ai/feedback/survey?id={uuid4()}&token=none"
    page = client.get(link, headers={"Accept-Language": language})
    assert page.status_code == 404
    assert f'<html lang="{language}">' in page.text
    assert 'href="mailto:' in page.text
    assert ("This link is not complete" in page.text) == (language == "en")
