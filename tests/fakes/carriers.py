"""Twilio and RingCentral in this process, over real HTTP: they take what their published interface takes and no more.

They remember: who replied STOP is refused as the real ones refuse, tokens end, and each message accepted is kept. The
forms are those of Twilio's Message resource (2010-04-01) and RingCentral's createSMSMessage.
"""

import base64
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs

import orjson

from fakes.small_server import answering

ACCOUNT, TOKEN = "AC" + "0" * 32, "1" * 32
CLIENT, SECRET, JWT = "app", "secret", "a.jwt.token"
E164 = re.compile(r"\+[1-9]\d{1,14}")
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass
class Carriers:
    """What was accepted, as (to, text), and what may go wrong: ``fails`` are answers that come first, in turn.

    An answer of 0 breaks the connection after the message was taken.
    """

    port: int = 0
    accepted: list[tuple[str, str]] = field(default_factory=list)
    stopped: set[str] = field(default_factory=set)
    fails: list[int] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    expired: set[str] = field(default_factory=set)
    violations: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Refused(Exception):
    """An answer other than success."""

    def __init__(self, status: int, /, **said: object) -> None:
        self.status, self.said = status, said


def _basic(headers: dict[str, str], user: str, password: str) -> None:
    wanted = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    if headers.get("authorization") != wanted:
        raise Refused(401, code=20003, message="Authenticate", status=401)


def _form(headers: dict[str, str], body: bytes) -> dict[str, str]:
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    return {name: values[0] for name, values in parse_qs(body.decode(), strict_parsing=True).items()}


def _twilio(state: Carriers, path: str, headers: dict[str, str], body: bytes) -> tuple[int, object]:
    assert path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    _basic(headers, ACCOUNT, TOKEN)
    form = _form(headers, body)
    assert set(form) == {"To", "From", "Body"}
    prefixes = [form[name].startswith("whatsapp:") for name in ("To", "From")]
    assert prefixes[0] == prefixes[1]
    to, sender = (form[name].removeprefix("whatsapp:") for name in ("To", "From"))
    assert E164.fullmatch(sender)
    assert 1 <= len(form["Body"]) <= 1600
    if not E164.fullmatch(to):
        raise Refused(400, code=21211, message="Invalid 'To' Phone Number", status=400)
    if to in state.stopped:
        raise Refused(400, code=21610, message="Attempt to send to unsubscribed recipient", status=400)
    state.accepted.append((form["To"], form["Body"]))
    sid = f"SM{len(state.accepted):032x}"
    return 201, {"sid": sid, "account_sid": ACCOUNT, "status": "queued", "error_code": None, "to": form["To"]}


def _token(state: Carriers, headers: dict[str, str], body: bytes) -> tuple[int, object]:
    _basic(headers, CLIENT, SECRET)
    form = _form(headers, body)
    assert set(form) == {"grant_type", "assertion"}
    assert form["grant_type"] == GRANT
    if form["assertion"] != JWT:
        raise Refused(400, error="invalid_grant")
    state.tokens.append(f"token{len(state.tokens)}")
    return 200, {"access_token": state.tokens[-1], "token_type": "bearer", "expires_in": 3600, "scope": "SMS"}


def _ringcentral(state: Carriers, path: str, headers: dict[str, str], body: bytes) -> tuple[int, object]:
    if path == "/restapi/oauth/token":
        return _token(state, headers, body)
    assert path == "/restapi/v1.0/account/~/extension/~/sms"
    token = headers["authorization"].removeprefix("Bearer ")
    if token not in state.tokens or token in state.expired:
        raise Refused(401, errorCode="TokenInvalid", message="Access token is invalid")
    assert headers["content-type"] == "application/json"
    asked = orjson.loads(body)
    assert set(asked) == {"from", "to", "text"}
    assert E164.fullmatch(asked["from"]["phoneNumber"])
    (to,) = asked["to"]
    assert 1 <= len(asked["text"].encode("utf-16-le")) // 2 <= 1000
    if not E164.fullmatch(to["phoneNumber"]):
        raise Refused(400, errorCode="InvalidParameter", message="Parameter [to.phoneNumber] value is invalid")
    if to["phoneNumber"] in state.stopped:
        raise Refused(403, errorCode="MSG-242", message="The recipient has opted out")
    state.accepted.append((to["phoneNumber"], asked["text"]))
    return 200, {"id": len(state.accepted), "type": "SMS", "direction": "Outbound", "messageStatus": "Queued"}


@contextmanager
def carriers() -> Iterator[Carriers]:
    """Both on a free port."""
    state = Carriers()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            serves = _twilio if self.path.startswith("/2010-04-01") else _ringcentral
            failure = state.fails.pop(0) if state.fails and not self.path.endswith("/token") else None
            try:
                if failure:
                    raise Refused(failure)
                status, said = serves(state, self.path, headers, body)
            except Refused as error:
                status, said = error.status, error.said
            except (AssertionError, KeyError, ValueError) as error:
                state.violations.append(f"{self.path}: {error!r}")
                status, said = 400, {"message": "not as published"}
            if failure == 0:
                self.close_connection = True
                return
            content = orjson.dumps(said)
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with answering(Handler) as state.port:
        yield state
