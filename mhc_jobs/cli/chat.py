"""``mhc chat``: talk to a running concierge from the terminal."""

from typing import Annotated

import typer

from mhc_core import settings as configuration
from mhc_core.errors import AccessDenied, ProviderUnavailable
from mhc_jobs.cli.console import console, echo, err


def command(
    message: Annotated[str | None, typer.Argument(help="One question. Without it: a conversation.")] = None,
    url: Annotated[
        str | None, typer.Option(help="The API. Default: the one `mhc up` or `mhc serve` runs here.")
    ] = None,
    key: Annotated[
        str | None, typer.Option(envvar="MHC_API_KEY", help="An API key of the role app, where the API asks for one.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer of one question as JSON.")] = False,
) -> None:
    """Ask the concierge. Every turn is stored like a customer's."""
    import httpx2

    settings = configuration.load()
    base = (url or f"http://{settings.serve_host}:{settings.serve_port}").rstrip("/")
    body: dict[str, str] = {"customer_id": "terminal", "channel": "web"}
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    with httpx2.Client(timeout=60, headers=headers) as client:
        while True:
            question = message or typer.prompt("you", prompt_suffix="> ").strip()
            if question in ("", "quit", "exit"):
                return
            try:
                response = client.post(f"{base}/api/v1/chat", json={**body, "message": question})
            except httpx2.TransportError:
                raise ProviderUnavailable(f"nothing answers at {base}; start it with `mhc up` or `mhc serve`") from None
            answer = response.json()
            if response.status_code == 401:
                raise AccessDenied(
                    "the API asks for a key: give one by --key, or set MHC_OPEN_LOOPBACK=true for this machine"
                )
            if response.is_error:
                err.print(f"{response.status_code}: {answer.get('detail')}")
                raise typer.Exit(1)
            if as_json:
                echo(response.text)
                return
            console.print(answer["answer"], style="bold")
            cited = ", ".join(f"{item['id']} {item['title']}" for item in answer["citations"])
            console.print(
                f"{answer['intent']} · confidence {answer['confidence']:.2f} · {answer['model']}"
                f"{' · handed to a person' if answer['escalated'] else ''}{f' · {cited}' if cited else ''}",
                style="dim",
            )
            body["conversation_id"] = answer["conversation_id"]
            if message:
                return
