"""Invented phone numbers, door codes and passwords, and numbers that are none of these."""

from functools import cache
from random import Random

from mhc_core.scrubbing.lexicon import lexicon

_REGIONS = (
    "GB FR DE ES IT MX CA AU NZ IE IN PH JP KR CN HK TW SG MY TH VN ID BR AR CO CL PT NL BE CH AT SE NO DK FI PL CZ HU "
    "RO GR TR RU UA IL AE SA EG NG KE GH ZA PK"
)
_AREAS = (
    "916 530 415 510 650 408 925 707 209 559 831 661 805 818 213 310 323 562 626 714 949 619 760 702 775 503 206 212 "
    "718 646 305 404 512 713 214 303 602 617 312 808"
)
_US = (
    "{}-{}-{}|{}-{}-{}|({}) {}-{}|({}) {}-{}|({}){}-{}|{}.{}.{}|{} {} {}|{}{}{}|{}{}{}|{}-{}{}|+1 {} {} {}|+1{}{}{}|"
    "1-{}-{}-{}|1 ({}) {}-{}|+1 ({}) {}-{}|{}/{}-{}|{} - {} - {}|{} {}-{}|({}) {} {}|+1.{}.{}.{}|{}_{}_{}|tel:+1{}{}{}"
)
_SPOKEN = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TENS = ["oh", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]


def spoken(digits: str, random: Random) -> str:
    """The digits as somebody says them: one by one, now and then two at a time."""
    words = []
    place = 0
    while place < len(digits):
        two = digits[place : place + 2]
        if random.random() < 0.2 and len(two) == 2 and two[0] != "0":
            words.append(
                _TEENS[int(two[1])]
                if two[0] == "1"
                else _TENS[int(two[0])] + ("" if two[1] == "0" else " " + _SPOKEN[int(two[1])])
            )
            place += 2
            continue
        digit = digits[place]
        words.append(
            "oh" if digit == "0" and random.random() < 0.7 else digit if random.random() < 0.08 else _SPOKEN[int(digit)]
        )
        place += 1
    return " ".join(words)


@cache
def _words() -> list[str]:
    return [word for word, code in sorted(lexicon().items()) if code[3] in "3456" and 3 < len(word) < 9]


class Numbers:
    """Draws numbers and secrets."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def digits(self, count: int) -> str:
        return "".join(self._random.choice("0123456789") for _ in range(count))

    def phone(self) -> str:
        draw, pick = self._random.random(), self._random.choice
        if draw < 0.24:
            return self._abroad()
        area, exchange, line = (
            pick(_AREAS.split()),
            pick(("555", str(self._random.randrange(220, 990)))),
            self.digits(4),
        )
        if draw < 0.32:
            return pick(("{}-{}", "{}-{}", "{} {}", "{}.{}", "{}{}")).format(exchange, line)
        shape = pick(_US.split("|"))
        phone = shape.format(area, exchange, line)
        other = self._random.random()
        if other < 0.04:
            return phone.replace("0", pick("Oo"))
        if other < 0.06:
            return phone.replace("1", pick("lI"))
        if other < 0.08:
            return " ".join(character for character in phone if character.isdigit())
        if other < 0.15:
            return spoken(area + exchange + line, self._random)
        if other < 0.19:
            return phone + pick((" x{}", " ext {}", " ext. {}", "x{}")).format(self._random.randrange(1, 999))
        return phone

    def _abroad(self) -> str:
        import phonenumbers

        region = self._random.choice(_REGIONS.split())
        kind = self._random.choice((phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE))
        number = phonenumbers.example_number_for_type(region, kind)
        if number is None:
            return f"+44 20 7946 0{self.digits(3)}"
        national = str(number.national_number)
        number.national_number = int(national[:-4] + self.digits(4))
        form = self._random.choice(
            (
                phonenumbers.PhoneNumberFormat.INTERNATIONAL,
                phonenumbers.PhoneNumberFormat.NATIONAL,
                phonenumbers.PhoneNumberFormat.NATIONAL,
                phonenumbers.PhoneNumberFormat.E164,
            )
        )
        written = phonenumbers.format_number(number, form)
        if self._random.random() < 0.1:
            written = written.replace("+", "00")
        return written if self._random.random() < 0.8 else written.replace(" ", self._random.choice(("-", ".", "")))

    def code(self) -> str:
        draw, pick = self._random.random(), self._random.choice
        code = self.digits(pick((3, 4, 4, 4, 4, 4, 5, 6, 6, 8)))
        if draw < 0.22:
            return code + pick("#*")
        if draw < 0.34:
            return pick("#*") + code
        if draw < 0.40:
            return pick("#*") + code + pick("#*")
        if draw < 0.48:
            return self.digits(2) + pick("ABCDEFH") + self.digits(1)
        if draw < 0.53:
            said = spoken(code[:4], self._random) if self._random.random() < 0.6 else " ".join(code[:4])
            return pick(("", "", "star ", "pound ", "hash ")) + said + pick(("", "", " star", " pound", " hash"))
        if draw < 0.57:
            return pick(("-".join((self.digits(2), self.digits(2), self.digits(2))), "-".join(code[:4])))
        return code

    def secret(self) -> str:
        pick, draw = self._random.choice, self._random.random()
        word, other = pick(_words()), pick(_words())
        number = self.digits(pick((1, 2, 2, 3, 4, 4)))
        sign = pick("!@#$%&*_-.?")
        if draw < 0.25:
            return pick((word, word.title())) + number + pick(("", "", sign))
        if draw < 0.45:
            return pick((word + other, word.title() + other.title())) + pick(("", number, number + sign))
        if draw < 0.58:
            return sign.join((word.title(), other, number))
        if draw < 0.66:
            return f"{word}-{other}-{pick(_words())}"
        if draw < 0.78:
            return "".join(
                pick("abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789") for _ in range(pick((8, 10, 12)))
            )
        if draw < 0.86:
            return word.translate(str.maketrans("aeios", "@3105")) + number
        if draw < 0.93:
            return self.digits(pick((8, 10)))
        return word + sign + number
