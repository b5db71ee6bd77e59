"""Slack, Twilio, WhatsApp and Teams in this process: each takes what its published interface takes and no more."""

import base64
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import apprise.plugins.slack
import apprise.plugins.twilio
import apprise.plugins.whatsapp
import apprise.plugins.workflows
import orjson
import pytest
import requests

ACCOUNT, TOKEN = "AC" + "0" * 32, "1" * 32
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7"
SMS = f"twilio://{ACCOUNT}:{TOKEN}@15550100001/15550100002"
WHATSAPP = "whatsapp://secretToken1@1234567890/15550100002"


@dataclass
class Messengers:
    """What each service has accepted: its name and the text it would show."""

    port: int = 0
    shown: list[tuple[str, str]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def teams(self) -> str:
        """A workflow's address as a channel of alerts."""
        return f"workflows://127.0.0.1:{self.port}/643e69f83c8944438d68119179a10a64/s1gnature"


def _slack(path: str, headers: dict[str, str], body: bytes) -> str:
    assert re.fullmatch(r"/services/T\w+/[AB]\w+/\w{22,}", path)
    message = orjson.loads(body)
    texts = [
        message.get("text", ""),
        *(f"{a.get('title', '')} {a.get('text', '')}" for a in message.get("attachments", ())),
    ]
    texts += [block["text"]["text"] for block in message.get("blocks", ()) if "text" in block]
    assert any(texts), "no_text"
    return " ".join(texts)


def _twilio(path: str, headers: dict[str, str], body: bytes) -> str:
    assert path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert headers["authorization"] == "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    form = {name: values[0] for name, values in parse_qs(body.decode(), strict_parsing=True).items()}
    assert all(re.fullmatch(r"\+[1-9]\d{1,14}", form[name]) for name in ("To", "From")), "not E.164"
    assert 1 <= len(form["Body"]) <= 1600
    return form["Body"]


def _whatsapp(path: str, headers: dict[str, str], body: bytes) -> str:
    assert re.fullmatch(r"/v\d+\.\d/1234567890/messages", path)
    assert headers["authorization"] == "Bearer secretToken1"
    message = orjson.loads(body)
    assert message["messaging_product"] == "whatsapp"
    assert message["type"] == "text"
    assert re.fullmatch(r"\+?\d{7,15}", message["to"])
    text: str = message["text"]["body"]
    assert 1 <= len(text) <= 4096
    return text


def _teams(path: str, headers: dict[str, str], body: bytes) -> str:
    assert re.fullmatch(r"/workflows/\w{32}/triggers/manual/paths/invoke", path)
    message = orjson.loads(body)
    assert message["type"] == "message"
    (card,) = message["attachments"]
    assert card["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert card["content"]["type"] == "AdaptiveCard"
    return " ".join(part["text"] for part in card["content"]["body"] if part["type"] == "TextBlock")


_SERVICES = {
    "/services": (_slack, 200),
    "/2010-04-01": (_twilio, 201),
    "/v": (_whatsapp, 200),
    "/workflows": (_teams, 202),
}


@contextmanager
def messengers(patch: pytest.MonkeyPatch) -> Iterator[Messengers]:
    """All four on a free port, reached by Apprise instead of the real ones."""
    state = Messengers()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            path = urlsplit(self.path).path
            body = self.rfile.read(int(self.headers["content-length"]))
            name, (reads, status) = next((key, one) for key, one in _SERVICES.items() if path.startswith(key))
            try:
                said = reads(path, {key.lower(): value for key, value in self.headers.items()}, body)
                state.shown.append((reads.__name__[1:], said))
            except (AssertionError, KeyError, ValueError) as error:
                state.refused.append(f"{name}: {error!r}")
                status = 400
            self.send_response(status)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"ok" if name == "/services" else b"{}")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    state.port = server.server_port
    here, post = f"http://127.0.0.1:{state.port}", requests.post
    patch.setattr(apprise.plugins.slack.NotifySlack, "webhook_url", f"{here}/services")
    patch.setattr(
        apprise.plugins.twilio.NotifyTwilio, "notify_sms_url", here + "/2010-04-01/Accounts/{sid}/Messages.json"
    )
    patch.setattr(apprise.plugins.whatsapp.NotifyWhatsApp, "notify_url", here + "/{fb_ver}/{phone_id}/messages")
    # Addresses of workflows are always https, and this server has no certificate.
    patch.setattr(requests, "post", lambda url, **options: post(url.replace("https:", "http:", 1), **options))
    try:
        yield state
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
