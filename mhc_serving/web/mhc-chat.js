// <mhc-chat>: the concierge on any page. One tag is enough:
//   <script type="module" src="https://chat.example.com/web/mhc-chat.js"></script>
// puts a button at the corner that opens the chat. Where the page has an <mhc-chat> of its own, the chat fills that.

import { Concierge } from "./mhc-chat-api.js";
import { rating } from "./mhc-chat-rating.js";
import { style } from "./mhc-chat-style.js";
import { icon, make, markdown } from "./mhc-chat-text.js";

const HOME = new URL("..", import.meta.url).href.replace(/\/$/, "");
const POLL_MS = 4000;
const SPEECH = "M4 4h16a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H9l-5 4v-4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z";
const STARTERS = [
  "How much for 8 adults and 4 kids, 45 miles away?",
  "What happens if it rains?",
  "How much space does the chef need?",
];

class Chat extends HTMLElement {
  #concierge = new Concierge(HOME);
  #busy = false;
  #seen = null; // id of the last message that is on the screen
  #poll = null;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [style];
    this.log = make("ol", { className: "log", attributes: { "aria-label": "Conversation" } });
    this.live = make("p", { className: "unseen", attributes: { "aria-live": "polite" } });
    this.state = make("p", { textContent: "Prices, menu, dates, rules" });
    this.box = make("textarea", { rows: 1, maxLength: 4000, required: true, placeholder: "Write a message…" });
    this.box.setAttribute("aria-label", "Your message");
    this.sendButton = make("button", { className: "send", textContent: "Send" });
    this.form = make("form", { className: "ask", autocomplete: "off" }, this.box, this.sendButton);
    this.starters = make("div", { className: "starters", attributes: { role: "group", "aria-label": "Suggestions" } });
    for (const text of STARTERS) {
      const starter = make("button", { type: "button", textContent: text });
      starter.addEventListener("click", () => this.ask(text));
      this.starters.append(starter);
    }
    this.article = make("dialog", { attributes: { "aria-labelledby": "article-title" } });
    this.panel = make(
      "section",
      { className: "panel", attributes: { "aria-label": "Chat with the concierge" } },
      this.#header(),
      make("div", { className: "scroll" }, this.log, this.starters, make("div", { className: "end" })),
      this.form,
      this.live,
    );
    this.opener = make("button", { type: "button", className: "open" }, icon(SPEECH), "Chat with us");
    root.append(this.opener, this.panel, this.article);
    this.#listen();
  }

  connectedCallback() {
    const floating = this.hasAttribute("floating");
    this.opener.hidden = !floating;
    this.panel.hidden = floating;
    this.closeButton.hidden = !floating;
    if (this.#concierge.conversation) this.#restore();
    if (!floating) this.#focusBox();
  }

  disconnectedCallback() {
    clearTimeout(this.#poll);
  }

  /** Open the panel of a floating chat, or close it. */
  toggle(open) {
    this.panel.hidden = !open;
    this.opener.hidden = open;
    this.toggleAttribute("opened", open);
    if (open) this.box.focus();
    else this.opener.focus();
  }

  /** Send a message as the customer would. */
  async ask(text) {
    const said = text.trim();
    if (this.#busy || !said) return;
    this.#busy = this.sendButton.disabled = true;
    this.#addAsked(said);
    await this.#answer(said);
    this.#busy = this.sendButton.disabled = false;
    this.#focusBox();
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
      make("div", {}, make("h1", { textContent: "Hibachi concierge" }), this.state),
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
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.hasAttribute("floating")) this.toggle(false);
    });
  }

  async #answer(said) {
    const item = this.#addAnswer("", "waiting");
    const text = item.querySelector(".text");
    try {
      const given = await this.#concierge.ask(said, (soFar) => {
        text.textContent = readable(soFar);
        this.#toEnd();
      });
      this.#show(item, given);
    } catch (failure) {
      this.#fail(item, failure, said);
    }
  }

  #show(item, given) {
    if (!given.answer) return void item.remove(); // a person has the conversation, and the customer knows it
    item.classList.remove("waiting");
    item.classList.toggle("person", given.escalated);
    item.querySelector(".text").textContent = readable(given.answer);
    const sources = make("ul", { className: "sources", attributes: { "aria-label": "Sources" } });
    for (const source of given.citations) {
      const open = make("button", { type: "button", textContent: `${source.id} · ${source.title}` });
      open.addEventListener("click", () => this.#openArticle(source.id));
      sources.append(make("li", {}, open));
    }
    if (given.citations.length) item.querySelector(".bubble").append(sources);
    if (!given.escalated) item.append(rating((said) => this.#concierge.rate(given.message_id, said)));
    this.#seen = given.message_id;
    this.live.textContent = given.answer;
    if (given.escalated) this.#waitForPerson();
    this.#toEnd();
  }

  #fail(item, failure, said) {
    item.classList.replace("waiting", "problem");
    item.querySelector(".text").textContent = failure.message;
    this.live.textContent = failure.message;
    const retry = make("button", { type: "button", className: "retry", textContent: "Try again" });
    retry.addEventListener("click", async () => {
      if (this.#busy) return;
      this.#busy = this.sendButton.disabled = true;
      item.remove();
      await this.#answer(said);
      this.#busy = this.sendButton.disabled = false;
      this.#focusBox();
    });
    item.querySelector(".bubble").append(retry);
    this.#toEnd();
  }

  #addAsked(text) {
    this.starters.hidden = true;
    this.log.append(make("li", { className: "asked", textContent: text }));
    this.#toEnd();
  }

  #addAnswer(text, kind) {
    const bubble = make("div", { className: "bubble" }, make("p", { className: "text", textContent: readable(text) }));
    if (kind === "person") bubble.prepend(make("p", { className: "from", textContent: "From our team" }));
    const item = make("li", { className: `answer ${kind}` }, bubble);
    this.log.append(item);
    this.#toEnd();
    return item;
  }

  async #restore() {
    try {
      const found = await this.#concierge.messages(null);
      for (const turn of found.messages) this.#addTurn(turn, turn.who === "customer");
      if (found.at_a_person) this.#waitForPerson();
    } catch {
      this.state.textContent = "Your conversation goes on. “New chat” starts another.";
    }
  }

  #addTurn(turn, asked) {
    this.#seen = turn.id;
    if (asked) this.#addAsked(turn.text);
    else this.#addAnswer(turn.text, turn.who);
  }

  /** Look for what a person writes until they give the conversation back. */
  #waitForPerson() {
    clearTimeout(this.#poll);
    this.state.textContent = "Our team answers here";
    this.#poll = setTimeout(() => this.#look(), POLL_MS);
  }

  async #look() {
    let found = { at_a_person: true, messages: [] };
    try {
      if (!document.hidden && !this.#busy) found = await this.#concierge.messages(this.#seen);
    } catch (failure) {
      if ([404, 405].includes(failure.status)) return;
    }
    for (const turn of this.#busy ? [] : found.messages) {
      this.#seen = turn.id;
      if (turn.who !== "person") continue;
      this.#addTurn(turn, false);
      this.live.textContent = `From our team: ${turn.text}`;
    }
    if (found.at_a_person) this.#waitForPerson();
    else this.state.textContent = "Prices, menu, dates, rules";
  }

  async #openArticle(id) {
    const body = make("div");
    const heading = make("h2", { id: "article-title", textContent: id });
    const close = make("form", { method: "dialog" }, make("button", { className: "quiet", textContent: "Close" }));
    const about = make("p", { className: "small" });
    try {
      const found = await this.#concierge.article(id);
      heading.textContent = found.title;
      about.textContent = `${found.id} · ${found.category}`;
      body.append(...markdown(found.body));
    } catch (failure) {
      body.textContent = failure.status === 404 ? "This article was taken down." : failure.message;
    }
    this.article.replaceChildren(close, heading, about, body);
    this.article.showModal();
  }

  #restart() {
    clearTimeout(this.#poll);
    this.#concierge.restart();
    this.#seen = null;
    this.log.replaceChildren();
    this.starters.hidden = false;
    this.state.textContent = "Prices, menu, dates, rules";
    this.#focusBox();
  }

  #toEnd() {
    const scroll = this.panel.querySelector(".scroll");
    scroll.scrollTop = scroll.scrollHeight;
  }

  // On a touch screen the keyboard would cover what was just answered.
  #focusBox() {
    if (!matchMedia("(pointer: coarse)").matches && !this.panel.hidden) this.box.focus();
  }
}

function readable(text) {
  return text.replace(/^- /gm, "• ");
}

customElements.define("mhc-chat", Chat);
if (!document.querySelector("mhc-chat")) document.body.append(make("mhc-chat", { attributes: { floating: "" } }));
