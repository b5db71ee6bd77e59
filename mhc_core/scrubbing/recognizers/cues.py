"""What stands before and after names of people, of places and of businesses."""

import re

from mhc_core.scrubbing.view import PERSON_HOLE
from mhc_core.scrubbing.vocabulary import words

_RELATION = (
    r"son|daughter|kid|wife|husband|hubby|wifey|mom|mum|mother|dad|father|sister|brother|bro|sis|cousin|aunt|auntie|"
    r"uncle|niece|nephew|grandma|"
    r"grandpa|grandmother|grandfather|grandson|granddaughter|boss|manager|friend|bestie|buddy|partner|fianc[eé]e?|"
    r"boyfriend|girlfriend|bf|gf|"
    r"roommate|neighbor|coworker|co-worker|colleague|assistant|secretary|planner|nanny|babysitter|realtor|landlord|"
    r"tenant|teacher|coach|pastor|"
    r"doctor|client|host|hostess|twins?|baby|guy|chef|server|driver|rep|agent|contact|mother-in-law|father-in-law|"
    r"mil|fil|birthday\s(?:boy|girl)|"
    r"bride|groom|guest\sof\shonor|owner|accountant|lawyer|attorney|student|graduate|grad|esposo|esposa|hij[oa]|"
    r"herman[oa]|amig[oa]"
)
PERSONAL = re.compile(
    r"(?:\b(?:my|his|her|their|our|ur|customer|guest|contact|host|full|first|last|sur|family|given|maiden|married|"
    r"nick|primary|cardholder|card\sholder|"
    r"birth(?:day)?\s(?:boy|girl))(?:'s)?\s?(?:(?:full|first|last|sur|legal|real)\s?)?(?:names?|name's|surname)\s?"
    r"(?:is|was|it's|its|:|=|-|are|will\sbe|would\sbe)?\s?|"
    r"\b(?:mi\snombre\ses|me\sllamo|je\sm'appelle|ich\shei(?:ß|ss)e|mein\sname\sist|mi\schiamo|meu\snome\s[eé])\s|"
    r"\b(?:i\sam|i'm|im)\s(?:called|named)\s|\bcall\sme\s)$",
    re.IGNORECASE,
)
"""Announces the name of a person, whatever word follows."""

ANNOUNCED = re.compile(
    r"(?:(?:\bthe\s)?\bnames?\s?(?:is|was|:|=|-|will\sbe|would\sbe|on\sit\sis)?\s?|"
    r"\b(?:under|in|by|for|with|on|use|using)\s(?:the|my|a)?\s?(?:last\s|first\s|full\s|sur)?name\s?(?:of|is|:|as)?\s?|"
    r"\b(?:named|goes\sby|nicknamed|known\sas|name's|soy)\s)$",
    re.IGNORECASE,
)
"""Announces a name, of a person unless a business is spoken of."""

MEDIUM = re.compile(
    r"(?:\b(?:i'm|i\sam|im|this\sis|it's|it\sis|its|here\sis|that's|meet|ask(?:\sfor)?|speak(?:ing)?(?:\sto|\swith)?|"
    r"talk(?:ed|ing)?\s(?:to|with)|"
    r"spoke\s(?:to|with)|call|text|email|contact(?:\sis|\sperson(?:\sis)?)?|tell|told|see|met|with|hi|hello|hey|dear|"
    r"hola|yo|thanks|thx|"
    r"thank\syou|ty|cheers|best|regards|sincerely|love|yours|truly|respectfully|say\s(?:hi|hello)\sto|for|from|by|"
    r"under|to|attn|attention|cc|c/o|and|&|"
    r"bring|honor\sof|honoring|celebrat(?:e|ing)|listed\sunder|"
    rf"(?:my|his|her|our|their|your|the)\s(?:\w{{3,10}}\s)?(?:{_RELATION})(?:'s|s)?(?:\sname)?)\s?[,:\-]?\s?|"
    rf"(?:^|[\n.!?])\s{{0,3}}[-~*]{{1,2}}\s?|{PERSON_HOLE}\s?(?:,|&|and)\s)$",
    re.IGNORECASE,
)
"""May announce a person; the word after it decides."""

INTRODUCED = re.compile(
    rf"(?:\b(?:i'm|i\sam|im|(?:hi|hello|hey)\sthis\sis|it's|its|(?:my|his|her|our|"
    rf"their)\s(?:\w{{3,10}}\s)?(?:{_RELATION}))\s?,?\s)$",
    re.IGNORECASE,
)
"""A person speaks of themselves or their kin: after it a month or a verb written with a capital is a name."""

SIGN_OFF = re.compile(
    r"(?:\b(?:thanks|thank\syou|thx|ty|tks|cheers|best|best\swishes|(?:kind\s|warm\s|best\s)?regards|sincerely|love|"
    r"xoxo|yours(?:\struly)?|"
    r"respectfully|gracias|cordially)\s?[,.!\-\n]{1,3}\s{0,3}|(?:^|\n)\s{0,3}[-~]{1,2}\s?)$",
    re.IGNORECASE,
)
COURTESY = re.compile(
    r"\b(?:mr|mrs|ms|miss|mister|dr|doctor|prof|professor|mme|señor|señora|sra|sr)\b\.?\s{1,2}$", re.IGNORECASE
)
ROLE = re.compile(
    r"\b(?:sir|madam|rev|reverend|pastor|father|sister|uncle|aunt|auntie|tia|tio|capt|captain|sgt|lt|col|judge|"
    r"officer|chef|coach|tita|tito|don|doña|cousin)"
    r"\b\.?\s{1,2}$",
    re.IGNORECASE,
)
PLACE_BEFORE = re.compile(
    r"\b(?:in|near|at|around|serve|outside|downtown|via|through|toward|towards|visit|visiting|come\sto|go\sto|"
    r"going\sto|travel\sto|deliver\sto|"
    r"drive\sto|get\sto|trip\sto|service|out\sto|over\sto|available\sto|cover|covering|far\sis|far\sas|"
    r"from\sdowntown)\s(?:the\s)?(?:city\sof\s)?$",
    re.IGNORECASE,
)
PLACE_LINK = re.compile(r"\b(?:to|from|of|between|north|south|east|west|over|city|and|or)\s(?:the\s)?$", re.IGNORECASE)
PLACE_HEADS = words(
    """
    san santa st saint los las el fort ft lake mount mt port point north south east west palo city rancho villa
    cape glen isla plaza casa
    """
)
PLACE_TAILS = words(
    """
    beach city springs valley heights hills park lake bay creek county island falls grove station village oaks
    point ridge area square center mall church school day days eve street st ave avenue road rd drive dr lane ln
    blvd court way
    """
)
_HOUSES = (
    r"restaurants?|bar|grill|grille|kitchen|pizza|pizzeria|pizzas|sushi|cafe|café|bistro|brasserie|diner|steakhouse|"
    r"hotel|inn|lodge|resort|winery|vineyards?|"
    r"apartments?|condos?|homes|towers?|manor|terrace|gardens?|palace|cathedral|cross|market|store|shop|salon|spa|"
    r"theater|theatre|cinema|museum|gallery|"
    r"hall|club|lounge|tavern|pub|bakery|deli|catering|events|house\sof|rooms?|field|stadium|arena|airport|"
    r"university|college|academy|hospital|clinic|"
    r"inc|llc|corp|company|group|dental|dentistry|medical|foods?|burgers?|tacos|thai|chinese|indian|mexican|italian|"
    r"japanese|cuisine"
)
BUSINESS_AFTER = re.compile(
    rf"(?:['’]?s?['’]?\s(?=(?-i:[A-Z]))(?:{_HOUSES})\b|\s(?:restaurants?|hotel|cafe|apartments?|winery|salon|airport|"
    rf"stadium)\b)",
    re.IGNORECASE,
)
BUSINESS_BEFORE = re.compile(
    r"\b(?:restaurants?|venue|place|hotel|propert(?:y|ies)|apartments?|house|building|company|business|theat(?:er|"
    r"re)|salon|dish|app|site|store|bar|cafe|"
    r"movie|film|song|book|show|city|town|one|food|wine|band|dog|cat|street|event|party)\b[\s\w,]{0,22}$",
    re.IGNORECASE,
)
BUSINESS_CALLED = re.compile(
    r"\b(?:(?:restaurants?|hotel|venue|cafe|bar)\s(?:that(?:'s|\sis)\s|which\sis\s)?(?:called|named|"
    r"by\s(?:the\s)?name(?:\sof)?|(?:the\s)?name\sis|is|:)?|"
    r"(?:venue|place|spot|propert(?:y|ies)|apartments?|house|building|company|business|theat(?:er|re)|salon|dish|app|"
    r"site|store|shop|movie|film|song|book|show|"
    r"band|dog|cat|wine|one)\s(?:that(?:'s|\sis)\s|which\sis\s)?(?:called|named|by\s(?:the\s)?name(?:\sof)?))"
    r"\s{1,2}(?:the\s|cafe\s|café\s|little\s|big\s|casa\s|chez\s|le\s|la\s)?(?:[A-Z]\w+\s){0,2}$",
    re.IGNORECASE,
)
"""Announces the name of a business or thing."""

PARTY_AFTER = re.compile(r"(?:'s)?\s(?:party|family|residence|household|wedding|reservation|group)\b", re.IGNORECASE)
VERB_AFTER = re.compile(
    r"\s(?:is|was|will|has|said|says|called|told|booked|wants|would|can|turns|turned|are|likes|loves|needs|asked|and|"
    r"&|here|again|speaking|from)\b",
    re.IGNORECASE,
)
IS_MY = re.compile(r"\s(?:is|was)\s(?:my|our|the|her|his)\s", re.IGNORECASE)
SENTENCE_START = re.compile(r"(?:^|[.!?:\n\"]|\s-)\s*$")
