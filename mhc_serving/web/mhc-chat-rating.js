// What a customer can say about one answer: a thumb, then stars and a comment, then thanks.

import { icon, make } from "./mhc-chat-text.js";
import { say } from "./mhc-chat-words.js";

const UP = "M7 11v9H4v-9zm3 9V10l4-7c1.5 0 2.4 1.2 2.1 2.6L15.3 9H20l-2 9.4c-.2 1-1 1.6-2 1.6z";
const DOWN = "M17 13V4h3v9zm-3-9v10l-4 7c-1.5 0-2.4-1.2-2.1-2.6L8.7 15H4l2-9.4C6.2 4.6 7 4 8 4z";
let drawn = 0;

/** The controls under an answer; `rate` sends what is said and may fail. */
export function rating(rate) {
  const status = make("span", { className: "small", attributes: { role: "status" } });
  const thumbs = [
    ["up", UP, say("Helpful")],
    ["down", DOWN, say("Not helpful")],
  ].map(([vote, path, label]) => {
    const thumb = make(
      "button",
      { type: "button", className: "quiet", attributes: { "aria-label": label, "aria-pressed": "false" } },
      icon(path),
    );
    thumb.dataset.vote = vote;
    return thumb;
  });
  const group = make("div", { className: "thumbs", attributes: { role: "group", "aria-label": say("Was this helpful?") } }, ...thumbs, status);
  const whole = make("div", { className: "rate" }, group);
  let more = null;

  async function attempt(said) {
    try {
      await rate(said);
      return true;
    } catch (failure) {
      status.textContent = `${failure.message} ${say("Please try again.")}`;
      return false;
    }
  }

  async function vote(chosen) {
    if (!(await attempt({ vote: chosen.dataset.vote }))) return;
    for (const thumb of thumbs) thumb.setAttribute("aria-pressed", String(thumb === chosen));
    status.textContent = say("Thank you!");
    more?.remove();
    more = form(chosen.dataset.vote, async (said) => {
      if (Object.keys(said).length && !(await attempt(said))) return;
      more.remove();
      more = null;
      status.textContent = say("Thank you! We read every word.");
      chosen.focus();
    });
    whole.append(more);
    more.scrollIntoView({ block: "nearest" });
  }

  for (const thumb of thumbs) thumb.addEventListener("click", () => vote(thumb));
  return whole;
}

function form(vote, done) {
  const name = `stars-${++drawn}`;
  const stars = make("fieldset", { className: "stars" }, make("legend", { textContent: say("Stars") }));
  for (const count of [5, 4, 3, 2, 1]) {
    const id = `${name}-${count}`;
    const label = count === 1 ? say("1 star") : say("{count} stars", { count });
    stars.append(
      make("input", { type: "radio", name, id, value: String(count), attributes: { "aria-label": label } }),
      make("label", { htmlFor: id, textContent: "★", attributes: { "aria-hidden": "true" } }),
    );
  }
  const comment = make("textarea", { rows: 2, maxLength: 4000, id: `${name}-comment` });
  const question = vote === "up" ? say("What did you like? (optional)") : say("What was missing or wrong? (optional)");
  const made = make(
    "form",
    { className: "more" },
    stars,
    make("label", { htmlFor: comment.id, textContent: question }),
    comment,
    make("button", { className: "send", textContent: say("Send feedback") }),
  );
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    const said = {};
    const chosen = stars.querySelector("input:checked");
    if (chosen) said.stars = Number(chosen.value);
    if (comment.value.trim()) said.comment = comment.value.trim();
    done(said);
  });
  return made;
}
