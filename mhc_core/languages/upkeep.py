"""The upkeep of the catalogues: texts are taken out of the code, merged into each language and compiled.

A text is in a catalogue because the code names it as a literal in ``translated``, ``plural`` or ``marked``, or because
the business's file brings it. An entry is *reviewed* when a person who speaks the language has read it and says so in
its comment, ``# reviewed: WHO``; until then the comment says ``# reviewed: no``.
"""

import ast
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from gettext import GNUTranslations
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from mhc_core.errors import DataError
from mhc_core.languages.catalogues import COMPILED, FOLDER, NAMES, places

SOURCE = "messages.po"
ROOMS = ("mhc_core", "mhc_serving")
"""Packages whose code speaks to customers."""
TEXTS = {"translated": 1, "plural": 2, "marked": 1}
"""Functions whose first so many arguments are texts."""
_REVIEWED, _NOT = "reviewed: ", "reviewed: no"
_ROOT = FOLDER.parent.parent
_WIDTH = 120
_OF_A_RUN = (
    *('"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By', '"Report-Msgid-Bugs-To'),
    *('"Last-Translator', '"Language-Team'),
)
"""Lines of a header that change with whoever ran the command."""


@dataclass(frozen=True, slots=True)
class Status:
    """How complete a catalogue is.

    ``missing``, ``stale`` and ``wrong`` are texts in English; a wrong one has other values in braces in its
    translation. ``current`` says that the compiled file is that of the source.
    """

    language: str
    texts: int
    reviewed: int
    missing: Sequence[str]
    stale: Sequence[str]
    wrong: Sequence[str]
    current: bool

    @property
    def good(self) -> bool:
        """Whether the concierge can speak the language in all that it says by rule."""
        return self.current and not (self.missing or self.stale or self.wrong)


def template(words: Iterable[str] = (), root: Path = _ROOT) -> Catalog:
    """All texts of the code and of the business's file, without translations; ``words`` are those of the file."""
    found = Catalog(project="mhc", charset="utf-8", fuzzy=False)
    for room in ROOMS:
        for file in sorted((root / room).rglob("*.py")):
            for text in _named_in(file):
                found.add(text, locations=[(str(file.relative_to(root)), 0)])
        for file in sorted(file for kind in ("html", "txt") for file in (root / room).rglob(f"*.{kind}")):
            for text in _named_in_page(file):
                found.add(text, locations=[(str(file.relative_to(root)), 0)])
    for word in sorted(set(words)):
        found.add(word, context=NAMES, locations=[("business", 0)])
    return found


def _named_in(file: Path) -> Iterator[str | tuple[str, str]]:
    """The literals that a module gives to the functions of ``TEXTS``, in f-strings too, which Babel does not look into
    before Python 3.12."""
    source = file.read_text("utf-8")
    if "mhc_core.languages" not in source:
        return
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        held = [part.value for part in call.args[: TEXTS.get(name, 0)] if isinstance(part, ast.Constant)]
        texts = [text for text in held if isinstance(text, str)]
        if texts and len(texts) == TEXTS[name]:
            yield texts[0] if len(texts) == 1 else (texts[0], texts[1])


def _named_in_page(file: Path) -> Iterator[str | tuple[str, str]]:
    """The same in a page's template."""
    from jinja2 import Environment
    from jinja2.ext import extract_from_ast

    source = file.read_text("utf-8")
    if "translated(" not in source:
        return
    for _line, _name, held in extract_from_ast(Environment(autoescape=True).parse(source), tuple(TEXTS)):
        texts = [text for text in ((held,) if isinstance(held, str) else held or ()) if isinstance(text, str)]
        if texts:
            yield texts[0] if len(texts) == 1 else (texts[0], texts[1])


def languages() -> list[str]:
    """The codes that have a folder with a source file."""
    return sorted(place.parent.name for place in FOLDER.glob(f"*/{SOURCE}"))


def read(language: str) -> Catalog:
    """The catalogue of a language as its people wrote it.

    Raises:
        DataError: there is none, or it is not in the format of ``gettext``.
    """
    try:
        with (FOLDER / language / SOURCE).open("rb") as data:
            return read_po(data, locale=language.replace("-", "_"), abort_invalid=True)
    except OSError:
        raise DataError(f"there is no {SOURCE} in mhc_core/languages/{language}; begin with an empty one") from None
    except ValueError as error:
        raise DataError(f"{language}/{SOURCE} is no gettext catalogue ({error}); correct that line") from None


def update(language: str, texts: Catalog) -> None:
    """Merge the texts of the code into a catalogue: new ones come empty, those that are gone leave it."""
    catalogue = read(language)
    catalogue.update(texts, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    for message in _texts(catalogue):
        if not any(comment.startswith(_REVIEWED) for comment in message.user_comments):
            message.user_comments = [*message.user_comments, _NOT]
    write(language, catalogue)


def write(language: str, catalogue: Catalog) -> None:
    """Store a catalogue, without what changes at every run."""
    catalogue.project, catalogue.version = "mhc", "1"
    out = io.BytesIO()
    write_po(out, catalogue, width=_WIDTH, include_lineno=False, ignore_obsolete=True)
    lines = out.getvalue().decode().splitlines(keepends=True)
    (FOLDER / language / SOURCE).write_text("".join(line for line in lines if not line.startswith(_OF_A_RUN)), "utf-8")


def compiled(language: str) -> bytes:
    """The catalogue as ``gettext`` reads it.

    Raises:
        DataError: a translation has other values in braces than its text.
    """
    catalogue = read(language)
    if wrong := _wrong(catalogue):
        raise DataError(f"{language}/{SOURCE}: other values in braces than in “{wrong[0]}”; correct the translation")
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def compile_all() -> list[Path]:
    """Write the compiled file of each language; the files written."""
    made = []
    for language in languages():
        file = FOLDER / language / COMPILED
        file.write_bytes(compiled(language))
        made.append(file)
    return made


def status(language: str, texts: Catalog) -> Status:
    """How complete a catalogue is, measured against all ``texts`` there are."""
    catalogue = read(language)
    own = {_key(message): message for message in _texts(catalogue)}
    wanted = {_key(message) for message in _texts(texts)}
    done = {key for key, message in own.items() if _complete(message)}
    file, wrong = FOLDER / language / COMPILED, _wrong(catalogue)
    return Status(
        language,
        len(wanted),
        sum(_reviewed(message) for message in own.values()),
        sorted(key[1] for key in wanted - done),
        sorted(key[1] for key, message in own.items() if key not in wanted or message.fuzzy),
        wrong,
        not wrong and file.exists() and _said(file.read_bytes()) == _said(compiled(language)),
    )


def _said(compiled_file: bytes) -> Mapping[object, str]:
    """The translations of a compiled file, without its header."""
    held: dict[object, str] = GNUTranslations(io.BytesIO(compiled_file))._catalog  # type: ignore[attr-defined]
    return {text: said for text, said in held.items() if text}


def _texts(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def _key(message: Message) -> tuple[str | None, str]:
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def _complete(message: Message) -> bool:
    strings = _strings(message)
    return bool(strings) and all(strings)


def _strings(message: Message) -> list[str]:
    said = message.string or ""
    return [said] if isinstance(said, str) else [*said]


def _reviewed(message: Message) -> bool:
    return any(said.startswith(_REVIEWED) and said.strip() != _NOT for said in message.user_comments)


def _wrong(catalogue: Catalog) -> list[str]:
    """The texts whose translation has other values in braces; a plural form may leave the number out."""
    found = []
    for message in _texts(catalogue):
        english = [message.id] if isinstance(message.id, str) else [*message.id]
        strings = _strings(message)
        wanted = places(" ".join(english))
        optional = {"count"} if len(english) > 1 else set[str]()
        for said in strings:
            if said and not (wanted - optional <= places(said) <= wanted):
                found.append(english[0])
                break
    return found
