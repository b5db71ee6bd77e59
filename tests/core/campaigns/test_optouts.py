"""Who wants to hear nothing more is heard, whatever their words; who cancels a party is not mistaken for them."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from fakes.campaigns import MAIL, NOW, PHONE, TODAY, agree, party, pseudonym, touches
from fakes.stored import WordEmbedder, say, talk

from mhc_core.business import pricing
from mhc_core.campaigns import optouts, planning, wishes
from mhc_core.campaigns.rules import Campaigns
from mhc_core.db.queries import consents, held, redaction
from mhc_core.privacy.erase import Forgetter
from mhc_core.settings import Settings

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    "word", ["STOP", "stop.", " Stop!! ", "END", "quit", "Cancel", "UNSUBSCRIBE", "revoke", "OPT OUT", "opt-out",
             "OptOut", "stopall", "“Stop”", "STOP 🛑"],
)  # fmt: skip
def test_on_a_phone_each_word_of_the_rule_alone_is_enough(word: str) -> None:
    assert optouts.keyword(word, "sms") == "en"


@pytest.mark.parametrize("word", ["ALTO", "no más", "No mas.", "baja", "Cancelar", "parar"])
def test_spanish_words_count_too(word: str) -> None:
    assert optouts.keyword(word, "sms") == "es"


@pytest.mark.parametrize(
    ("word", "language"),
    [("退订", "zh-Hans"), ("取消訂閱", "zh-Hant"), ("停止", "zh-Hans"), ("配信停止", "ja"), ("ストップ", "ja"),
     ("解除。", "ja")],
)  # fmt: skip
def test_words_in_chinese_and_japanese_count_too(word: str, language: str) -> None:
    assert optouts.keyword(word, "sms") == language


@pytest.mark.parametrize(
    ("message", "wish"),
    [("ya párenle con tantos mensajes", True), ("能不能别再给我发了", True), ("請不要一直傳簡訊來", True),
     ("お知らせを送るのを止めてほしい", True), ("mejor cancelamos la fiesta", False), ("饺子不要了", False),
     ("時間を遅くしてほしい", False)],
)  # fmt: skip
def test_wishes_in_other_languages_are_heard_and_orders_are_none(message: str, wish: bool) -> None:
    assert (wishes.probabilities([message])[0] >= wishes.THRESHOLD) is wish


@pytest.mark.parametrize(
    ("text", "channel"),
    [("cancel", "web"), ("end", "email"), ("cancel my party", "sms"), ("stop by at 5", "sms"), ("", "sms"),
     ("?", "sms"), ("non stop", "sms"), ("end of June", "sms"), ("stop" * 100, "sms")],
)  # fmt: skip
def test_other_messages_are_no_keywords(text: str, channel: str) -> None:
    assert optouts.keyword(text, channel) is None


# Written after the model was chosen, in other words than those that teach it.
WISHES = [
    "please quit messaging my phone", "I dont want any more text messages from your company", "get me off this list",
    "stop texting", "plz stop sending these", "kindly stop contacting me", "I want out of your text list",
    "no more promotional texts!!", "don't ever text me again", "I did not ask for these messages, remove me",
    "stop with the emails already", "would you please unsubscribe my email", "I'm done with your messages, take me off",
    "por favor dejen de enviarme mensajes", "no quiero que me escriban más", "quiero que me borren de su lista",
]  # fmt: skip
OTHERS = [
    "please cancel our reservation for Friday", "could we remove one person from the party",
    "stop the rice, only noodles",
    "can you text me the address", "no more questions, thanks", "do you stop taking bookings at some point",
    "take the shrimp off", "I do not want the upgrade", "my husband will text you the list of guests",
    "what is the last day to cancel", "we want to end at ten", "please send it to my email", "is the offer still valid",
    "the chef never stopped smiling", "quiero cancelar la cena", "no quiero picante", "me mandan la lista de precios",
    "thanks, I received your message", "I don't want to lose my deposit", "sign me up for your offers",
]  # fmt: skip


def test_wishes_in_free_words_are_told_from_what_sounds_like_them() -> None:
    found = [chance >= wishes.THRESHOLD for chance in wishes.probabilities([*WISHES, *OTHERS])]
    heard, wrong = sum(found[: len(WISHES)]), sum(found[len(WISHES) :])
    assert heard >= 0.85 * len(WISHES)
    assert wrong <= 0.1 * len(OTHERS)


def test_the_examples_are_of_both_kinds_and_none_twice() -> None:
    texts, labels = wishes.examples()
    assert len(texts) == len(set(texts)) == len(labels)
    assert 80 < sum(labels) < len(labels) - 80


def test_messages_of_people_who_agreed_are_looked_through_once(connection: sa.Connection) -> None:
    agree(connection, PHONE, at=NOW - 3 * DAY)
    agree(connection, MAIL, at=NOW - 3 * DAY)
    for guest, text, at in (
        (PHONE, "Unsubscribe", NOW - DAY),
        (MAIL, "stop emailing me please", NOW - DAY),
        ("+19165550109", "STOP", NOW - DAY),
    ):
        talk(connection, say("user", text), at=at, channel="email" if "@" in guest else "sms", customer_id=guest)
    assert optouts.screen(connection, NOW) == 2
    assert optouts.screen(connection, NOW + DAY) == 0
    rows = connection.execute(sa.text("select customer_hash, how from ai.contact_optouts")).all()
    assert {row.customer_hash: row.how for row in rows} == {
        pseudonym(connection, PHONE): "keyword",
        pseudonym(connection, MAIL): "words",
    }


def test_what_was_said_before_the_consent_does_not_end_it(connection: sa.Connection) -> None:
    talk(connection, say("user", "STOP"), at=NOW - 9 * DAY, channel="sms", customer_id=PHONE)
    agree(connection, PHONE, at=NOW - 3 * DAY)
    assert optouts.screen(connection, NOW) == 0


def test_a_consent_that_is_found_late_does_not_hide_an_older_stop(connection: sa.Connection) -> None:
    talk(connection, say("user", "STOP"), at=NOW - 2 * DAY, channel="sms", customer_id=PHONE)
    assert optouts.screen(connection, NOW - DAY) == 0
    agree(connection, PHONE, at=NOW - 9 * DAY)
    connection.execute(sa.text("update ai.contact_consents set recorded_at = :now"), {"now": NOW})
    assert optouts.screen(connection, NOW) == 1


def test_an_erasure_takes_consents_plans_and_codes_and_leaves_the_wish(
    connection: sa.Connection, campaigns: Campaigns
) -> None:
    agree(connection, PHONE)
    agree(connection, MAIL)
    for guest in (PHONE, MAIL):
        party(connection, guest, TODAY - DAY)
    planning.plan(connection, campaigns, NOW)
    optouts.note(connection, PHONE, "keyword", "sms", NOW)
    who = pseudonym(connection, PHONE)
    before = held.everything(connection, [PHONE], who)
    assert len(before["contact_consents"]) == len(before["campaign_touches"]) == len(before["contact_optouts"]) == 1
    redaction.erase(connection, 1, who, [PHONE], NOW)
    after = held.everything(connection, [PHONE], who)
    assert after["contact_consents"] == after["campaign_touches"] == []
    assert len(after["contact_optouts"]) == 1
    assert len(touches(connection)) == 1, "the other guest's stays"
    party(connection, PHONE, TODAY - 2 * DAY)
    planning.plan(connection, campaigns, NOW)
    assert ("after_event", "how_was_it", "skipped", "opted_out") in touches(connection)


def test_a_list_of_consents_does_not_bring_back_who_was_erased(database: sa.Engine, tmp_path: Path) -> None:
    with database.begin() as connection:
        agree(connection, PHONE)
        who = pseudonym(connection, PHONE)
    forgetter = Forgetter(database, WordEmbedder(), pricing.load(), Settings(_env_file=None, state_dir=tmp_path))
    forgetter.erase(PHONE, "Ann", NOW)
    with database.begin() as connection:
        agree(connection, PHONE, at=NOW + DAY)
        assert consents.kept(connection, [who], 10) == []
