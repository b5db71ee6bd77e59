// <mhc-chat>: the concierge on any page. One tag is enough:
//   <script type="module" src="https://chat.example.com/web/mhc-chat.js"></script>
// puts a button at the corner that opens the chat. Where the page has an <mhc-chat> of its own, the chat fills that.

import { Concierge } from "./mhc-chat-api.js";
import { Log } from "./mhc-chat-log.js";
import { rating } from "./mhc-chat-rating.js";
import { style } from "./mhc-chat-style.js";
import { icon, make, markdown } from "./mhc-chat-text.js";
import { learn, relabel, say } from "./mhc-chat-words.js";

const HOME = new URL("..", import.meta.url).href.replace(/\/$/, "");
const AT_A_PERSON_MS = 4000;
const OPEN_MS = 20_000; // a booking is confirmed, or a person writes, at any time
const CLOSED_MS = 60_000;
const UNAVAILABLE = 503;
const AGAIN_MS = 5_000;
const TIMES_AGAIN = 60; // five minutes
const SPEECH = "M4 4h16a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H9l-5 4v-4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z";

class Chat extends HTMLElement {
  #concierge = new Concierge(HOME);
  #log = new Log();
  #busy = false;
  #last = null; // id of the last message that was fetched
  #there = new Set(); // ids of messages that are on the screen already
  #mine = []; // what was said here and not fetched yet
  #poll = null;
  #atPerson = false;
  #unread = 0;
  #tagline = "";
  #onReturn = () => !document.hidden && this.#look();

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [style];
    this.live = make("p", { className: "unseen", attributes: { "aria-live": "polite" } });
    this.heading = make("h1", { textContent: "Chat with us" });
    this.state = make("p");
    this.box = make("textarea", { rows: 1, maxLength: 4000, required: true, placeholder: "Write a message…" });
    this.box.setAttribute("aria-label", "Your message");
    this.sendButton = make("button", { className: "send", textContent: "Send" });
    this.form = make("form", { className: "ask", autocomplete: "off" }, this.box, this.sendButton);
    this.starters = make("div", { className: "starters", attributes: { role: "group", "aria-label": "Suggestions" } });
    this.choices = make("div", { className: "choices", attributes: { role: "group", "aria-label": "Short answers" } });
    this.article = make("dialog", { attributes: { "aria-labelledby": "article-title" } });
    this.scroll = make("div", { className: "scroll", tabIndex: -1 }, this.#log.element, this.choices, this.starters, make("div", { className: "end" }));
    this.panel = make(
      "section",
      { className: "panel", attributes: { "aria-label": "Chat with the concierge" } },
      this.#header(),
      this.scroll,
      this.form,
      this.live,
    );
    this.badge = make("span", { className: "badge", hidden: true });
    this.opener = make("button", { type: "button", className: "open" }, icon(SPEECH), "Chat with us", this.badge);
    root.append(this.opener, this.panel, this.article);
    this.#listen();
  }

  connectedCallback() {
    const floating = this.hasAttribute("floating");
    this.opener.hidden = !floating;
    this.panel.hidden = floating;
    this.closeButton.hidden = !floating;
    document.addEventListener("visibilitychange", this.#onReturn);
    this.#dress();
    if (this.#concierge.conversation) this.#restore();
    if (!floating) this.#focusBox();
  }

  disconnectedCallback() {
    clearTimeout(this.#poll);
    document.removeEventListener("visibilitychange", this.#onReturn);
  }

  /** Open the panel of a floating chat, or close it. */
  toggle(open) {
    this.panel.hidden = !open;
    this.opener.hidden = open;
    this.toggleAttribute("opened", open);
    this.#count(0);
    if (open) {
      this.#toEnd();
      this.#look();
      this.box.focus();
    } else this.opener.focus();
  }

  /** Send a message as the customer would. */
  async ask(text) {
    const said = text.trim();
    if (this.#busy || !said) return;
    this.starters.hidden = true;
    this.#mine.push(said);
    this.#log.asked(said);
    this.#offer([]);
    this.#focusBox();
    await this.#answer(said, crypto.randomUUID());
  }

  #header() {
    const restart = make("button", { type: "button", className: "quiet", textContent: "New chat" });
    restart.addEventListener("click", () => this.#restart());
    this.closeButton = make("button", { type: "button", className: "quiet", textContent: "✕", ariaLabel: "Close the chat" });
    this.closeButton.addEventListener("click", () => this.toggle(false));
    return make(
      "header",
      {},
      make("img", { src: `${HOME}/web/icon.svg`, alt: "", width: 36, height: 36 }),
      make("div", {}, this.heading, this.state),
      restart,
      this.closeButton,
    );
  }

  #listen() {
    this.opener.addEventListener("click", () => this.toggle(true));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#busy) return;
      const text = this.box.value;
      this.box.value = "";
      this.ask(text);
    });
    this.box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.form.requestSubmit();
      }
    });
    new ResizeObserver(() => this.#toEnd()).observe(this.scroll); // a keyboard on the screen takes half of it
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.hasAttribute("floating")) this.toggle(false);
    });
  }

  /** Show the business's own words, or that this page may not use the chat. */
  async #dress() {
    const shown = await this.#concierge.shown().catch(() => null);
    if (!shown) return; // without them it works too
    learn(shown.texts);
    relabel(this.shadowRoot);
    this.heading.textContent = this.#log.name = shown.title;
    this.#tagline = shown.tagline;
    this.state.textContent ||= shown.tagline;
    this.starters.replaceChildren(...this.#buttons(shown.starters));
    if (shown.available) return;
    this.form.hidden = this.starters.hidden = true;
    const item = this.#log.answered(say("This chat is not available on this site. You reach us at {phone} or {email}.", shown), "assistant");
    this.live.textContent = item.querySelector(".text").textContent;
  }

  #buttons(texts) {
    return texts.map((text) => {
      const button = make("button", { type: "button", textContent: text });
      button.addEventListener("click", () => this.ask(text));
      return button;
    });
  }

  #offer(texts) {
    this.choices.replaceChildren(...this.#buttons(texts));
  }

  /** Have the last message answered. Nothing loses the focus meanwhile: the button only says that it waits. */
  async #answer(said, key) {
    this.#busy = true;
    this.sendButton.setAttribute("aria-disabled", "true");
    const item = this.#log.answered("", "assistant");
    item.classList.add("waiting");
    this.live.textContent = say("{name} is writing …", { name: this.#log.name });
    this.#toEnd();
    try {
      const given = await this.#concierge.ask(said, key, (soFar) => {
        this.#log.write(item, soFar);
        this.#toEnd();
      });
      this.#show(item, given);
    } catch (failure) {
      this.#fail(item, failure, said, key);
    }
    this.#busy = false;
    this.sendButton.removeAttribute("aria-disabled");
  }

  /** Send a message again, by itself, until somebody can answer it: quietly, so that nobody is told of it twice. */
  #later(item, said, key, times) {
    setTimeout(async () => {
      if (!item.isConnected) return; // sent again by hand, or another chat
      if (this.#busy) return this.#later(item, said, key, times);
      try {
        const given = await this.#concierge.ask(said, key, () => {});
        if (!item.isConnected) return;
        item.classList.remove("problem");
        item.querySelector(".retry").remove();
        this.#show(item, given);
      } catch (failure) {
        if (failure.status === UNAVAILABLE && times > 1) this.#later(item, said, key, times - 1);
      }
    }, AGAIN_MS);
  }

  #show(item, given) {
    this.#watch(given.escalated);
    this.live.textContent = given.answer;
    if (!given.answer) return void item.remove(); // a person has the conversation, and the customer knows it
    item.classList.remove("waiting");
    item.classList.toggle("person", given.escalated);
    this.#log.write(item, given.answer);
    const sources = make("ul", { className: "sources", attributes: { "aria-label": say("Sources") } });
    for (const source of given.citations) {
      const open = make("button", { type: "button", textContent: source.title });
      open.addEventListener("click", () => this.#openArticle(source.id));
      sources.append(make("li", {}, open));
    }
    if (given.citations.length) item.querySelector(".bubble").append(sources);
    if (!given.escalated) item.append(rating((said) => this.#concierge.rate(given.message_id, said)));
    this.#there.add(given.message_id);
    this.#offer(given.choices);
    this.#toEnd();
  }

  #fail(item, failure, said, key) {
    item.classList.replace("waiting", "problem");
    this.#log.write(item, failure.message);
    this.live.textContent = failure.message;
    const retry = make("button", { type: "button", className: "retry", textContent: say("Try again") });
    retry.addEventListener("click", () => {
      if (this.#busy) return;
      item.remove();
      this.#focusBox();
      this.#answer(said, key);
    });
    item.querySelector(".bubble").append(retry);
    if (failure.status === UNAVAILABLE) this.#later(item, said, key, TIMES_AGAIN);
    this.#toEnd();
  }

  async #restore() {
    this.starters.hidden = true;
    try {
      const found = await this.#concierge.messages(null);
      this.#add(found);
      this.#watch(found.at_a_person);
    } catch {
      this.state.textContent = say("Your conversation goes on. “New chat” starts another.");
    }
  }

  /** Show what was said and is not on the screen yet; gives what others than the customer said. */
  #add(found) {
    const news = [];
    for (const turn of found.messages) {
      this.#last = turn.id;
      if (this.#there.has(turn.id)) continue;
      this.#there.add(turn.id);
      const own = turn.who === "customer" ? this.#mine.indexOf(turn.text) : -1;
      if (own >= 0) this.#mine.splice(own, 1);
      else if (turn.who === "customer") this.#log.asked(turn.text, new Date(turn.sent_at));
      else news.push(this.#log.answered(turn.text, turn.who, new Date(turn.sent_at)));
    }
    if (news.length) this.#offer(found.choices);
    if (found.messages.length) this.#toEnd();
    return news;
  }

  /** Look for what a person writes or decides, more often while one has the conversation. */
  #watch(atPerson) {
    clearTimeout(this.#poll);
    this.#atPerson = atPerson;
    this.state.textContent = atPerson ? say("Our team answers here") : this.#tagline;
    const pause = this.panel.hidden ? CLOSED_MS : OPEN_MS;
    this.#poll = setTimeout(() => this.#look(), atPerson ? AT_A_PERSON_MS : pause);
  }

  async #look() {
    if (!this.#concierge.conversation) return;
    const running = this.#concierge.conversation;
    let found = { at_a_person: this.#atPerson, messages: [] };
    try {
      if (!document.hidden && !this.#busy) found = await this.#concierge.messages(this.#last);
    } catch (failure) {
      if ([404, 405].includes(failure.status)) return;
    }
    if (running !== this.#concierge.conversation) return;
    const news = this.#busy ? [] : this.#add(found); // else they are fetched again after the answer
    if (news.length) this.live.textContent = news.map((item) => item.textContent).join(" ");
    if (this.panel.hidden) this.#count(this.#unread + news.length);
    this.#watch(found.at_a_person);
  }

  #count(unread) {
    this.#unread = unread;
    this.badge.hidden = !unread;
    this.badge.textContent = unread === 1 ? say("1 new message") : say("{count} new messages", { count: unread });
  }

  async #openArticle(id) {
    const body = make("div");
    const heading = make("h2", { id: "article-title", textContent: say("Source") });
    const close = make("form", { method: "dialog" }, make("button", { className: "quiet", textContent: say("Close") }));
    try {
      const found = await this.#concierge.article(id);
      heading.textContent = found.title;
      body.append(...markdown(found.body));
    } catch (failure) {
      body.textContent = failure.status === 404 ? say("This article was taken down.") : failure.message;
    }
    this.article.replaceChildren(close, heading, body);
    this.article.showModal();
  }

  #restart() {
    clearTimeout(this.#poll);
    this.#concierge.restart();
    this.#last = null;
    this.#mine = [];
    this.#there.clear();
    this.#log.clear();
    this.#offer([]);
    this.starters.hidden = false;
    this.state.textContent = this.#tagline;
    this.#focusBox();
  }

  #toEnd() {
    this.scroll.scrollTop = this.scroll.scrollHeight;
  }

  // On a touch screen the keyboard would cover what is answered; the focus is then on the conversation.
  #focusBox() {
    if (this.panel.hidden) return;
    if (matchMedia("(pointer: coarse)").matches) this.scroll.focus({ preventScroll: true });
    else this.box.focus();
  }
}

customElements.define("mhc-chat", Chat);
if (!document.querySelector("mhc-chat")) document.body.append(make("mhc-chat", { attributes: { floating: "" } }));
