"""How conversations go: questions with follow-ups, wrong answers and what they lead to, booking, handing over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from random import Random

from mhc_core.business import Business, quote
from mhc_core.sample.scene import Scene, change_scene, draw_scene, scene_slots
from mhc_core.sample.small_words import small_talk
from mhc_core.sample.talk import Record, Talk, stamp
from mhc_core.sample.topic_files import FollowUp, Topic, WrongAnswer
from mhc_core.sample.wording import Template, say
from mhc_core.vocabulary import Channel, ConversationStatus, Intent, Outcome

_WRONG_SHARE = 0.12
_LOWERED = frozenset(
    ["the", "it", "it's", "its", "is", "yes", "no", "not", "we", "you", "your", "you'd", "you're", "for", "that", "that's", "this", "what", "what's", "whats", "when", "where", "which", "how", "who", "do", "does", "did", "can", "could", "would", "will", "are", "any", "at", "by", "with", "without", "from", "if", "in", "on", "to", "each", "every", "everyone", "after", "there", "there's", "they", "sure", "small", "only", "free", "kids", "children", "guests", "parties", "changes", "done", "moving", "right", "here", "under", "between", "less", "earlier", "sorry", "unfortunately", "plan", "expect", "food", "into", "tell", "need", "want", "looking", "my", "our", "an", "a", "please"]
)


@dataclass(slots=True)
class Story:
    """How a conversation came out; ``mood`` is 1 (pleased) to -1 (upset)."""

    outcome: Outcome | None
    status: ConversationStatus = ConversationStatus.CLOSED
    mood: float = 0.0
    booking_value: float | None = None
    escalation: Record | None = None
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

    def __post_init__(self) -> None:
        self.story = Story(Outcome.RESOLVED)
        self._set(draw_scene(self._rng, self.business, self.talk.customer, self.today))

    @property
    def _rng(self) -> Random:
        return self.talk.rng

    def questions(self, chosen: list[Topic], *, returning: bool) -> bool:
        """Ask topic after topic; False when the conversation ended early."""
        for number, topic in enumerate(chosen):
            if number == 0 or topic.party:
                self._set(draw_scene(self._rng, self.business, self.talk.customer, self.today, topic.party))
            text = say(self._rng, topic.asks, self.slots)
            text = self._open(text, topic, returning) if number == 0 else self._join(text)
            if not self._exchange(text, topic.intent, topic.answers, topic.wrong):
                return False
            while topic.follow_ups and self._rng.random() < (0.42 if len(self.talk.messages) < 8 else 0.1):
                follow_up = self._rng.choice(topic.follow_ups)
                if not self._follow(follow_up, topic.intent):
                    return False
                if self._rng.random() < 0.7:
                    break
        return True

    def escalate(self, topic: Topic, *, returning: bool) -> None:
        """A question that a person must take."""
        self._set(draw_scene(self._rng, self.business, self.talk.customer, self.today, topic.party))
        text = self._open(say(self._rng, topic.asks, self.slots), topic, returning)
        wrong = topic.wrong if self._rng.random() < 0.35 else ()
        if self._exchange(text, topic.intent, topic.answers, wrong, hand_over=topic.escalate):
            self._hand_over(topic.escalate, topic.intent, topic.agent)

    def book(self) -> None:
        """From "let's book" to a paid deposit."""
        talk, rng = self.talk, self._rng
        talk.user(small_talk(rng, "lets_book", self.slots), Intent.BOOKING)
        talk.assistant(small_talk(rng, "ask_details", self.slots), Intent.BOOKING)
        if rng.random() < 0.3:
            talk.user(small_talk(rng, "details_two", self.slots), Intent.BOOKING)
            talk.assistant(small_talk(rng, "ask_rest", self.slots), Intent.BOOKING, matters=False)
            talk.user(small_talk(rng, "details_rest", self.slots), Intent.BOOKING)
        else:
            talk.user(small_talk(rng, "details", self.slots), Intent.BOOKING)
        talk.knows_name = True
        talk.assistant(small_talk(rng, "booked", self.slots), Intent.BOOKING)
        if rng.random() < 0.12:
            self.story.outcome, self.story.mood = Outcome.QUOTED, 0.2
            return
        talk.user(small_talk(rng, "paid", self.slots), Intent.BOOKING)
        if rng.random() < 0.8:
            talk.assistant(small_talk(rng, "all_set", self.slots), Intent.BOOKING, matters=False)
        price = quote(self.business, self.scene.request())
        self.story.outcome, self.story.mood = Outcome.BOOKED, 1.0
        self.story.booking_value = float(price.total)

    def postpone(self) -> None:
        """The customer leaves with a quote and no booking."""
        talk, rng = self.talk, self._rng
        self.story.outcome, self.story.mood = Outcome.QUOTED, 0.3
        if rng.random() < 0.6:
            talk.user(small_talk(rng, "not_now", self.slots), Intent.SMALLTALK)
            talk.assistant(small_talk(rng, "no_rush", self.slots), Intent.SMALLTALK, matters=False)
        if rng.random() < 0.3:
            self.story.outcome = Outcome.NOT_BOOKED

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

    def _follow(self, follow_up: FollowUp, intent: Intent) -> bool:
        if follow_up.change:
            self._set(change_scene(self._rng, self.business, self.scene, follow_up.change))
        text = say(self._rng, follow_up.asks, self.slots)
        if self._rng.random() < 0.25:
            text = f"{small_talk(self._rng, 'okay', self.slots)}. {text[0].upper()}{text[1:]}"
        return self._exchange(text, intent, follow_up.answers, ())

    def _exchange(
        self,
        text: str,
        intent: Intent,
        answers: tuple[Template, ...],
        wrong: tuple[WrongAnswer, ...],
        hand_over: str = "",
    ) -> bool:
        talk, rng = self.talk, self._rng
        if self.slots["contact"] in text:
            self.story.mentioned.append(self.slots["contact"])
        talk.user(text, intent)
        right = self._personal(say(rng, answers, self.slots))
        if not wrong or rng.random() > _WRONG_SHARE * (2.5 if hand_over else 1):
            talk.assistant(right, intent)
            return True
        mistake = rng.choice(wrong)
        talk.assistant(mistake.text.render(rng, self.slots), intent, right=False, better=right, why=mistake.why)
        self.story.mood = -0.5
        fate = rng.random()
        if fate < 0.3:  # nobody notices yet: a reviewer or a thumbs down will
            return not hand_over
        if fate < 0.65:
            talk.user(small_talk(rng, "doubt", self.slots), intent)
            talk.assistant(f"{small_talk(rng, 'sorry', self.slots)} {right}", intent)
            return True
        if fate < 0.85:
            talk.user(small_talk(rng, "angry", self.slots), Intent.COMPLAINT)
            talk.assistant(small_talk(rng, "handover", self.slots), Intent.COMPLAINT, matters=False)
            self._handed(hand_over or "angry customer")
            fix = small_talk(rng, "agent_fix", {**self.slots, "better": right})
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
            talk.colleague(say(rng, agent, self.slots), intent)
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

    def _open(self, text: str, topic: Topic, returning: bool) -> str:
        talk, rng = self.talk, self._rng
        greets = text.casefold().startswith(("hi", "hey", "hello", "good ", "yo", "salam", "hola"))
        introduces = any(self.slots[key] in text for key in ("first", "name"))
        lead = ""
        if topic.intent is not Intent.SMALLTALK or topic.key == "how_it_works":
            if not greets and rng.random() < (0.8 if talk.channel is Channel.EMAIL else 0.35):
                lead = small_talk(rng, "greeting", self.slots)
            if not introduces and rng.random() < (0.5 if returning else 0.28) + 0.2 * topic.identity:
                lead = f"{lead + ', ' if lead else ''}{small_talk(rng, 'introduction', self.slots)}"
                introduces = True
        talk.knows_name = introduces or talk.channel is Channel.EMAIL
        if talk.channel is Channel.EMAIL:
            sign = "\n\n" + small_talk(rng, "signature", self.slots) if rng.random() < 0.85 else ""
            return f"{lead + ',' if lead else 'Hello,'}\n\n{_capital(text)}{sign}"
        if not lead:
            return text
        return f"{_capital(lead)}{rng.choice(('. ', ', ', '! '))}{text}"

    def _join(self, text: str) -> str:
        if self._rng.random() < 0.45:
            return f"{small_talk(self._rng, 'more', self.slots)} {_lower(text)}"
        return text

    def _personal(self, text: str) -> str:
        rng, talk = self._rng, self.talk
        if talk.knows_name and self.slots["first"] not in text and rng.random() < 0.4:
            opening = small_talk(rng, "opening", self.slots)
            return f"{opening} {_lower(text) if opening.endswith(',') else text}"
        return text


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _lower(text: str) -> str:
    return text[0].lower() + text[1:] if text.split(maxsplit=1)[0].lower().strip(",.!?:") in _LOWERED else text
