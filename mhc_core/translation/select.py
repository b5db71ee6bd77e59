"""Which translator the settings name."""

from mhc_core.protocols import Translator
from mhc_core.settings import Settings


def translator(settings: Settings) -> Translator | None:
    """What translates articles that nobody translated; None where nothing is to.

    Raises:
        ConfigurationError: the program or the key is missing.
    """
    if settings.translator == "openai":
        from mhc_core.providers.openai.client import client
        from mhc_core.translation.openai import OpenAITranslator

        return OpenAITranslator(client(settings), settings.translation_model or settings.chat_model)
    if settings.translator == "apertium":
        from mhc_core.translation.apertium import ApertiumTranslator

        return ApertiumTranslator()
    return None
