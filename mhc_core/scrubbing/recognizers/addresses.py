"""Street addresses, apartments and post boxes, with the town, state and zip code that belong to them."""

import re
from collections.abc import Iterator

from mhc_core.scrubbing.findings import PiiType
from mhc_core.scrubbing.recognizers.base import Span, SpanRecognizer
from mhc_core.scrubbing.vocabulary import FOOD, FUNCTION, words

_STATE = (
    r"(?:A[LKZR]|C[AOT]|D[EC]|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[TA]|"
    r"W[AVIY]|"
    r"Calif(?:ornia)?|Cali|Nevada|Oregon|Washington|Arizona|Texas|Florida|New\sYork|Colorado|Utah|Idaho)"
)
_ZIP = r"\d{5}(?:-\d{4})?"
_CITY = r"[^\W\d_][^\W\d_'.\-]{1,20}(?:\s[^\W\d_][^\W\d_'.\-]{1,20}){0,2}"
_TAIL = re.compile(
    rf"\s{{0,2}},?\s{{1,3}}(?:in\s)?{_CITY}\s{{0,2}},?\s{{0,3}}{_STATE}\b\.?(?:\s{{0,2}},?\s{{0,3}}{_ZIP}\b)?(?:,?\s(?:USA?|"
    rf"United\sStates)\b)?|"
    rf"\s{{0,2}},?\s{{1,3}}(?:in\s)?{_CITY}\s{{0,2}},?\s{{1,3}}{_ZIP}\b|"
    rf"\s{{0,2}},?\s{{1,3}}{_STATE}\b(?:\s{{0,2}},?\s{{0,3}}{_ZIP}\b)?|\s{{0,2}},?\s{{1,3}}{_ZIP}\b|"
    rf"\s{{0,2}},\s{{0,3}}(?=[A-Z]){_CITY}(?=\s{{0,2}}(?:[.,;!?\n]|$)|\s[a-z])",
    re.IGNORECASE,
)
_TITLE_CITY = re.compile(
    r"\s{0,2},\s{0,3}[A-Z][a-zà-ÿ'.\-]{1,20}(?:\s[A-Z][a-zà-ÿ'.\-]{1,20}){0,2}(?=\s{0,2}(?:[.,;!?\n]|$|[a-z]))"
)
_UNIT = re.compile(
    r"\s{0,2},?\s{0,2}(?:\(?\b(?:apt|apartment|unit|suite|ste|room|rm|bldg|building|floor|fl|level|lvl|lot|space|spc|"
    r"trailer|trlr|penthouse|ph|no)\b\.?\s{0,2}#?\s{0,2}"
    r"(?:[a-z]?\d{1,5}[a-z]?|[a-z]|[a-z]-?\d{1,4})\b\)?|#\s?\w{1,6})",
    re.IGNORECASE,
)
_DIRECTION = r"(?:north(?:east|west)?|south(?:east|west)?|east|west|[ns]\.?[ew]\.?|[nsew])\.?"
_FULL_SUFFIX = (
    r"street|avenue|boulevard|road|lane|drive|court|circle|terrace|parkway|highway|freeway|trail|place|plaza|square|"
    r"alley|crescent|"
    r"expressway|turnpike|junction|crossing|causeway|esplanade|promenade|mews|commons?|estates?|heights|hills?|"
    r"hollow|landing|meadows?|manor|"
    r"oaks?|orchard|overlook|pointe?|ridge|springs?|summit|valley|view|village|vista|glen|grove|harbor|island|cove|"
    r"creek|canyon|bend|bluff|bridge|"
    r"brook|cliff|corner|dale|field|fork|garden|gate|green|haven|knoll|lake|loop|mall|mill|park|pass|path|pike|pine|"
    r"ranch|rapids|rest|river|row|run|"
    r"shore|spur|station|stream|trace|track|turn|walk|way"
)
_SHORT_SUFFIX = (
    r"st|str|ave?|blvd|bl|rd|ln|dr|ct|crt|cir|ter|terr|pkwy|pky|hwy|fwy|trl|pl|"
    r"plz|sq|aly|cres|expy|tpke|xing|cv|pt|rte|wy|lp|cmn|hts|mnr|rdg|vw|vlg|wlk"
)
_SURE = re.compile(
    r"(?:street|avenue|boulevard|road|lane|drive|court|circle|terrace|parkway|highway|freeway|trail|st|str|ave?|blvd|"
    r"rd|ln|dr|ct|crt|cir|ter|terr|pkwy|hwy|trl|pl|"
    r"wy|plz|aly|cres|expy|tpke|xing|cv|crescent|alley|expressway)\.?",
    re.IGNORECASE,
)
_NUMBER = r"(?<![\w$#.,:/\-])\d{1,6}(?:[a-z]|\s?1/2|-\d{1,4}[a-z]?)?"
_WORD = r"(?:[^\W\d_][^\W\d_'’.\-]{0,24}|\d{1,3}(?:st|nd|rd|th))"
_STREET = re.compile(
    rf"{_NUMBER}\s{{1,3}}(?P<direction>{_DIRECTION}\s{{1,2}})?(?P<words>{_WORD}(?:\s{{1,2}}{_WORD}){{0,3}}?)\s{{1,2}}(?P<suffix>{_FULL_SUFFIX}|"
    rf"{_SHORT_SUFFIX})\b\.?(?:\s{{1,2}}(?P<more>{_FULL_SUFFIX}|"
    rf"{_SHORT_SUFFIX})\b\.?){{0,2}}(?:\s{_DIRECTION}(?=[\s,.]|$))?",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    rf"{_NUMBER}\s{{1,3}}(?:{_DIRECTION}\s{{1,2}})?(?:highway|hwy|route|rte|state\sroute|sr|us|interstate|"
    rf"county\sroad|cr|fm|rural\sroute|rr|avenue|ave|street|st|road|rd)\.?\s{{0,2}}#?\d{{1,4}}\b",
    re.IGNORECASE,
)
_SPANISH = re.compile(
    rf"{_NUMBER}\s{{1,3}}(?:via|calle|camino|avenida|paseo|rue|rua|corte|caminito|circulo|vista|rancho|el camino|la|"
    rf"las|los|del)\s{{1,2}}{_WORD}(?:\s{{1,2}}{_WORD}){{0,2}}",
    re.IGNORECASE,
)
_DIRECTED = re.compile(
    rf"{_NUMBER}\s{{1,3}}(?:[nsew]|[ns][ew]|north|south|east|west)\.?\s{{1,2}}(?P<words>{_WORD})(?=\s{{0,2}}(?:,|\.|"
    rf";|$|\n)|\s{{1,2}}(?:apt|unit|suite|ste|#))",
    re.IGNORECASE,
)
_BROADWAY = re.compile(
    rf"{_NUMBER}\s{{1,3}}(?:{_DIRECTION}\s)?(?:broadway|embarcadero|esplanade|the\s(?:alameda|embarcadero|strand))\b",
    re.IGNORECASE,
)
_BOX = re.compile(
    r"\b(?:p\.?\s{0,2}o\.?|post\s?(?:office)?)\s{0,2}box\s{0,2}(?:no\.?|number|#)?\s{0,2}[a-z]?\d{1,7}\b", re.IGNORECASE
)
_WITH_ZIP = re.compile(
    rf"{_NUMBER}\s{{1,3}}{_WORD}(?:\s{{1,2}}{_WORD}){{0,4}}\s{{0,2}},\s{{0,3}}(?:{_CITY}\s{{0,2}},?\s{{1,3}}){{0,1}}{_STATE}\s{{0,2}},?\s{{0,3}}{_ZIP}\b",
    re.IGNORECASE,
)
_NOT_STREET = (
    FUNCTION
    | FOOD
    | words(
        """
    people ppl person persons pax guest guests adult adults kid kids child children toddler toddlers teen teens boys
    girls men women min mins minute minutes hour hours hr hrs day days week weeks month months year years yr yrs
    mile miles mi km ft feet foot inch inches sq pm am percent dollars dollar bucks usd stars star times time pcs
    piece pieces pack packs order orders plate plates table tables chair chairs chef chefs grill grills person-party
    items options choices proteins upgrades trays extra total deposit tip birthday party parties minimum hours-long
    long-drive drive gallon tent tents propane cars car parking spots
    """
    )
)


_IN_STREETS = words("new old el la las los del de one first second third san good great big little may")
_IN_TOWNS = words("in la el los las new or me hi ok de del")
_STATE_OR_WORD = words("in or me hi ok la de pa ma oh mi id co al ga ct")


class AddressRecognizer(SpanRecognizer):
    """US street addresses, with unit, town, state and zip where they follow, and post boxes."""

    types = (PiiType.ADDRESS,)

    def spans(self, text: str) -> Iterator[Span]:
        if not any(character.isdigit() for character in text):
            return
        for pattern in (_STREET, _NUMBERED, _SPANISH, _DIRECTED, _BROADWAY, _BOX, _WITH_ZIP):
            for match in pattern.finditer(text):
                if pattern is _STREET and not _plausible(match):
                    continue
                if pattern in (_DIRECTED, _SPANISH, _WITH_ZIP) and not _names_only(match.group()):
                    continue
                yield PiiType.ADDRESS, match.start(), extend(text, match.end()), 0.85


def _names_only(text: str) -> bool:
    """Whether no word after the house number is one that streets are not called after."""
    return set(re.findall(r"[a-z]+", text.lower())[1:]).isdisjoint(_NOT_STREET - _IN_STREETS)


def extend(text: str, end: int) -> int:
    """The end of the address whose street ends at ``end``: with unit, town, state and zip when they follow."""
    for _ in range(2):
        unit = _UNIT.match(text, end)
        if unit is None:
            break
        end = unit.end()
    tail = _tail(text, end)
    return tail if tail else end


def _tail(text: str, end: int) -> int:
    """The end of the town, state and zip that follow a street; 0 when other words do."""
    match = _TAIL.match(text, end)
    if match is None:
        return 0
    found = re.findall(r"[^\W\d_]+", match.group().lower())
    if any(word in FUNCTION and word not in _IN_TOWNS for word in found[:-1]):
        return 0
    if not re.search(rf"{_ZIP}|\b{_STATE}\b", match.group()) and not _TITLE_CITY.match(text, end):
        state = re.search(rf"\b(?:{_STATE})$", match.group().rstrip(" ."), re.IGNORECASE)
        if not state or state.group().lower() in _STATE_OR_WORD:
            return 0
    return match.end()


def _plausible(match: re.Match[str]) -> bool:
    """Whether number, words and suffix are a street and not "45 min drive"."""
    named = [word.lower().rstrip(".") for word in match.group("words").split()]
    suffix = match.group("suffix")
    sure = bool(_SURE.fullmatch(suffix) or _SURE.fullmatch(match.group("more") or ""))
    # "2097 Almond Grove St": streets are called after what is eaten, but nobody orders two thousand of it
    foods = FOOD if sure and len(re.findall(r"\d", match.group().split()[0])) >= 3 else frozenset()
    if any(word in _NOT_STREET - foods and not (len(named) > 1 and word in _IN_STREETS) for word in named):
        return False
    if sure:
        return True
    # "2 party place": a suffix that is an everyday word needs a longer number or a name with a capital
    return len(match.group().split()[0]) >= 2 or match.group("words")[:1].isupper()
