"""The one place where a client of OpenAI, of Azure OpenAI or of a compatible server is made."""

from typing import TYPE_CHECKING

from mhc_core.errors import ConfigurationError

if TYPE_CHECKING:
    import openai

    from mhc_core.settings import Settings

OPENAI_URL = "https://api.openai.com/v1"
CONNECT_SECONDS = 5.0
READ_SECONDS = 60.0
RETRIES = 2
"""For reading, embedding and answering. Whatever creates something is sent once: see ``openai_fine_tuner``."""


def client(settings: "Settings") -> "openai.OpenAI":
    """A client of Azure OpenAI when ``openai_api_version`` is set, else of OpenAI or the server at the base URL.

    Raises:
        ConfigurationError: no key, or Azure without an endpoint.
    """
    import openai

    from mhc_core.providers.openai.ledger import Ledger
    from mhc_core.providers.openai.metering import MeteredClient

    key = settings.openai_api_key.get_secret_value().strip() if settings.openai_api_key else ""
    if not key:
        raise ConfigurationError(
            "no OpenAI key: set OPENAI_API_KEY, or stay local with MHC_FINE_TUNER=local and MHC_EMBEDDER=local"
        )
    timeout = openai.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    metered = MeteredClient(Ledger(settings), timeout=timeout)
    if settings.openai_api_version:
        if not settings.openai_base_url:
            raise ConfigurationError(
                "Azure OpenAI needs its endpoint: set OPENAI_BASE_URL, or remove OPENAI_API_VERSION to use OpenAI"
            )
        return openai.AzureOpenAI(
            api_key=key,
            azure_endpoint=settings.openai_base_url,
            api_version=settings.openai_api_version,
            timeout=timeout,
            max_retries=RETRIES,
            http_client=metered,
        )
    return openai.OpenAI(
        api_key=key,
        base_url=settings.openai_base_url or OPENAI_URL,
        timeout=timeout,
        max_retries=RETRIES,
        http_client=metered,
    )
