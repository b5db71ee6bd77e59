"""Translation by Apertium, a free rule-based translator, as a process of its own: English and Spanish.

Its language data is GPL: it is Debian's package ``apertium-eng-spa``, never a part of this process. Measured on the
sample's articles it keeps every placeholder, and reads like a machine; a reviewed translation is better wherever there
is one.
"""

import shutil
import subprocess
from collections.abc import Sequence

from mhc_core.errors import ConfigurationError, ProviderUnavailable

SECONDS = 20.0
"""A text is waited for this long."""
PAIRS = {("en", "es"): "eng-spa", ("es", "en"): "spa-eng"}
_BREAK = "\n\n"


class ApertiumTranslator:
    """Runs the program ``apertium``. Safe to use from several threads."""

    def __init__(self, program: str = "apertium") -> None:
        """Find the program.

        Raises:
            ConfigurationError: it is not installed.
        """
        found = shutil.which(program)
        if found is None:
            raise ConfigurationError(
                "MHC_TRANSLATOR=apertium needs the program apertium: install Debian's apertium-eng-spa"
            )
        self._program = found

    @property
    def id(self) -> str:
        return "apertium/eng-spa"

    def translates(self, source: str, target: str) -> bool:
        """English and Spanish, both ways."""
        return (source, target) in PAIRS

    def translate(self, texts: Sequence[str], source: str, target: str) -> Sequence[str]:
        """One line a text; see ``protocols.Translator``."""
        mode = PAIRS.get((source, target))
        if mode is None:
            raise ConfigurationError(f"Apertium does not translate {source} into {target}")
        asked = _BREAK.join(" ".join(text.split()) for text in texts)
        try:
            done = subprocess.run(
                [self._program, "-u", mode], input=asked, capture_output=True, text=True, timeout=SECONDS, check=True
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise ProviderUnavailable(f"Apertium did not answer ({type(error).__name__}); try again") from None
        return [line.strip() for line in done.stdout.rstrip("\n").split(_BREAK)]
