// The conversation as it is seen: who said what, when, on which day.

import { make, readable } from "./mhc-chat-text.js";
import { say } from "./mhc-chat-words.js";

const GROUP_MS = 10 * 60_000; // within this, one sender's messages stand together under one name

export class Log {
  #day = null;
  #sender = null;
  #at = 0;
  #again = false;

  constructor() {
    this.element = make("ol", { className: "log", attributes: { "aria-label": "Conversation" } });
    this.name = "Concierge";
  }

  clear() {
    this.element.replaceChildren();
    this.#day = this.#sender = null;
  }

  asked(text, at = new Date()) {
    this.#before("customer", at);
    const item = make("li", { className: "asked" }, this.#from(say("You"), at), make("p", { className: "text", textContent: text }));
    this.element.append(item);
    return item;
  }

  /** An answer of the concierge, of a person, or of the business (a decision on a booking). */
  answered(text, who, at = new Date()) {
    this.#before(who, at);
    const name = { person: say("From our team"), system: say("From our team") }[who] || this.name;
    const bubble = make("div", { className: "bubble" }, this.#from(name, at), make("p", { className: "text" }, ...readable(text)));
    const item = make("li", { className: `answer ${who === "system" ? "person" : who}` }, bubble);
    this.element.append(item);
    return item;
  }

  write(item, text) {
    item.querySelector(".text").replaceChildren(...readable(text));
  }

  #before(who, at) {
    const day = at.toDateString();
    if (day !== this.#day) {
      this.element.append(make("li", { className: "day", textContent: dayName(at) }));
      this.#sender = null;
    }
    this.#again = who === this.#sender && at - this.#at < GROUP_MS;
    [this.#day, this.#sender, this.#at] = [day, who, at];
  }

  /** Name and time, hidden from the eye where the message before has the same. */
  #from(name, at) {
    const time = make("time", {
      dateTime: at.toISOString(),
      textContent: at.toLocaleTimeString([], { hour: "numeric", minute: "2-digit" }),
    });
    return make("p", { className: this.#again ? "from unseen" : "from" }, make("span", { textContent: name }), " ", time);
  }
}

function dayName(at) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days === 0) return say("Today");
  if (days === 1) return say("Yesterday");
  return at.toLocaleDateString([], { weekday: "long", month: "long", day: "numeric" });
}
