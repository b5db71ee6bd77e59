"""One conversation by voice, whatever carries it: who speaks when, what is answered, and how it ends."""

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from starlette.concurrency import run_in_threadpool

from mhc_core.concierge.turn.concierge import Incoming, Outgoing
from mhc_core.errors import MHCError
from mhc_core.protocols import Heard
from mhc_core.speech.aloud import aloud
from mhc_core.speech.ear import Ear, Event, Happening
from mhc_core.speech.recognising import Overloaded
from mhc_core.vocabulary import Channel, Consent
from mhc_serving.voice import desk
from mhc_serving.voice.keypad import Keypad, Meaning
from mhc_serving.voice.line import PhoneLine
from mhc_serving.voice.memory import Ending, Said, Sums
from mhc_serving.voice.outlet import Outlet
from mhc_serving.voice.player import Player
from mhc_serving.voice.wording import sooner, words

log = logging.getLogger(__name__)

SILENT_SECONDS = 8.0
"""Without a word from anybody, the caller is asked whether they are still there."""
SILENT_TIMES = 2
UNCLEAR_TIMES = 3
"""So often in a row not understood, the caller is told about the keys."""
MISHEARD_BELOW = 0.2
"""Words of which the recogniser is less sure are asked for again."""
MOMENT_SECONDS = 1.2
"""An answer that takes longer is preceded by a word."""
ANSWER_SECONDS = 20.0
LAST_WORDS_SECONDS = 15.0
"""For what was said before the caller hung up."""
UNFINISHED = 2.0
"""Times the pause, after words that do not end as a sentence does."""
PERSON = "I would like to talk to a person, please."


@dataclass
class Call:
    """A call from its notice to its end.

    Args:
        key: names the call among the keys against doubles.
        by_button: the customer holds a button while they speak: no pause ends what they say.
        notice: what the customer was told of what becomes of their words; the line's own when left out.
    """

    line: PhoneLine
    outlet: Outlet
    conversation_id: UUID
    customer_id: str | None
    key: str
    by_button: bool = False
    notice: str = ""
    ending: Ending = Ending.HUNG_UP
    _queue: "asyncio.Queue[Said]" = field(default_factory=asyncio.Queue)
    _keypad: Keypad = field(default_factory=Keypad)
    _sums: Sums = field(default_factory=Sums)
    _consent: Consent = Consent.GIVEN
    _said_times: int = 0
    _left: list[str] = field(default_factory=list)
    _playing: dict[str, str] = field(default_factory=dict)
    _marks: int = 0
    _links: list[str] = field(default_factory=list)
    _glance: "Future[Sequence[Heard]] | None" = None
    _unclear: int = 0
    _silent: int = 0
    _may_interrupt: bool = False
    _mute: bool = False
    _over: bool = False

    def __post_init__(self) -> None:
        settings = self.line.services.settings
        self.notice = self.notice or self.line.phrases.notice
        self._pause = 1e6 if self.by_button else settings.voice_pause_ms / 1000
        self._ear = Ear(self.line.sound.detector(), self._pause * UNFINISHED)
        self.player = Player(self.outlet)
        self._loop = asyncio.get_running_loop()
        self._began = self._heard_at = self._loop.time()

    # What comes in

    async def hear(self, samples: NDArray[np.float32]) -> None:
        """Sound of the customer, -1..1 at ``SPEECH_RATE``."""
        for event in self._ear.take(samples):
            await self._happened(event)

    async def release(self) -> None:
        """The button was let go: what was said is complete."""
        said = self._ear.end()
        if said is not None:
            self._queue.put_nowait(Said(said, at=self._loop.time()))
        else:
            self._queue.put_nowait(Said(None, at=self._loop.time()))

    async def press(self, key: str) -> None:
        """A key of the telephone."""
        self._heard_at = self._loop.time()
        await self.interrupt()
        self._left = []
        await self._keyed(self._keypad.press(key, self._loop.time()))

    def hang_up(self) -> None:
        """The customer is gone: what was said last is answered still, for nobody to hear."""
        self._mute = True
        self.player.drop()
        if (said := self._ear.end()) is not None:
            self._queue.put_nowait(Said(said, at=self._loop.time()))
        if (typed := self._keypad.take()) is not None:
            self._queue.put_nowait(Said(None, text=typed if isinstance(typed, str) else PERSON))
        self._over = True

    async def _happened(self, event: Event) -> None:
        self._heard_at = self._loop.time()
        if event.what is Happening.BEGAN:
            self._silent = 0
            await self.interrupt()
        elif event.what is Happening.PAUSED and event.samples is not None and not self.by_button:
            self._look(event.samples)
        elif event.what is Happening.WENT_ON:
            self._forget()
        elif event.what is Happening.ENDED:
            glance, self._glance = self._glance, None
            self._ear.pause = self._pause * UNFINISHED
            if event.samples is not None:
                self._queue.put_nowait(Said(event.samples, glance, at=self._loop.time() - event.silence))
            elif self._left:
                self._queue.put_nowait(Said(None, at=self._loop.time()))

    async def interrupt(self) -> None:
        """The customer speaks while something is said: it stops at once, and goes on if it was a noise only."""
        if self.player.playing and self._may_interrupt:
            self._left = list(self._playing.values())
            self._playing.clear()
            await self.player.stop()

    def played(self, mark: str) -> None:
        """The other side has played what was sent before this mark."""
        self._playing.pop(mark, None)

    def _look(self, samples: NDArray[np.float32]) -> None:
        """Recognise what was said so far: mostly it is all, and then the words are there before the pause is over."""
        try:
            self._glance = glance = self.line.recogniser.submit(samples, final=False)
        except Overloaded:
            return
        glance.add_done_callback(lambda done: self._loop.call_soon_threadsafe(self._looked, done))

    def _looked(self, glance: "Future[Sequence[Heard]]") -> None:
        if glance is not self._glance or glance.cancelled() or glance.exception() is not None:
            return
        said = words(glance.result())[0]
        self._ear.pause = self._pause * (1.0 if said.endswith((".", "?", "!")) else UNFINISHED)

    def _forget(self) -> None:
        if self._glance is not None:
            self._glance.cancel()
        self._glance = None
        self._ear.pause = self._pause * UNFINISHED

    # What happens

    async def run(self) -> None:
        """Talk until the customer hangs up or nothing is left to be said; then all is stored."""
        sending = asyncio.create_task(self.player.run())
        try:
            async with asyncio.timeout(self.line.services.settings.voice_minutes * 60):
                await self._talk()
        except TimeoutError:
            self._may_interrupt = False
            await self._say_all([self.line.phrases.too_long])
            await self._to_a_person()
        finally:
            sending.cancel()

    async def finish(self) -> None:
        """Store what is not stored yet. Takes ``LAST_WORDS_SECONDS`` at most."""
        self._mute = True
        try:
            async with asyncio.timeout(LAST_WORDS_SECONDS):
                while not self._queue.empty():
                    await self._turn(self._queue.get_nowait())
        except TimeoutError:
            log.warning("call conversation=%s: its last words were not answered in time", self.conversation_id)
        sure = self._sums.sure / self._sums.words if self._sums.words else None
        seconds = self._loop.time() - self._began
        about = (self.line.services, self.conversation_id, self.line.recogniser.id, sure, round(seconds, 1))
        await run_in_threadpool(desk.close, *about)
        log.info("call ended conversation=%s how=%s seconds=%.0f", self.conversation_id, self.ending.value, seconds)

    async def _talk(self) -> None:
        if not self.by_button:
            self.player.add(self.line.voice.say(self.line.phrases.notice), "notice")
            await self.outlet.tell("concierge", self.line.phrases.notice)
            await self.player.finish()
        self._may_interrupt = True
        self._heard_at = self._loop.time()
        while not self._over:
            try:
                said = await asyncio.wait_for(self._queue.get(), 0.2)
            except TimeoutError:
                await self._keyed(self._keypad.quiet(self._loop.time()))
                await self._silence()
                continue
            await self._turn(said)
            self._heard_at = self._loop.time()

    async def _silence(self) -> None:
        if self.player.playing or self._ear.speaking:
            self._heard_at = self._loop.time()
        if self.by_button or self._over or self._loop.time() - self._heard_at < SILENT_SECONDS:
            return
        self._silent += 1
        self._heard_at = self._loop.time()
        if self._silent <= SILENT_TIMES:
            await self._say([self.line.phrases.silent])
            return
        await self._say_all([self.line.phrases.goodbye])
        self._end(Ending.OVER)

    async def _turn(self, said: Said) -> None:
        phrases = self.line.phrases
        try:
            text, sure = (said.text, 1.0) if said.text else await self._recognised(said)
        except Overloaded:
            await self._say([phrases.busy])
            return
        if not text or sure < MISHEARD_BELOW:
            await self._not_understood()
            return
        self._unclear, self._left = 0, []
        await self.outlet.tell("customer", text)
        given = await self._answered(text, None if said.text else sure)
        if given is None:
            await self._say_all([phrases.failed])
            await self._to_a_person()
            return
        if text == PERSON and not given.escalated:
            await self._to_a_person()
        elif given.escalated:
            await self._to_a_person(given.reply.text.partition(" I have passed ")[0])
        else:
            link = (
                "our web site; press the hash key and I text you the link" if self.line.texts_links else "our web site"
            )
            spoken = aloud(given.reply.text, link=link)
            self._links = list(spoken.links) or self._links
            await self.outlet.tell("concierge", given.reply.text)
            await self._say(sooner(spoken.sentences), said.at)

    async def _recognised(self, said: Said) -> tuple[str, float]:
        if said.samples is None:
            return "", 0.0
        future = said.glance
        if future is None or future.cancelled():
            future = self.line.recogniser.submit(said.samples)
        else:
            self.line.recogniser.make_final(future)
        try:
            heard = await asyncio.wrap_future(future)
        except MHCError:
            return "", 0.0
        text, sure = words(heard)
        count = len(text.split())
        self._sums.words, self._sums.sure = self._sums.words + count, self._sums.sure + count * sure
        return text, sure

    async def _not_understood(self) -> None:
        if self._left:  # a noise, not a word: go on with what was being said
            left, self._left = self._left, []
            await self._say(left)
            return
        self._unclear += 1
        often = self._unclear >= UNCLEAR_TIMES
        await self._say([self.line.phrases.unclear if often else self.line.phrases.again])

    async def _answered(self, text: str, sure: float | None) -> Outgoing | None:
        """The concierge's answer, which is stored; None where there is none."""
        self._said_times += 1
        services = self.line.services
        incoming = Incoming(
            text[: services.settings.max_message_chars],
            self.customer_id,
            Channel.PHONE,
            self.conversation_id,
            may_begin=True,
            key=f"{self.key} {self._said_times}",
            heard=sure,
            call=desk.row(self.conversation_id, self._consent, self.notice, self.line.recogniser.id),
        )
        answering = asyncio.create_task(run_in_threadpool(services.answer, incoming))
        done, _ = await asyncio.wait([answering], timeout=MOMENT_SECONDS)
        if not done:
            await self._say([self.line.phrases.moment], keep=False)
            done, _ = await asyncio.wait([answering], timeout=ANSWER_SECONDS)
        if not done:
            log.warning("call conversation=%s: no answer in time", self.conversation_id)
            return None
        try:
            return answering.result()
        except Exception as error:  # whatever it was, the caller hears of it and a person gets the call
            log.error("call conversation=%s: no answer (%s)", self.conversation_id, type(error).__name__)
            return None

    async def _to_a_person(self, opening: str = "") -> None:
        services = self.line.services
        try:
            await run_in_threadpool(desk.hand_over, services, self.conversation_id)
        except Exception as error:  # nothing was stored of this call, or the database is away
            log.error("call conversation=%s: not handed over (%s)", self.conversation_id, type(error).__name__)
        through = desk.somebody_there(services) and not self.by_button
        self._may_interrupt = False
        parts = [*aloud(opening).sentences] if opening else []
        await self._say_all([*parts, self.line.phrases.through if through else self.line.phrases.called_back])
        self._end(Ending.PERSON)

    async def _keyed(self, meaning: str | Meaning | None) -> None:
        if meaning is None:
            return
        if isinstance(meaning, str):
            self._queue.put_nowait(Said(None, text=meaning, at=self._loop.time()))
        elif meaning is Meaning.PERSON:
            self._queue.put_nowait(Said(None, text=PERSON, at=self._loop.time()))
        elif meaning is Meaning.NO_TRAINING:
            self._consent = Consent.REFUSED
            await run_in_threadpool(desk.refuse_training, self.line.services, self.conversation_id, self.notice)
            await self._say([self.line.phrases.no_training])
        else:
            await self._text_links()

    async def _text_links(self) -> None:
        from mhc_serving.voice.texting import text_links

        sent = bool(self._links) and await run_in_threadpool(text_links, self.line, self.customer_id, self._links)
        await self._say([self.line.phrases.link_sent if sent else self.line.phrases.no_link])

    # What is said

    async def _say(self, sentences: Sequence[str], since: float | None = None, keep: bool = True) -> None:
        """Say sentences one by one; the customer may speak in between, and what is left then is not said."""
        if self._mute or self._ear.speaking:
            return
        marks = {f"{self._marks + number}": sentence for number, sentence in enumerate(sentences)}
        self._marks += len(marks)
        self._playing |= marks if keep else {}
        for number, (mark, sentence) in enumerate(marks.items()):
            if sentence in self.line.phrases.all and sentence != self.line.phrases.moment:
                await self.outlet.tell("concierge", sentence)
            sound = await run_in_threadpool(self._made, sentence)
            if self._mute or (self._ear.speaking and self._may_interrupt):
                self._left = list(self._playing.values()) or self._left
                self._playing.clear()
                return
            self.player.add(sound, mark)
            if since is not None and not number:
                log.info("call conversation=%s delay_ms=%.0f", self.conversation_id, 1000 * (self._loop.time() - since))

    async def _say_all(self, sentences: Sequence[str]) -> None:
        """Say sentences, and wait until they were heard."""
        await self._say(sentences, keep=False)
        await self.player.finish()

    def _made(self, sentence: str) -> bytes:
        try:
            return self.line.voice.say(sentence)
        except MHCError as error:
            log.error(
                "call conversation=%s: a sentence was not spoken (%s)", self.conversation_id, type(error).__name__
            )
            return self.line.voice.say(self.line.phrases.failed)

    def _end(self, how: Ending) -> None:
        self.ending, self._over = how, True
