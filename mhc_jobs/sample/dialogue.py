"""How conversations go: questions with follow-ups, wrong answers and what they lead to, booking, handing over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from random import Random

from mhc_core.business.pricing import Business
from mhc_core.vocabulary import ConversationStatus, Intent, Outcome
from mhc_jobs.sample.known import EVERYTHING, fitting_pair, given, learn, sayable
from mhc_jobs.sample.phrasing import capital, joined, opening, personal, sentences
from mhc_jobs.sample.scene import Scene, change_scene, draw_scene, scene_slots
from mhc_jobs.sample.small_words import small_talk
from mhc_jobs.sample.talk import Record, Talk, stamp
from mhc_jobs.sample.topic_files import FollowUp, Topic, WrongAnswer
from mhc_jobs.sample.wording import Template, say

_WRONG_SHARE = 0.12


@dataclass(slots=True)
class Story:
    """How a conversation came out; ``mood`` is 1 (pleased) to -1 (upset)."""

    outcome: Outcome | None
    status: ConversationStatus = ConversationStatus.CLOSED
    mood: float = 0.0
    booking_value: float | None = None
    escalation: Record | None = None
    complaint: bool = False
    mentioned: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Director:
    """Writes one conversation from topics."""

    talk: Talk
    business: Business
    base: Mapping[str, str]
    today: date
    scene: Scene = field(init=False)
    slots: dict[str, str] = field(init=False)
    story: Story = field(init=False)
    known: frozenset[str] = frozenset()
    extras_quoted: bool = False
    long: int = 6  # messages from which no new subject comes up

    def __post_init__(self) -> None:
        self.story = Story(Outcome.RESOLVED)
        self._set(draw_scene(self._rng, self.business, self.talk.customer, self.today))

    @property
    def _rng(self) -> Random:
        return self.talk.rng

    def questions(self, chosen: list[Topic], *, returning: bool) -> bool:
        """Ask topic after topic; False when the conversation ended early."""
        for number, topic in enumerate(chosen):
            if number and len(self.talk.messages) >= self.long:
                break
            self._turn_to(topic)
            ask, answer = fitting_pair(self._rng, topic.asks, topic.answers, self.known)
            text = ask.render(self._rng, self.slots)
            if number == 0:
                text = opening(self.talk, self.slots, text, topic, returning=returning)
            else:
                text = joined(self.talk, self.slots, text)
            self.known = learn(self.known, given(ask.fields))
            self.extras_quoted = self.extras_quoted or "quote_full" in answer.fields
            if not self._exchange(text, topic.intent, answer, topic.wrong):
                return False
            left = list(topic.follow_ups)
            while left and len(self.talk.messages) < self.long and self._rng.random() < 0.42:
                follow_up = left.pop(self._rng.randrange(len(left)))
                if not self._follow(follow_up, topic.intent):
                    return False
        return True

    def escalate(self, topic: Topic, *, returning: bool) -> None:
        """A question that a person must take."""
        self._turn_to(topic)
        ask, answer = fitting_pair(self._rng, topic.asks, topic.answers, self.known)
        text = opening(self.talk, self.slots, ask.render(self._rng, self.slots), topic, returning=returning)
        self.known = learn(self.known, given(ask.fields))
        wrong = topic.wrong if self._rng.random() < 0.35 else ()
        if self._exchange(text, topic.intent, answer, wrong, hand_over=topic.escalate):
            self._hand_over(topic.escalate, topic.intent, topic.agent)

    def postpone(self) -> None:
        """The customer leaves with a quote and no booking."""
        talk, rng = self.talk, self._rng
        self.story.outcome, self.story.mood = Outcome.QUOTED, 0.3
        if rng.random() < 0.6:
            talk.user(small_talk(rng, "not_now", self.slots), Intent.SMALLTALK)
            talk.assistant(small_talk(rng, "no_rush", self.slots), Intent.SMALLTALK, matters=False)
        if rng.random() < 0.3:
            self.story.outcome = Outcome.NOT_BOOKED

    def settle_complaint(self) -> None:
        """A complaint that was taken up; whether it is resolved shows later."""
        rng = self._rng
        self.story.mood = -0.2
        self.story.outcome = rng.choice((Outcome.RESOLVED, Outcome.UNRESOLVED))
        if rng.random() < 0.5:
            self.talk.user(small_talk(rng, "thanks_complaint", self.slots), Intent.COMPLAINT)
            self.story.outcome, self.story.mood = Outcome.RESOLVED, 0.3

    def close(self) -> None:
        """Thanks and goodbye, or a silent end."""
        talk, rng = self.talk, self._rng
        pleased = rng.random() < 0.75
        self.story.mood = 0.9 if pleased else 0.2
        if pleased and rng.random() < 0.75:
            talk.user(small_talk(rng, "thanks_good", self.slots), Intent.SMALLTALK)
        elif rng.random() < 0.5:
            talk.user(small_talk(rng, "thanks_flat", self.slots), Intent.SMALLTALK)
        else:
            return
        if rng.random() < 0.45:
            talk.assistant(small_talk(rng, "closing", self.slots), Intent.SMALLTALK, matters=False)

    def _set(self, scene: Scene) -> None:
        self.scene = scene
        self.slots = scene_slots(self._rng, self.business, self.base, scene, self.talk.customer)
        self.slots["agent"] = self.talk.agent

    def _turn_to(self, topic: Topic) -> None:
        """A topic about a special party (small, far, soon …) brings its own; the rest goes on about the same."""
        if topic.party:
            self._set(draw_scene(self._rng, self.business, self.talk.customer, self.today, topic.party))
            self.known = frozenset()
        if topic.identity or topic.intent is Intent.COMPLAINT:
            self.known = EVERYTHING

    def _follow(self, follow_up: FollowUp, intent: Intent) -> bool:
        if follow_up.change:
            self._set(change_scene(self._rng, self.business, self.scene, follow_up.change))
        ask, answer = fitting_pair(self._rng, follow_up.asks, follow_up.answers, self.known)
        self.known = learn(self.known, given(ask.fields))
        text = ask.render(self._rng, self.slots)
        if self._rng.random() < 0.25:
            text = f"{small_talk(self._rng, 'okay', self.slots)}. {capital(text)}"
        return self._exchange(text, intent, answer, ())

    def _exchange(
        self,
        text: str,
        intent: Intent,
        answer: Template,
        wrong: tuple[WrongAnswer, ...],
        hand_over: str = "",
    ) -> bool:
        talk, rng = self.talk, self._rng
        if self.slots["contact"] in text:
            self.story.mentioned.append(self.slots["contact"])
        talk.user(text, intent)
        plain = sentences(answer.render(rng, self.slots))
        serious = bool(hand_over) or intent is Intent.COMPLAINT
        right = personal(talk, self.slots, plain, serious=serious)
        mistakes = [mistake for mistake in wrong if sayable([mistake.text], self.known)]
        if not mistakes or rng.random() > _WRONG_SHARE * (2.5 if hand_over else 1):
            talk.assistant(right, intent)
            return True
        mistake = rng.choice(mistakes)
        mistaken = sentences(mistake.text.render(rng, self.slots))
        talk.assistant(mistaken, intent, right=False, better=right, why=mistake.why)
        self.story.mood = -0.5
        fate = rng.random()
        if fate < 0.3:  # nobody notices yet: a reviewer or a thumbs down will
            if hand_over:
                self.story.outcome = Outcome.UNRESOLVED
            return not hand_over
        if fate < 0.65:
            talk.user(small_talk(rng, "doubt", self.slots), intent)
            talk.assistant(f"{small_talk(rng, 'sorry', self.slots)} {plain}", intent)
            return True
        if fate < 0.85:
            talk.user(small_talk(rng, "angry", self.slots), Intent.COMPLAINT)
            talk.assistant(small_talk(rng, "handover", self.slots), Intent.COMPLAINT, matters=False)
            self._handed(hand_over or "angry customer")
            fix = small_talk(rng, "agent_fix", {**self.slots, "better": plain})
            talk.colleague(fix, intent)
            if rng.random() < 0.6:
                talk.user(small_talk(rng, "after_agent", self.slots), intent)
                self._settled()
            return False
        self.story.outcome = Outcome.ABANDONED if rng.random() < 0.6 else Outcome.UNRESOLVED
        self.story.mood = -0.9
        if rng.random() < 0.5:
            talk.user(small_talk(rng, "leaves", self.slots), Intent.SMALLTALK)
        return False

    def _hand_over(self, reason: str, intent: Intent, agent: tuple[Template, ...]) -> None:
        talk, rng = self.talk, self._rng
        self._handed(reason)
        self.story.mood = -0.3 if intent is Intent.COMPLAINT else 0.2
        if rng.random() < 0.3:
            talk.user(small_talk(rng, "call_me", self.slots), intent)
        if agent and rng.random() < 0.75:
            talk.colleague(say(rng, sayable(agent, self.known | {"on file"}) or agent, self.slots), intent)
            if rng.random() < 0.55:
                talk.user(small_talk(rng, "after_agent", self.slots), intent)
                self._settled()
        else:
            self.story.status = ConversationStatus.ESCALATED

    def _handed(self, reason: str) -> None:
        talk = self.talk
        self.story.outcome = Outcome.ESCALATED
        self.story.escalation = {"reason": reason, "agent_id": f"agent-{talk.agent.lower()}", "at": stamp(talk.clock)}

    def _settled(self) -> None:
        self.story.mood = 0.5
        if self._rng.random() < 0.4:
            self.story.outcome = Outcome.RESOLVED
