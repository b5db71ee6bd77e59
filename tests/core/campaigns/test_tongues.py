"""Whoever is written to reads it: in the language they talk with us, or agreed in, or not at all."""

import re
from datetime import date, timedelta
from email import message_from_bytes, policy

import pytest
import sqlalchemy as sa
from fakes.campaigns import MAIL, NOW, PHONE, Service, agree, asked, pseudonym, sender, touches
from fakes.stored import say, talk
from jinja2 import Environment, meta

from mhc_core.business import pricing
from mhc_core.campaigns import optouts, planning, text_parts, tongues, writing
from mhc_core.campaigns.rules import TEMPLATES, Campaigns
from mhc_core.languages import known, month_and_day, speaking, weekday_and_day
from mhc_core.providers.messaging.smtp import mail

TWO_DAYS = timedelta(hours=49)
NAMES = sorted(file.stem for file in TEMPLATES.glob("*.toml"))
LINK = "https://concierge.example.com/api/v1/ai/feedback/survey?" + "x" * 150
JAPANESE = "お得な情報の配信に同意します。いつでも停止できます。"


def due(database: sa.Engine, campaigns: Campaigns, customer: str, language: str | None, wording: str = "") -> None:
    """Somebody who is due for the offer, and who talked with us in a language."""
    with database.begin() as connection:
        agree(connection, customer, **({"wording": wording} if wording else {}))
        asked(connection, customer, TWO_DAYS, channel="email" if "@" in customer else "sms", language=language)
        planning.plan(connection, campaigns, NOW)


def placeholders(source: str) -> set[str]:
    return meta.find_undeclared_variables(Environment().parse(source))


@pytest.mark.parametrize("name", NAMES)
def test_every_template_says_the_same_in_every_language_and_fits_into_a_text_message(name: str) -> None:
    assert writing.languages(name) == set(known())
    english = writing.template(name)
    for language in known():
        own = writing.template(name, language)
        assert placeholders(own.subject) == placeholders(english.subject)
        assert placeholders(own.text) == placeholders(english.text)
        with speaking(language):
            values = {
                "day": weekday_and_day(date(2026, 9, 30)), "percent": 15, "code": "ABCDEFGHJK",
                "until": month_and_day(date(2026, 9, 30)), "survey": LINK,
            }  # fmt: skip
            told = writing.message(name, "sms", "key", PHONE, pricing.load(), values, "https://x", "1 Example Street")
        assert not text_parts.too_long(told.text)


@pytest.mark.parametrize(
    ("language", "day", "until", "way_out"),
    [
        ("es", "del sáb, 4 de abr", "hasta el 5 de marzo", "Responda ALTO para no recibir más."),
        ("zh-Hans", "4月4日周六的派对", "有效期至3月5日", "回复“退订”即不再接收。"),
        ("zh-Hant", "4月4日週六的派對", "有效期限至3月5日", "回覆「取消訂閱」即不再接收。"),
        ("ja", "4月4日(土)のパーティー", "3月5日まで有効", "「配信停止」とご返信ください。"),
    ],
)
def test_a_text_is_in_the_language_of_the_conversation_with_its_dates_and_way_out(
    database: sa.Engine, campaigns: Campaigns, language: str, day: str, until: str, way_out: str
) -> None:
    due(database, campaigns, PHONE, language)
    service = Service()
    assert sender(database, campaigns, service).send_due(10) == {"sent": 1}
    (message,) = service.got
    assert day in message.text
    assert until in message.text
    assert message.text.endswith(way_out)
    with database.connect() as connection:
        assert connection.scalar(sa.text("select language from ai.campaign_touches")) == language


def test_an_e_mail_is_in_their_language_from_subject_to_footer(database: sa.Engine, campaigns: Campaigns) -> None:
    due(database, campaigns, MAIL, "ja")
    service = Service()
    sender(database, campaigns, service).send_due(10)
    arrived = message_from_bytes(mail(service.got[0], "Us <us@example.com>", NOW).as_bytes(), policy=policy.default)
    assert arrived["Subject"] == "本日のご予約で5%オフ"
    plain, page = (part.get_content() for part in arrived.iter_parts())  # type: ignore[attr-defined]
    for part in (plain, page):
        assert "1 Example Street, Sacramento" in part
        assert "受信に同意いただいた方" in part
        assert "配信を停止する" in part
        assert "offer" not in re.sub(r"https?://\S+", "", part)
    assert '<html lang="ja">' in page


@pytest.mark.parametrize("language", known())
def test_the_word_that_a_message_names_ends_it(language: str) -> None:
    word = optouts.WORDS[language]
    assert optouts.keyword(word, "sms") == language
    with speaking(language):
        values = {"day": None, "survey": LINK}
        said = writing.message("win_back_news.v1", "sms", "k", PHONE, pricing.load(), values, "", "").text
    assert word in said


@pytest.mark.parametrize(("spoken", "taken_for"), [(None, "zh-Hans"), ("ja", "ja"), ("zh-Hant", "zh-Hant")])
def test_a_word_of_two_languages_is_taken_for_the_one_that_is_spoken(spoken: str | None, taken_for: str) -> None:
    assert optouts.keyword("停止", "sms", spoken) == taken_for


@pytest.mark.parametrize(
    ("spoken", "wording", "sent", "chosen"),
    [
        ("ja", "Yes, send me offers; I can end them at any time.", True, "en"),
        ("ja", JAPANESE, False, None),
        ("fr", "Oui, je veux recevoir vos offres et je peux arrêter quand je veux.", False, None),
        (None, "Sí, quiero recibir ofertas y puedo cancelarlas cuando quiera.", True, "es"),
        (None, JAPANESE, False, None),
        (None, "", True, "en"),
    ],
)
def test_english_stands_in_only_for_those_who_agreed_in_it(
    database: sa.Engine,
    campaigns: Campaigns,
    monkeypatch: pytest.MonkeyPatch,
    spoken: str | None,
    wording: str,
    sent: bool,
    chosen: str | None,
) -> None:
    monkeypatch.setattr(writing, "languages", lambda _: frozenset({"en", "es"}))
    due(database, campaigns, PHONE, spoken, wording)
    service = Service()
    sender(database, campaigns, service).send_due(10)
    with database.connect() as connection:
        assert connection.scalar(sa.text("select language from ai.campaign_touches")) == chosen
        state, reason = touches(connection)[0][2:]
    assert len(service.got) == sent
    assert (state, reason) == (("sent", None) if sent else ("skipped", "no_language"))


def test_a_conversation_that_told_no_language_takes_that_of_their_newest(
    database: sa.Engine, campaigns: Campaigns
) -> None:
    due(database, campaigns, PHONE, None)
    with database.begin() as connection:
        for ago, language in ((90, "ja"), (60, "es")):
            talk(
                connection, say("user", "hola"), at=NOW - timedelta(days=ago), channel="sms", customer_id=PHONE,
                facts={"language": language},
            )  # fmt: skip
    service = Service()
    sender(database, campaigns, service).send_due(10)
    assert service.got[0].text.endswith("Responda ALTO para no recibir más.")


def test_the_words_that_were_agreed_to_last_decide(database: sa.Engine) -> None:
    with database.begin() as connection:
        agree(connection, PHONE, wording=JAPANESE)
        agree(connection, PHONE, at=NOW - timedelta(days=1), wording="Sí, quiero recibir ofertas de ustedes.")
        found = tongues.chosen(connection, "win_back_news.v1", pseudonym(connection, PHONE), "sms", None)
    assert found == "es"
