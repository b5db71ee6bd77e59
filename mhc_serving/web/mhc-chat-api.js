// Talks to the concierge for one browser: who is asking, the running conversation, and every call there is.

import { say } from "./mhc-chat-words.js";

const NO_CONNECTION = "There is no connection right now.";
const FAILED = "Something went wrong.";
const RENEW_BEFORE_MS = 60_000;

/** A call that did not work; the message is for the customer. */
export class Failure extends Error {
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }
}

/** What is kept of a visit, in the storage of the page's own site. It outlives the tab and ends with the visit. */
class Visit {
  #name;

  constructor(base) {
    this.#name = `mhc-chat ${base}`;
    let kept = null;
    try {
      kept = JSON.parse(localStorage.getItem(this.#name) || "null");
    } catch {
      // a page may be forbidden to store anything: the chat then lives as long as the page
    }
    const over = kept?.token && Date.parse(kept.token.renewable_until) <= Date.now();
    const { token = null, conversation = null, customer = null } = (!over && kept) || {};
    Object.assign(this, { token, conversation, customer });
    if (over) this.save();
  }

  save() {
    const { token, conversation, customer } = this;
    try {
      localStorage.setItem(this.#name, JSON.stringify({ token, conversation, customer }));
    } catch {
      // not allowed here
    }
  }
}

export class Concierge {
  #base;
  #visit;
  #another = false; // the next token is to be for another conversation
  #open = false; // an API that gives no tokens to this page and needs none

  constructor(base) {
    this.#base = base;
    this.#visit = new Visit(base);
  }

  get conversation() {
    return this.#visit.conversation;
  }

  /** What to show before anything is said, and whether this page may use the chat. */
  shown() {
    return this.#send("/api/v1/widget").then((response) => (response.ok ? response.json() : null));
  }

  /** Forget the conversation; the next message starts another. */
  restart() {
    this.#another = true;
    this.#visit.conversation = null;
    this.#visit.save();
  }

  /**
   * Send a message; `onText` gets the answer so far, again and again. Gives the details of the whole answer. The same
   * `key` is the same message, however often it is sent.
   */
  async ask(text, key, onText) {
    const sent = () => ({ body: () => this.#question(text), headers: { "Idempotency-Key": key }, parse: false });
    let response;
    try {
      response = await this.#call("/v1/chat/completions", sent());
    } catch (failure) {
      if (failure.status !== 404 || !this.conversation) throw failure;
      this.restart(); // the conversation is gone
      response = await this.#call("/v1/chat/completions", sent());
    }
    let answer = "";
    let details = null;
    for await (const event of events(response)) {
      const choice = event.choices?.[0];
      if (choice?.delta?.content) onText((answer += choice.delta.content));
      details = event.mhc || details;
    }
    if (!details) throw new Failure(say("The answer broke off."));
    this.#visit.conversation = details.conversation_id;
    this.#visit.save();
    return { ...details, answer };
  }

  /** Rate one answer: vote, stars, comment, in any mix. */
  rate(messageId, said) {
    return this.#call("/api/v1/ai/feedback", {
      body: () => ({ message_id: messageId, customer_id: this.#customer(), ...said }),
    });
  }

  article(id) {
    return this.#call(`/api/v1/knowledge/${encodeURIComponent(id)}`);
  }

  /** What was said in the running conversation after this message. */
  async messages(after) {
    const query = new URLSearchParams(after ? { after } : {});
    return this.#call(`/api/v1/chat/${this.conversation}/messages`, {
      query: () => {
        query.set("customer_id", this.#customer());
        return query;
      },
    });
  }

  #customer() {
    const visit = this.#visit;
    if (visit.token) return visit.token.customer_id;
    if (!visit.customer) {
      const bytes = crypto.getRandomValues(new Uint8Array(12));
      visit.customer = `web-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
      visit.save();
    }
    return visit.customer;
  }

  #question(text) {
    const conversation = this.conversation || this.#visit.token?.conversation_id;
    return {
      model: "mhc-concierge",
      stream: true,
      user: this.#customer(),
      messages: [{ role: "user", content: text }],
      metadata: { channel: "web", ...(conversation && { conversation_id: conversation }) },
    };
  }

  async #call(path, { body, query, headers = {}, parse = true } = {}, again = true) {
    await this.#admitted();
    const { token } = this.#visit;
    const admission = token ? { Authorization: `Bearer ${token.token}` } : {};
    const address = query ? `${path}?${query()}` : path;
    const response = await this.#send(address, body?.(), { ...headers, ...admission });
    if (response.status === 401 && again) {
      this.#open = false;
      if (token) token.expires_at = new Date(0).toISOString();
      return this.#call(path, { body, query, headers, parse }, false);
    }
    if (!response.ok) throw await failed(response);
    return parse ? response.json() : response;
  }

  /** See that there is a token with a minute left, where the API gives tokens. */
  async #admitted() {
    const visit = this.#visit;
    if (this.#open) return;
    const left = () => (visit.token ? Date.parse(visit.token.expires_at) - Date.now() : 0);
    if (left() > RENEW_BEFORE_MS && !this.#another) return;
    const ask = (body) => this.#send("/api/v1/widget/tokens", body);
    let response = await ask(visit.token ? { token: visit.token.token, new_conversation: this.#another } : {});
    if (visit.token && [401, 403].includes(response.status)) {
      this.restart(); // the visit is over
      response = await ask({});
    }
    this.#another = false;
    if ([404, 405].includes(response.status)) {
      this.#open = true;
      return;
    }
    if (!response.ok) throw await failed(response);
    visit.token = await response.json();
    visit.save();
  }

  async #send(address, body, headers = {}) {
    const post = { method: "POST", body: JSON.stringify(body), headers: { ...headers, "Content-Type": "application/json" } };
    try {
      return await fetch(this.#base + address, { credentials: "omit", ...(body ? post : { headers }) });
    } catch {
      throw new Failure(say(NO_CONNECTION));
    }
  }
}

async function failed(response) {
  const said = await response.json().catch(() => ({}));
  const detail = said.detail || said.error?.message;
  if (response.status === 429) return new Failure(say("That was a lot at once. Please wait a moment."), 429);
  return new Failure([400, 422, 503].includes(response.status) ? detail || say(FAILED) : say(FAILED), response.status);
}

async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read().catch(() => {
      throw new Failure(say("The answer broke off."));
    });
    if (done) return;
    const parts = (rest + value).split("\n\n");
    rest = parts.pop();
    for (const part of parts) {
      const data = part.replace(/^data: /, "");
      if (data !== "[DONE]") yield JSON.parse(data);
    }
  }
}
