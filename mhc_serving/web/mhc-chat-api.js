// Talks to the concierge for one browser: who is asking, the running conversation, and every call there is.

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

export class Concierge {
  #base;
  #token = null;
  #another = false; // the next token is to be for another conversation
  #open = false; // an API that gives no tokens to this page and needs none

  constructor(base) {
    this.#base = base;
    this.conversation = stored(sessionStorage, "mhc-conversation");
    this.#token = JSON.parse(stored(sessionStorage, "mhc-token") || "null");
  }

  /** Forget the conversation; the next message starts another. */
  restart() {
    this.conversation = null;
    this.#another = true;
    keep(sessionStorage, "mhc-conversation", null);
  }

  /** Send a message; `onText` gets the answer so far, again and again. Gives the details of the whole answer. */
  async ask(text, onText) {
    let response;
    try {
      response = await this.#call("/v1/chat/completions", { body: () => this.#question(text), parse: false });
    } catch (failure) {
      if (failure.status !== 404 || !this.conversation) throw failure;
      this.restart(); // the conversation is gone
      response = await this.#call("/v1/chat/completions", { body: () => this.#question(text), parse: false });
    }
    let answer = "";
    let details = null;
    for await (const event of events(response)) {
      const choice = event.choices?.[0];
      if (choice?.delta?.content) onText((answer += choice.delta.content));
      details = event.mhc || details;
    }
    if (!details) throw new Failure("The answer broke off.");
    this.conversation = details.conversation_id;
    keep(sessionStorage, "mhc-conversation", this.conversation);
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
    if (this.#token) return this.#token.customer_id;
    const known = stored(localStorage, "mhc-customer");
    if (known) return known;
    const bytes = crypto.getRandomValues(new Uint8Array(12));
    const drawn = `web-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
    keep(localStorage, "mhc-customer", drawn);
    return drawn;
  }

  #question(text) {
    const conversation = this.conversation || this.#token?.conversation_id;
    return {
      model: "mhc-concierge",
      stream: true,
      user: this.#customer(),
      messages: [{ role: "user", content: text }],
      metadata: { channel: "web", ...(conversation && { conversation_id: conversation }) },
    };
  }

  async #call(path, { body, query, parse = true } = {}, again = true) {
    await this.#admitted();
    const headers = this.#token ? { Authorization: `Bearer ${this.#token.token}` } : {};
    const address = query ? `${path}?${query()}` : path;
    const response = await send(this.#base + address, body?.(), headers);
    if (response.status === 401 && again) {
      this.#open = false;
      if (this.#token) this.#token.expires_at = new Date(0).toISOString();
      return this.#call(path, { body, query, parse }, false);
    }
    if (!response.ok) throw await failed(response);
    return parse ? response.json() : response;
  }

  /** See that there is a token with a minute left, where the API gives tokens. */
  async #admitted() {
    if (this.#open) return;
    const left = this.#token ? Date.parse(this.#token.expires_at) - Date.now() : 0;
    if (left > RENEW_BEFORE_MS && !this.#another) return;
    const ask = (body) => send(`${this.#base}/api/v1/widget/tokens`, body, {});
    let response = await ask(this.#token ? { token: this.#token.token, new_conversation: this.#another } : {});
    if (this.#token && [401, 403].includes(response.status)) {
      this.restart(); // the visit is over
      response = await ask({});
    }
    this.#another = false;
    if ([404, 405].includes(response.status)) {
      this.#open = true;
      return;
    }
    if (!response.ok) throw await failed(response);
    this.#token = await response.json();
    keep(sessionStorage, "mhc-token", JSON.stringify(this.#token));
  }
}

async function send(address, body, headers) {
  const post = { method: "POST", body: JSON.stringify(body), headers: { ...headers, "Content-Type": "application/json" } };
  try {
    return await fetch(address, { credentials: "omit", ...(body ? post : { headers }) });
  } catch {
    throw new Failure(NO_CONNECTION);
  }
}

async function failed(response) {
  const said = await response.json().catch(() => ({}));
  const detail = said.detail || said.error?.message;
  if (response.status === 429) return new Failure("That was a lot at once. Please wait a moment.", 429);
  return new Failure(response.status === 422 || response.status === 400 ? detail || FAILED : FAILED, response.status);
}

async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read().catch(() => {
      throw new Failure("The answer broke off.");
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

// A page may be forbidden to store anything: the chat then lives as long as the page.
function stored(store, name) {
  try {
    return store.getItem(name);
  } catch {
    return null;
  }
}

function keep(store, name, value) {
  try {
    if (value === null) store.removeItem(name);
    else store.setItem(name, value);
  } catch {
    // not allowed here
  }
}
