// Makes elements out of text. What people and articles say is set as text, never as HTML.

/** An element with properties, attributes (in `attributes`) and children. */
export function make(tag, { attributes = {}, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** A drawing of one path on a 24 by 24 grid, hidden from screen readers. */
export function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

const LINK = new RegExp(
  [
    String.raw`\[([^\]\n]+)\]\((https?:\/\/[^\s)]+)\)`, // [words](address)
    String.raw`https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]]`,
    String.raw`[\w.+-]+@[\w-]+(?:\.[\w-]+)+`,
    String.raw`\+?(?:1[ .-]?)?(?:\(\d{3}\) ?|\b\d{3}[ .-])\d{3}[ .-]\d{4}\b`,
    String.raw`\*\*([^*\n]+)\*\*`,
  ].join("|"),
  "g",
);

/**
 * What somebody wrote as nodes: addresses, e-mail addresses and phone numbers as links, the bold and the lists of people
 * who write Markdown, without the backslashes that it needs. It is never read as HTML.
 */
export function readable(text) {
  const nodes = [];
  let place = 0;
  const plain = text.replace(/^[-*] /gm, "• ").replace(/^#{1,4} /gm, "").replace(/\\([\\`*_{}[\]()#+.!~>|-])/g, "$1");
  for (const found of plain.matchAll(LINK)) {
    nodes.push(plain.slice(place, found.index), linked(found));
    place = found.index + found[0].length;
  }
  return [...nodes, plain.slice(place)];
}

function linked([whole, words, address, bold]) {
  if (bold) return make("strong", { textContent: bold });
  if (address || /^https?:/.test(whole)) {
    return make("a", { href: address || whole, textContent: words || whole, target: "_blank", rel: "noopener noreferrer nofollow" });
  }
  const where = whole.includes("@") ? `mailto:${whole}` : `tel:${whole.replace(/[^\d+]/g, "")}`;
  return make("a", { href: where, textContent: whole });
}

/** Headings, lists, paragraphs and bold: what our articles use. */
export function markdown(source) {
  const blocks = [];
  for (const block of source.trim().split(/\n\s*\n/)) {
    const heading = block.match(/^(#{1,4})\s+(.*)/);
    if (heading) {
      blocks.push(inline(make("h3"), heading[2]));
      const rest = block.slice(heading[0].length).trim();
      if (rest) blocks.push(...markdown(rest));
    } else if (/^\s*([-*]|\d+\.)\s/.test(block)) {
      const list = make(/^\s*\d/.test(block) ? "ol" : "ul");
      for (const line of block.split(/\n(?=\s*(?:[-*]|\d+\.)\s)/)) {
        list.append(inline(make("li"), line.replace(/^\s*([-*]|\d+\.)\s+/, "")));
      }
      blocks.push(list);
    } else {
      blocks.push(inline(make("p"), block));
    }
  }
  return blocks;
}

function inline(element, text) {
  for (const part of text.replace(/\s*\n\s*/g, " ").split(/(\*\*[^*]+\*\*)/)) {
    const bold = part.match(/^\*\*([^*]+)\*\*$/);
    element.append(bold ? make("strong", { textContent: bold[1] }) : part);
  }
  return element;
}
