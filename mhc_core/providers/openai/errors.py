"""What an exception of the OpenAI SDK means here, in one line that says what to do next.

The provider's own sentence is never repeated: it can quote the prompt or part of the key. What is kept is the status,
the error code, the parameter's name and the request id, by which OpenAI's support finds the rest.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import openai

from mhc_core.errors import AccessDenied, ConfigurationError, MHCError, NotFound, ProviderUnavailable

Action = Literal["answering", "embedding", "fine-tuning", "transcribing", "speaking"]

FINE_TUNING_CLOSED = (
    "OpenAI refuses to fine-tune for this organisation. It is closing self-serve fine-tuning: since 7 May 2026 for "
    "organisations that never used it, since 2 July 2026 for those idle for 60 days, from 6 January 2027 for all. "
    "Set MHC_FINE_TUNER=local or MHC_FINE_TUNER=lora to train here"
)
_WORD = re.compile(r"[A-Za-z0-9_.\-\[\]]{1,60}")
_CLOSED = re.compile(
    r"fine[- ]?tun\w*.*(no longer|not available|unavailable|not allowed|wind|wound|closed|deprecat|disabled)"
)


@contextmanager
def provider_errors(action: Action, model: str) -> Iterator[None]:
    """Turn what the SDK raises inside the block into the platform's errors.

    Raises:
        AccessDenied: wrong key, missing permission, or fine-tuning closed.
        ConfigurationError: unknown model, exhausted quota, or a request the provider rejects.
        ProviderUnavailable: no connection, time-out, rate limit, or a fault on the provider's side.
    """
    try:
        yield
    except openai.OpenAIError as error:
        raise translate(error, action, model) from None


def translate(error: openai.OpenAIError, action: Action, model: str) -> MHCError:
    """The platform's error for an SDK exception raised while ``action`` with ``model``."""
    if isinstance(error, openai.APITimeoutError):
        return ProviderUnavailable(f"OpenAI did not answer in time while {action}: try again later")
    if isinstance(error, openai.APIConnectionError):
        return ProviderUnavailable(
            f"OpenAI cannot be reached while {action}: check the network and OPENAI_BASE_URL, then try again"
        )
    if isinstance(error, openai.APIStatusError):
        return _of_status(error, action, model)
    return ProviderUnavailable(
        f"OpenAI's answer was not understood while {action} ({type(error).__name__}): try again later"
    )


def _of_status(error: openai.APIStatusError, action: Action, model: str) -> MHCError:
    status, code, said = error.status_code, error.code or "", str(error.message).lower()
    trace = _trace(error)
    if "missing scopes" in said:
        return AccessDenied(
            f"the OpenAI key may not do this ({action}): give it the permission or use another key{trace}"
        )
    if status == 401:
        return AccessDenied(f"OpenAI does not accept the key: check OPENAI_API_KEY{trace}")
    if code == "unsupported_country_region_territory":
        return AccessDenied(f"OpenAI does not serve this country: use Azure OpenAI or the local model{trace}")
    if action == "fine-tuning" and status == 403 and "api-version" in error.request.url.params:
        return AccessDenied(f"Azure OpenAI refuses to fine-tune: check the key's role and the model's region{trace}")
    if action == "fine-tuning" and (status == 403 or (status in (400, 404, 410) and _CLOSED.search(said))):
        return AccessDenied(FINE_TUNING_CLOSED + trace)
    if status == 403:
        return AccessDenied(
            f"OpenAI refuses {action} with {model} for this account: check the project's model access{trace}"
        )
    if status == 404 and (code == "model_not_found" or action != "fine-tuning"):
        return ConfigurationError(
            f"OpenAI has no model {model} for this account: check its name and retirement date, then set another{trace}"
        )
    if status == 404:
        return NotFound(f"OpenAI does not know this job or file any more: check the project the key belongs to{trace}")
    if code == "insufficient_quota" or error.type == "insufficient_quota":
        return ConfigurationError(
            f"the OpenAI account has no credit left: add credit or raise its limit, then try again{trace}"
        )
    if status == 429:
        return ProviderUnavailable(f"OpenAI asks to slow down while {action}: try again in a minute{trace}")
    if status >= 500 or status in (408, 409):
        return ProviderUnavailable(f"OpenAI has a fault while {action}: try again later{trace}")
    return ConfigurationError(
        f"OpenAI rejects the request while {action} with {model}: look the code up and correct it{trace}"
    )


def _trace(error: openai.APIStatusError) -> str:
    """Status, code, parameter and request id, each only when it is a plain word."""
    found = [f"HTTP {error.status_code}"]
    for name, value in (("code", error.code), ("parameter", error.param), ("request", error.request_id)):
        if value and _WORD.fullmatch(value):
            found.append(f"{name} {value}")
    return f" ({', '.join(found)})"
