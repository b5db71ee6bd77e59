"""A stand-in OpenID Connect provider over real HTTP: it checks PKCE, the client and the code, and signs ID tokens."""

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT_ID, CLIENT_SECRET = "console", "a secret of the console"


@dataclass
class Provider:
    """What it says about whoever signs in next. ``claims`` replace those it would give; None leaves one out."""

    claims: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, Any] = field(default_factory=dict)
    keys: list[RSAKey] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked_for_keys: int = 0
    forger: RSAKey | None = None
    down: bool = False

    def rotate(self) -> None:
        """Sign with a new key from now on; the old one is gone."""
        self.keys = [RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig"})]

    def app(self) -> FastAPI:
        """Its pages."""
        self.rotate()
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        def configuration(request: Request) -> Response:
            base = str(request.base_url).rstrip("/")
            return JSONResponse(
                {
                    "issuer": base, "authorization_endpoint": f"{base}/authorize", "token_endpoint": f"{base}/token",
                    "jwks_uri": f"{base}/jwks", "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
                }
            )  # fmt: skip

        @app.get("/jwks")
        def jwks() -> Any:
            self.asked_for_keys += 1
            if self.down:
                return JSONResponse({}, 503)
            return {"keys": [key.as_dict(private=False) for key in self.keys]}

        @app.get("/authorize")
        def authorize(request: Request) -> Response:
            asked = dict(request.query_params)
            right = asked["response_type"] == "code" and asked["client_id"] == CLIENT_ID
            if not right or asked.get("code_challenge_method") != "S256" or "openid" not in asked["scope"].split():
                return JSONResponse({"error": "invalid_request"}, 400)
            code = secrets.token_urlsafe(16)
            self.codes[code] = asked
            return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")

        @app.post("/token")
        async def token(request: Request) -> Response:
            sent = dict(parse_qsl((await request.body()).decode()))
            basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
            asked = self.codes.pop(sent.get("code", ""), None)
            challenge = base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest())
            if (
                request.headers.get("authorization") != f"Basic {basic}"
                or asked is None
                or sent["redirect_uri"] != asked["redirect_uri"]
                or challenge.decode().rstrip("=") != asked["code_challenge"]
            ):
                return JSONResponse({"error": "invalid_grant"}, 400)
            return JSONResponse(
                {"access_token": "opaque", "token_type": "Bearer", "id_token": self._id_token(request, asked)}
            )

        return app

    def _id_token(self, request: Request, asked: dict[str, str]) -> str:
        now = int(time.time())
        subject = self.claims.get("sub", "person-1")
        claims = {
            "iss": str(request.base_url).rstrip("/"), "sub": subject, "aud": CLIENT_ID, "iat": now, "exp": now + 300,
            "nonce": asked["nonce"], "email": f"{subject}@example.com", "email_verified": True,
            "groups": ["front desk"],
        } | self.claims  # fmt: skip
        header = {"alg": "RS256", "kid": self.keys[0].kid} | self.headers
        key: Any = self.forger or self.keys[0]
        if header["alg"] == "HS256":  # what somebody who knows the client's secret could sign
            key = OctKey.import_key(CLIENT_SECRET)
        given = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(header, given, key, algorithms=["RS256", "HS256"])
