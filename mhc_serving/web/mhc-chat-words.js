// What the chat itself says, in the language of the browser: the server sends the texts, English stands in the code.

const words = new Map();

/** Take in the texts of a language, by their English. */
export function learn(texts) {
  for (const [english, said] of Object.entries(texts || {})) words.set(english, said);
}

/** A text in the language that was learned, with its values in braces filled in. */
export function say(english, values = {}) {
  return (words.get(english) ?? english).replace(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place));
}

/** Say again what stands on the screen already, but for what people and answers said. */
export function relabel(root) {
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    if (!text.parentElement?.closest(".text, .starters, .choices") && words.has(text.data)) text.data = words.get(text.data);
  }
  for (const name of ["aria-label", "placeholder"]) {
    for (const element of root.querySelectorAll(`[${name}]`)) element.setAttribute(name, say(element.getAttribute(name)));
  }
}
