"use strict";

// The page keeps an id for this browser and the running conversation; everything else is the API's.
const log = document.getElementById("log");
const form = document.getElementById("ask");
const box = document.getElementById("message");
const send = form.querySelector("button");
const starters = document.getElementById("starters");
const article = document.getElementById("article");
const customer = remembered(localStorage, "mhc-customer", () => `web-${randomId()}`);
let conversation = sessionStorage.getItem("mhc-conversation");
let busy = false;

function randomId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function remembered(store, name, make) {
  const known = store.getItem(name) || make();
  store.setItem(name, known);
  return known;
}

async function call(path, body) {
  const options = body
    ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }
    : {};
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error("There is no connection right now. Please try again.");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    const failure = new Error(answer.detail || "Something went wrong. Please try again.");
    failure.status = response.status;
    throw failure;
  }
  return answer;
}

// On a touch screen the keyboard would cover what was just answered.
function focusBox() {
  if (matchMedia("(pointer: fine)").matches) box.focus();
}

function add(item) {
  log.append(item);
  item.scrollIntoView({ block: "end" });
  return item;
}

function addAsked(text) {
  const item = document.createElement("li");
  item.className = "asked";
  item.textContent = text;
  return add(item);
}

function addAnswer(text, kind) {
  const item = document.getElementById("answer").content.firstElementChild.cloneNode(true);
  item.querySelector(".text").textContent = text;
  item.querySelector(".rate").hidden = true;
  item.classList.add(kind);
  return add(item);
}

function show(item, given) {
  item.classList.remove("waiting");
  item.classList.toggle("person", given.escalated);
  item.querySelector(".text").textContent = given.answer.replace(/^- /gm, "• ");
  for (const source of given.citations) {
    const open = document.createElement("button");
    open.type = "button";
    open.textContent = `${source.id} · ${source.title}`;
    open.addEventListener("click", () => openArticle(source.id));
    const entry = document.createElement("li");
    entry.append(open);
    item.querySelector(".sources").append(entry);
  }
  const rate = item.querySelector(".rate");
  rate.hidden = given.escalated;
  for (const button of rate.querySelectorAll("button")) {
    button.addEventListener("click", () => vote(rate, button, given.message_id));
  }
  item.scrollIntoView({ block: "end" });
}

async function ask(text) {
  if (busy || !text.trim()) return;
  busy = send.disabled = true;
  starters.hidden = true;
  addAsked(text.trim());
  const item = addAnswer("", "waiting");
  try {
    const body = { message: text, customer_id: customer, channel: "web" };
    let given;
    try {
      given = await call("/api/v1/chat", conversation ? { ...body, conversation_id: conversation } : body);
    } catch (failure) {
      if (failure.status !== 404 || !conversation) throw failure;
      given = await call("/api/v1/chat", body); // the conversation is gone: start another
    }
    conversation = given.conversation_id;
    sessionStorage.setItem("mhc-conversation", conversation);
    show(item, given);
  } catch (failure) {
    item.classList.replace("waiting", "problem");
    item.querySelector(".text").textContent = failure.message;
    box.value = text;
  } finally {
    busy = send.disabled = false;
    focusBox();
  }
}

async function vote(rate, button, messageId) {
  const thanks = rate.querySelector(".thanks");
  try {
    await call("/api/v1/ai/feedback", { message_id: messageId, customer_id: customer, vote: button.dataset.vote });
    for (const other of rate.querySelectorAll("button")) other.setAttribute("aria-pressed", String(other === button));
    thanks.textContent = "Thank you!";
  } catch (failure) {
    thanks.textContent = failure.message;
  }
}

async function openArticle(id) {
  const body = document.getElementById("article-body");
  try {
    const found = await call(`/api/v1/knowledge/${encodeURIComponent(id)}`);
    document.getElementById("article-title").textContent = found.title;
    document.getElementById("article-id").textContent = `${found.id} · ${found.category}`;
    body.replaceChildren(...markdown(found.body));
  } catch (failure) {
    document.getElementById("article-title").textContent = id;
    document.getElementById("article-id").textContent = "";
    body.textContent = failure.message;
  }
  article.showModal();
}

// Headings, lists, paragraphs and bold: what our articles use. Text is set as text, never as HTML.
function markdown(source) {
  const blocks = [];
  for (const block of source.trim().split(/\n\s*\n/)) {
    const heading = block.match(/^(#{1,4})\s+(.*)/);
    if (heading) {
      blocks.push(inline(document.createElement("h3"), heading[2]));
      const rest = block.slice(heading[0].length).trim();
      if (rest) blocks.push(...markdown(rest));
    } else if (/^\s*([-*]|\d+\.)\s/.test(block)) {
      const list = document.createElement(/^\s*\d/.test(block) ? "ol" : "ul");
      for (const line of block.split(/\n(?=\s*(?:[-*]|\d+\.)\s)/)) {
        list.append(inline(document.createElement("li"), line.replace(/^\s*([-*]|\d+\.)\s+/, "")));
      }
      blocks.push(list);
    } else {
      blocks.push(inline(document.createElement("p"), block));
    }
  }
  return blocks;
}

function inline(element, text) {
  for (const part of text.replace(/\s*\n\s*/g, " ").split(/(\*\*[^*]+\*\*)/)) {
    if (part.startsWith("**") && part.endsWith("**") && part.length > 4) {
      const strong = document.createElement("strong");
      strong.textContent = part.slice(2, -2);
      element.append(strong);
    } else {
      element.append(part);
    }
  }
  return element;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = box.value;
  if (busy || !text.trim()) return;
  box.value = "";
  ask(text);
});
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});
for (const button of starters.querySelectorAll("button")) {
  button.addEventListener("click", () => ask(button.textContent));
}
document.getElementById("restart").addEventListener("click", () => {
  conversation = null;
  sessionStorage.removeItem("mhc-conversation");
  log.replaceChildren();
  starters.hidden = false;
  focusBox();
});
if (conversation) {
  // The log of an earlier visit is not shown again; the conversation goes on.
  document.getElementById("state").textContent = "Your conversation goes on. “New chat” starts another.";
}
focusBox();
