"""General English that the comparison of two questions needs: what words say about number, day, polarity and kind."""

from functools import lru_cache

import snowballstemmer

from mhc_core.language.number_words import VALUES


def _map(text: str) -> dict[str, str]:
    """``a: b c`` lines as ``{b: a, c: a, a: a}``."""
    found: dict[str, str] = {}
    for line in text.strip().splitlines():
        name, _, members = line.partition(":")
        found |= dict.fromkeys([name.strip(), *members.split()], name.strip())
    return found


SPELLED = _map(
    """
    you: u ya
    your: ur
    are: r
    please: pls plz
    saturday: sat
    sunday: sun sundays
    people: ppl
    birthday: bday
    because: cuz coz
    tomorrow: tmrw tmr
    reservation: resv rez
    available: avail
    vegetarian: veggie
    """
)
"""Chat spelling, by what it stands for."""

NEGATIONS = frozenset([
    "not", "no", "never", "none", "nobody", "nothing", "neither", "nor", "without", "cannot", "cant", "dont",
    "doesnt", "didnt", "isnt", "arent", "wasnt", "werent", "wont", "wouldnt", "couldnt", "shouldnt", "hasnt",
    "havent", "hadnt", "aint", "unable", "lack", "lacking", "refuse", "except", "excluding", "minus", "non",
    "hardly", "barely", "unless",
])  # fmt: skip

NUMBERS = {word: str(value) for word, value in VALUES.items()} | {
    "hundred": "100", "thousand": "1000", "dozen": "12", "couple": "2", "pair": "2", "half": "0.5",
    "double": "x2", "twice": "x2", "triple": "x3", "once": "x1", "first": "#1", "second": "#2", "third": "#3",
    "last": "#-1", "both": "2", "single": "1", "quarter": "0.25",
}  # fmt: skip

DATES = _map(
    """
    monday: mondays mon
    tuesday: tuesdays tue tues
    wednesday: wednesdays wed weds
    thursday: thursdays thu thur thurs
    friday: fridays fri
    saturday: saturdays
    sunday: sundays
    january: jan
    february: feb
    march: mar
    april: apr
    may:
    june: jun
    july: jul
    august: aug
    september: sep sept
    october: oct
    november: nov
    december: dec
    today:
    tonight:
    tomorrow:
    yesterday:
    weekend: weekends
    weekday: weekdays
    morning: mornings am breakfast
    noon: midday lunch lunchtime
    afternoon: afternoons
    evening: evenings dinner dinnertime
    night: nights
    pm:
    midnight:
    spring: springtime
    summer: summers summertime
    autumn: fall
    winter: winters wintertime
    holiday: holidays
    christmas: xmas
    newyear: nye
    easter:
    thanksgiving:
    halloween:
    hanukkah: chanukah
    ramadan:
    eid:
    diwali:
    valentine: valentines valentine's
    juneteenth:
    passover:
    memorial:
    labor: labour
    independence:
    mother's: mothers
    father's: fathers
    day: days daily
    week: weeks weekly
    month: months monthly
    year: years yearly annual annually
    hour: hours hourly hr hrs
    minute: minutes min mins
    """
)
"""Days, months, seasons, holidays and units of time."""

STRICT_AXES: tuple[tuple[str, ...], ...] = (
    ("before until till prior ahead", "after afterwards since"),
    ("include included includes including inclusive", "exclude excluded excludes excluding exclusive"),
    ("more greater larger bigger above exceed additional another extra", "less fewer smaller below"),
    ("minimum least min", "maximum most limit max"),
    ("only just solely exclusively",),
    ("earlier early earliest sooner", "later late latest"),
    ("inside indoor indoors", "outside outdoor outdoors"),
    ("instead", "besides also too plus additionally"),
    ("own",),
    ("must need required require mandatory should supposed", "optional"),
    ("always", "sometimes usually occasionally often"),
    ("adult adults grownup grownups", "child children kid kids toddler toddlers baby babies teen teens infant"),
    ("free complimentary gratis",),
    ("vegan", "vegetarian veggie", "halal", "kosher", "gluten", "dairy", "pescatarian"),
    ("same", "different other else alternative"),
    ("one-way oneway", "roundtrip"),
    ("return",),
    ("new", "old previous former existing current"),
    ("if",),
)
"""Sets of opposites. What one question names of a set, the other must name too."""

OPPOSITES: tuple[tuple[str, ...], ...] = (
    ("cancel cancelling canceling cancellation canceled cancelled", "book booking booked reserve reservation reserved",
     "reschedule rescheduling move moving postpone", "change changing modify modified edit update",
     "confirm confirmation"),
    ("refund refunded refundable", "charge charged fee cost price pay payment paid"),
    ("buy purchase order get", "sell sold", "rent rental lease", "search find look browse list view"),
    ("start begin starts begins starting beginning departure depart departing origin leave leaving outbound source",
     "end ends ending finish finishes destination arrive arrival arriving inbound target"),
    ("open opens opening opened", "close closes closing closed shut"),
    ("send sender sending give giving", "receive receiver recipient receiving take taking"),
    ("add adding added", "remove removing delete deleted drop"),
    ("accept accepts accepted allow allows", "reject decline deny forbid ban prohibited"),
    ("increase raise", "decrease lower reduce"),
    ("win won winner", "lose lost loser"),
    ("like love enjoy", "dislike hate"),
    ("name called title", "number count amount quantity", "date day", "time hour", "price cost fee charge rate",
     "address location place city venue", "type kind category genre", "rating score review", "phone email website"),
    ("all every everyone everything entire whole", "some several few part partial partly"),
    ("cheap cheaper cheapest", "expensive pricey costliest"),
    ("safe", "unsafe dangerous risky"),
    ("private", "public"),
    ("first", "last final"),
    ("online", "offline person phone"),
    ("hot warm", "cold frozen"),
    ("full fully", "partial partially half"),
    ("man men male boy boys", "woman women female girl girls"),
    ("left", "right"),
    ("north northern", "south southern", "east eastern", "west western"),
    ("time hour oclock clock", "date", "place", "reason", "number count"),
    ("weekend", "weekday"),
    ("lend", "borrow"),
    ("enable activate", "disable deactivate"),
    ("deposit", "balance", "gratuity tip", "tax", "discount", "refund", "invoice receipt"),
    ("bring brings provide provides supply supplies", "rent", "keep", "clean"),
    ("chicken", "steak beef", "shrimp", "salmon", "scallop scallops", "lobster", "tofu", "calamari", "filet", "rice",
     "noodle noodles yakisoba", "salad", "gyoza", "edamame", "pork", "fish"),
    ("table tables", "chair chairs", "plate plates", "tent canopy", "grill", "utensil utensils", "drink drinks"),
    ("card", "cash", "venmo", "zelle", "check cheque", "paypal"),
    ("gluten", "nut nuts peanut peanuts", "shellfish", "egg eggs", "dairy milk", "sesame", "soy", "wheat"),
    ("good best better great", "bad worst worse poor"),
    ("long longer duration", "short shorter", "far further distance", "big large size", "many number count",
     "often frequency", "old age", "tall height", "heavy weight"),
    ("rain raining rainy", "snow snowing", "wind windy", "heat hot"),
    ("park parking", "power electricity", "water", "light lighting"),
    ("upload", "download"), ("push", "pull"), ("up", "down"),
    ("in", "out"), ("on", "off"), ("from", "to"), ("import", "export"), ("lock", "unlock"), ("login", "logout"),
    ("single", "double", "triple"), ("high higher", "low lower"), ("fast faster quick", "slow slower"),
    ("easy easier", "hard harder difficult"), ("true", "false"), ("legal", "illegal"),
    ("mother mom", "father dad", "sister", "brother", "wife", "husband", "son", "daughter"),
    ("red", "blue", "green", "black", "white", "yellow"),
)  # fmt: skip
"""Sets of words that exclude each other: two questions that both name some of a set must name the same."""

SAME = _map(
    """
    price: prices pricing cost costs charge charges rate rates fee fees fare fares
    child: children kid kids kiddo kiddos youngster
    book: booking reserve reservation reserving booked reserved reservations bookings
    cancel: canceling cancelling cancellation canceled cancelled
    people: persons guests guest persons attendees
    bring: provide supply
    party: event gathering celebration
    buy: purchase
    begin: start commence
    end: finish conclude
    photo: picture
    phone: telephone
    big: large
    quick: fast rapid
    kind: type sort category
    find: search locate
    movie: film
    song: track
    city: town
    trip: journey itinerary travel
    area: region
    reschedule: move postpone
    get: obtain receive
    help: assist assistance
    choose: select pick
    show: display
    need: require
    chef: cook
    vegetarian: veggie
    gratuity: tip tips
    house: home
    car: automobile
    name: called
    available: availability
    arrive: arrival
    depart: departure
    food: meal
    drink: beverage beverages drinks
    company: business
    permit: allow allowed permitted ok okay
    """
)
"""Words that mean the same in most questions."""

LIGHT = frozenset([
    "a", "an", "the", "of", "for", "in", "on", "at", "to", "from", "by", "with", "and", "or", "is", "are",
    "was", "were", "be", "been", "being", "am", "do", "does", "did", "can", "could", "may", "might", "will",
    "would", "shall", "should", "i", "you", "we", "they", "it", "he", "she", "me", "my", "your", "our", "us",
    "them", "this", "that", "these", "those", "there", "here", "please", "hi", "hello", "hey", "thanks",
    "thank", "just", "so", "well", "ok", "okay", "um", "hmm", "quick", "question", "know", "tell", "like",
    "want", "wanted", "wondering", "curious", "wonder", "get", "have", "has", "had", "what", "which", "who",
    "whose", "when", "where", "why", "how", "much", "many", "if", "about", "as", "then", "than", "also", "too",
    "really", "actually", "i'm", "i'd", "i've", "we're", "we'd", "we've", "it's", "that's", "what's", "you're",
    "there's", "let", "let's", "say", "give", "us", "need", "given", "kindly", "quickly", "asking", "ask",
    "hoping", "possible", "its", "s", "m", "d", "re", "ve", "ll", "exactly", "sort", "kind", "going", "go",
    "per", "each", "one", "any", "some",
])  # fmt: skip
"""Words that carry structure or politeness; what they do say, the facts of a question compare."""

_stem = snowballstemmer.stemmer("english").stemWord


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of a word, of the word it is short for, or of the first of its synonyms."""
    word = SPELLED.get(word, word).removesuffix("'s")
    return str(_stem(SAME.get(word, word)))
