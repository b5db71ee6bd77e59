"""Invented names, as customers write them."""

from collections import defaultdict
from functools import cache
from importlib.resources import files
from random import Random

from mhc_core.scrubbing.lexicon import lexicon

_PARTICLES = (
    "de",
    "de la",
    "del",
    "van",
    "van der",
    "von",
    "da",
    "dos",
    "di",
    "bin",
    "al",
    "el",
    "le",
    "la",
    "St.",
    "Mac",
)
_WORDY = """
grant mark bill joy hope faith grace rose will may june april chase art jack dean rich frank drew pat sue rob nick gene
ray summer autumn ivy lily olive sage ginger jasmine hunter mason carter sky star dawn eve christian angel king major
guy sunny misty destiny trinity chance ace bishop august carol penny robin sandy jean dale glen cliff heath clay wade
lance chip bud gay mercy charity patience harmony melody honor pearl ruby amber opal jade crystal coral iris holly hazel
daisy violet poppy heather willow basil rosemary cooper tanner taylor parker tyler earl duke prince
"""
_SPELLINGS = """
c>k k>c i>y y>i y>ee ie>y ck>xx x>xx ai>ay ay>ai ee>i ea>ee n>nn nn>n l>ll ll>l s>z z>s ph>f f>ph h> a>ah e>eh j>g g>j
son>sen ian>ean er>ur ar>er t>tt sh>ch u>oo
"""
_VOWELS = frozenset("aeiouy")


@cache
def _lists() -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for word, code in sorted(lexicon().items()):
        given, surname, _, lower, _, speech, *_ = tuple(code)
        if len(word) < 2:
            continue
        if given != "0":
            found[f"given {given}"].append(word)
            if len(word) > 2 and lower in "12345" and speech != "0":
                found["given word"].append(word)
        if surname != "0":
            found[f"surname {surname}"].append(word)
            if len(word) > 2 and lower in "1234567" and speech != "0" and surname in "12":
                found["surname word"].append(word)
    wanted = "given"
    text = files("mhc_core.scrubbing.tagger.invented").joinpath("names_more.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line in ("given", "surname"):
            wanted = line
        elif not line.startswith("#"):
            words = line.split()
            found[f"{wanted} more"] += words
            found["families"].append(wanted + " " + " ".join(words))
    return dict(found)


@cache
def _native() -> dict[str, dict[str, list[str]]]:
    found: defaultdict[str, dict[str, list[str]]] = defaultdict(dict)
    text = files("mhc_core.scrubbing.tagger.invented").joinpath("names_native.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            language, kind, *names = line.split(" ")
            found[language][kind] = [*found[language].get(kind, []), *names]
    return dict(found)


def _title(word: str) -> str:
    return "-".join("'".join(part[:1].upper() + part[1:] for part in piece.split("'")) for piece in word.split("-"))


class People:
    """Draws names. Each call invents another person."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def given(self) -> str:
        draw, pick = self._random.random(), self._random.choice
        lists = _lists()
        if draw < 0.24:
            word = pick(lists["given 1"])
        elif draw < 0.35:
            word = pick(lists["given 2"])
        elif draw < 0.41:
            word = pick(lists["given 3"])
        elif draw < 0.53:
            word = pick(lists["given 4"])
        elif draw < 0.68:
            word = pick(lists["given more"])
        elif draw < 0.86:
            word = pick(lists["given word"])
        elif draw < 0.95:
            word = self._coined(lists["given 1"] + lists["given 4"] + lists["given more"])
        else:
            word = self._respelled(pick(lists["given 1"]))
        if self._random.random() < 0.02:
            word += "-" + pick(lists["given 1"])
        if self._random.random() < 0.015:
            return self._random.choice(("Big ", "Lil ", "Little ", "Old ")) + _title(word)
        return _title(word)

    def wordy(self) -> str:
        """A given name that is an ordinary word besides, most of them of those that a chat is full of."""
        return _title(self._random.choice(_WORDY.split() if self._random.random() < 0.7 else _lists()["given word"]))

    def surname(self) -> str:
        draw, pick = self._random.random(), self._random.choice
        lists = _lists()
        if draw < 0.25:
            word = pick(lists["surname 1"])
        elif draw < 0.40:
            word = pick(lists["surname 2"])
        elif draw < 0.50:
            word = pick(lists["surname 3"])
        elif draw < 0.56:
            word = pick(lists["surname 4"])
        elif draw < 0.66:
            word = pick(lists["surname 5"])
        elif draw < 0.82:
            word = pick(lists["surname more"])
        elif draw < 0.92:
            word = pick(lists["surname word"])
        else:
            word = self._coined(lists["surname 2"] + lists["surname 5"])
        return _title(word)

    def last(self) -> str:
        """A family name: often plain, sometimes double or with a particle."""
        draw = self._random.random()
        name = self.surname()
        if draw < 0.07:
            return f"{name}-{self.surname()}"
        if draw < 0.10:
            return f"{self._random.choice(_PARTICLES)} {name}"
        if draw < 0.12:
            return self._random.choice(("O'", "D'", "Mc", "Mac", "Al-", "El-", "Ben-")) + name
        return name

    def full(self) -> str:
        draw = self._random.random()
        pick = self._random.choice
        if draw < 0.10:  # a family of names of one language
            given = [one for one in _lists()["families"] if one.startswith("given")]
            surnames = [one for one in _lists()["families"] if one.startswith("surname")]
            first = _title(pick(pick(given).split()[1:]))
            last = _title(pick(pick(surnames).split()[1:]))
            return pick(
                (
                    f"{first} {last}",
                    f"{first} {last}",
                    f"{last} {first}",
                    f"{last} {_title(pick(pick(given).split()[1:]))} {first}",
                )
            )
        name = f"{self.given()} {self.last()}"
        if draw < 0.14:
            name = f"{self.given()} {pick('ABCDEFGHJKLMNPRSTW')}{pick(('.', ''))} {self.last()}"
        elif draw < 0.17:
            name = f"{self.given()} {self.given()} {self.last()}"
        elif draw < 0.20:
            name = f"{self.given()} {self.surname()} {self.surname()}"
        elif draw < 0.23:
            name = f"{self.given()} {pick('ABCDEFGHJKLMNPRSTW')}{pick(('.', ''))}"
        elif draw < 0.24:
            name = f"{pick('ABCDEFGHJKLMNPRSTW')}.{pick((' ', ''))}{pick('ABCDEFGHJKLMNPRSTW')}. {self.last()}"
        elif draw < 0.25:
            name = f"{pick('ABCDEFGHJKLMNPRSTW')}. {self.last()}"
        elif draw < 0.26:
            name += pick((" Jr", " Jr.", " III", " Sr.", " II"))
        elif draw < 0.27:
            name = f"{self.surname()}, {self.given()}"
        elif draw < 0.28:
            name = f'{self.given()} "{self.given()}" {self.surname()}'
        return name

    def name(self) -> str:
        return self.full() if self._random.random() < 0.5 else self.given()

    def native(self, language: str) -> str:
        """A name in the script of a language."""
        names = _native()[language]
        given, surname = self._random.choice(names["given"]), self._random.choice(names["surname"])
        if language in ("zh", "ja", "ko"):
            return surname + self._random.choice(("", "", " ") if language == "ja" else ("",)) + given
        return self._random.choice((given, f"{given} {surname}", f"{given} {surname}"))

    def spelled(self) -> str:
        """A name letter by letter."""
        return self._random.choice((" ", " ", "-", ". ")).join(
            self._random.choice((self.given(), self.surname())).lower()[:9]
        )

    def _respelled(self, word: str) -> str:
        """A name as parents spell it anew, or its friends cut it short."""
        change, other = self._random.choice(_SPELLINGS.split()).split(">")
        if change in word and self._random.random() < 0.7:
            return word.replace(change, other, 1)
        return word[: self._random.choice((3, 4))] + self._random.choice(("", "y", "i", "ie", "o", "ito", "ita", "s"))

    def _coined(self, words: list[str]) -> str:
        """A name in no list: the beginning of one and the end of another."""
        head, tail = self._random.choice(words), self._random.choice(words)
        cut = max(2, len(head) // 2)
        start = max((i for i in range(1, len(tail)) if tail[i - 1] not in _VOWELS), default=1)
        return (head[:cut] + tail[min(start, len(tail) - 2) :])[:12]
