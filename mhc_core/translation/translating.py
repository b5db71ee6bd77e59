"""Translating a text with what must survive it protected, and the check of what comes back."""

from collections.abc import Sequence

from mhc_core.protocols import Translator
from mhc_core.translation import figures
from mhc_core.translation.placeholders import Untranslated, bare, protect

SOURCE = "en"
"""The language that articles are written in."""


def translated(translator: Translator, text: str, language: str, names: Sequence[str] = ()) -> str:
    """An English text in another language, line by line, with every figure, name, diet word and link as it was.

    ``names`` are the business's own.

    Raises:
        ConfigurationError: nothing translates this pair.
        ProviderUnavailable: the translator does not answer.
        Untranslated: what came back lost or changed something, or nothing came back; it must not be used.
    """
    lines = text.split("\n")
    said = [at for at, line in enumerate(lines) if line.strip()]
    guarded = [protect(lines[at], language, names) for at in said]
    given = translator.translate([one.text for one in guarded], SOURCE, language)
    if len(given) != len(said):
        raise Untranslated(f"{translator.id} gave {len(given)} lines for {len(said)}; the translation is not used")
    for at, one, line in zip(said, guarded, given, strict=True):
        restored = one.restored(line.strip())
        if not restored.strip():
            raise Untranslated(f"{translator.id} gave an empty line; the translation is not used")
        # Every figure in digits was a placeholder: beside them none may stand that English does not say in words.
        if problems := figures.changed(bare(one.text), bare(line)):
            raise Untranslated(f"the translation of {translator.id} is not used: {'; '.join(problems)}")
        lines[at] = restored
    return "\n".join(lines)
