"""What customers think of it: votes, stars and comments that agree with how the conversation went."""

from collections.abc import Mapping
from datetime import timedelta

from mhc_core.vocabulary import Channel
from mhc_jobs.sample.dialogue import Story
from mhc_jobs.sample.small_words import small_talk
from mhc_jobs.sample.talk import Record, Talk, stamp

_ASKED_SHARE = 0.62


def give_feedback(talk: Talk, story: Story, slots: Mapping[str, str], record: Record) -> None:
    """Add feedback to the record and to single answers, for about six in ten conversations."""
    rng = talk.rng
    if not talk.answers:
        return
    wrong = [answer for answer in talk.answers if not answer.right]
    given = 0
    for answer in wrong:
        if rng.random() < 0.62:
            given += 1
            answer.message["feedback"] = {
                "id": f"{record['id']}-f{given}",
                "vote": "down",
                "accurate": False,
                "helpful": rng.random() < 0.1,
                "at": stamp(talk.clock + timedelta(seconds=rng.randrange(20, 400))),
                **({"comment": small_talk(rng, "comment_bad", slots)} if rng.random() < 0.4 else {}),
            }
    if rng.random() > _ASKED_SHARE:
        return
    at = stamp(talk.clock + timedelta(seconds=rng.randrange(40, 50_000)))
    pleased = story.mood >= 0.8 or (story.mood > 0 and rng.random() < 0.45)
    if pleased and not wrong:
        if rng.random() < 0.16 and talk.channel is not Channel.PHONE:
            answer = rng.choice(talk.answers)
            full = rng.random() < 0.6
            answer.message["feedback"] = {
                "id": f"{record['id']}-f1",
                "vote": "up",
                **({"stars": 5, "helpful": True, "accurate": True} if full else {}),
                "at": at,
            }
            return
        stars = 5 if rng.random() < 0.85 else 4
        record["feedback"] = {"id": f"{record['id']}-f0", "helpful": True, "accurate": rng.random() < 0.93, "at": at}
        if talk.channel is Channel.PHONE:
            record["satisfaction"] = stars
        else:
            record["feedback"] |= {"vote": "up", "stars": stars}
        if rng.random() < 0.35:
            record["feedback"]["comment"] = small_talk(
                rng, "comment_relieved" if story.complaint else "comment_good", slots
            )
        return
    stars = rng.choice((1, 1, 2, 2, 3)) if story.mood < 0 else rng.choice((3, 3, 4, 4))
    record["feedback"] = {
        "id": f"{record['id']}-f0",
        "stars": stars,
        "helpful": stars >= 4,
        "at": at,
        **({"vote": "down"} if stars <= 2 else {}),
    }
    if rng.random() < 0.4:
        kind = "comment_bad" if stars <= 2 else "comment_mixed"
        record["feedback"]["comment"] = small_talk(rng, kind, slots)
