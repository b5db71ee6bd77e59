"""Sentences that were once masked too much or too little, with what is right."""

import pytest

from mhc_core.scrubbing import Scrubber

LEFT_ALONE = """
Do you travel to Joshua Tree?
Is Santa Maria too far for you?
Do you come out to Jackson, CA?
How much is travel to Clayton?
do you go to vernon or carson?
Can you come to Sutter Creek, Angels Camp or Mount Shasta?
Do you serve Auburn, Lincoln and Winters?
Do you cater in Orlando, Charlotte or Austin?
What about Lake Tahoe or Donner Lake?
Can guests bring a bottle of Jack Daniels?
Do you have rosé? Can we bring our own rose?
Is it ok to bring Sapporo and Asahi?
Can the kids get a Shirley Temple?
Do you offer Wagyu, Kobe or New York strip?
Do you have gluten free soy sauce, like Tamari?
Do you do Martin Luther King weekend?
Can you set up next to our Weber or Traeger grill?
Do you know the Hyatt Regency or the Hilton garden?
Our venue is the Wilson Vineyard, ok?
Can we add Crab Rangoon, Edamame and Gyoza?
do you take amex, discover or chase
Our HOA is Sierra Oaks, can you park there?
it will be sunny
Jasmine rice please
key is under the mat
a table at Rosario's for 4 at 7
Total Amount Due
Guest List: 12
need the CEO to sign
Dear team, our CEO approved the quote
I WANT MY MONEY BACK NOW
party of 12 at 5:30, 2025-10-01, total 1250.00
invoice 4155550148 paid
we need 100-150 pieces, 20-25-30 min
10 adults 5 kids 0 infants 1 vegan 4 8
""".strip().splitlines()

MASKED = [
    ("Cell5105550148", "Cell[PHONE_1]"),
    ("Ph630-596-1184", "Ph[PHONE_1]"),
    ("51O-555-O148", "[PHONE_1]"),
    ("number: 555-0148", "number: [PHONE_1]"),
    ("gate, code 4411* then left", "gate, code [GATE_CODE_1] then left"),
    ("the gate code: 1234#", "the gate code: [GATE_CODE_1]"),
    ("use 4411# to get in", "use [GATE_CODE_1] to get in"),
    ("garage keypad 8842", "garage keypad [GATE_CODE_1]"),
    ("building entry code 22B7", "building entry code [GATE_CODE_1]"),
    ("my password is hunter2!", "my password is [PASSWORD_1]"),
    ("37.7749° N, 122.4194° W", "[COORDINATES_1]"),
    ("what3words ///filled.count.soap", "what3words [COORDINATES_1]"),
    ("Rua Augusta 1500 apto 42", "[ADDRESS_1]"),
    ("Hauptstr. 12, 10115 Berlin", "[ADDRESS_1]"),
    ("221B Baker St", "[ADDRESS_1]"),
    ("2901 East Hastings Street", "[ADDRESS_1]"),
    ("this is mrs. kim calling", "this is mrs. [PERSON_1] calling"),
    ("my name is Ji-Hoon Lim", "my name is [PERSON_1]"),
    ("tran party of 8", "[PERSON_1] party of 8"),
    ("June is the host", "[PERSON_1] is the host"),
    ("ask joy", "ask [PERSON_1]"),
    ("annas mom is late", "[PERSON_1] mom is late"),
    ("the Garcias want two chefs", "the [PERSON_1] want two chefs"),
    ("Ask Hae-Won for the key", "Ask [PERSON_1] for the key"),
    ("drew drew a map", "[PERSON_1] drew a map"),
    ("chase will chase you for the invoice", "[PERSON_1] will chase you for the invoice"),
    ("hi im april and i want april 12", "hi im [PERSON_1] and i want april 12"),
    ("my appointment with Dr. Okafor at Harper Dental", "my appointment with Dr. [PERSON_1] at Harper Dental"),
]


@pytest.fixture(scope="module")
def scrubber() -> Scrubber:
    return Scrubber.load()


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_names_nobody_stays(scrubber: Scrubber, text: str) -> None:
    assert scrubber.scrub(text).text == text


@pytest.mark.parametrize(("text", "clean"), MASKED)
def test_what_was_missed_is_found(scrubber: Scrubber, text: str, clean: str) -> None:
    assert scrubber.scrub(text).text == clean
