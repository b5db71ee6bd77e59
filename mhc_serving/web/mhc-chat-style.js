// The look of <mhc-chat>. It lies in the shadow root, so that neither page nor chat changes the other's look.

export const style = new CSSStyleSheet();
style.replaceSync(`
:host {
  color-scheme: light dark;
  --ground: light-dark(#f7f4f1, #171412);
  --card: light-dark(#fff, #241f1c);
  --ink: light-dark(#241c17, #f3ece6);
  --soft: light-dark(#6a5d54, #b9aca2);
  --line: light-dark(#e4dbd3, #3a322d);
  --edge: light-dark(#988a7e, #7d7067);
  --brand: light-dark(#b3261e, #c9372e);
  --link: light-dark(#9c1f18, #ff9a8f);
  display: block; height: 100%;
}
/* On the parts and not on the host: what a page says of all its elements reaches the host, and would be inherited. */
.panel, .open, dialog {
  color: var(--ink); text-align: start; text-transform: none; letter-spacing: normal; word-spacing: normal;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif;
}
:host([floating]) { position: fixed; right: 1em; bottom: 1em; height: auto; z-index: 2147483000; }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
button, textarea { font: inherit; color: inherit; }
button { cursor: pointer; }
.panel { display: flex; flex-direction: column; height: 100%; background: var(--ground); }
:host([floating]) .panel {
  width: min(25em, calc(100vw - 2em)); height: min(38em, calc(100dvh - 2em)); border: 1px solid var(--line);
  border-radius: 1.1em; overflow: hidden; box-shadow: 0 .6em 2.4em rgb(0 0 0 / .28);
}
.open {
  display: flex; align-items: center; gap: .5em; background: var(--brand); color: #fff; font-weight: 600;
  border-radius: 2em; padding: .8em 1.2em; box-shadow: 0 .3em 1.2em rgb(0 0 0 / .3); margin-left: auto;
}
.badge { background: #fff; color: #8a1c15; border-radius: 1em; padding: .1em .6em; font-size: .8em; }
.open svg { width: 1.4em; height: 1.4em; fill: currentColor; }
header, .log, .ask { width: 100%; max-width: 46em; margin-inline: auto; padding-inline: 1em; }
header { display: flex; align-items: center; gap: .6em; padding-block: .7em; border-bottom: 1px solid var(--line); }
header img { flex: none; }
header div { flex: 1; min-width: 0; }
header h1 { font-size: 1.1em; line-height: 1.2; margin: 0; }
:host([floating]) header h1 { font-size: 1em; }
:host([floating]) header .quiet { padding-inline: .4em; }
header p { margin: 0; color: var(--soft); font-size: .875em; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.scroll { flex: 1; overflow-y: auto; scrollbar-width: thin; scrollbar-gutter: stable both-edges; overscroll-behavior: contain; }
.scroll:focus { outline: none; }
.log { list-style: none; margin-block: 0; padding-block: 1em 0; display: flex; flex-direction: column; gap: .9em; }
.log li { max-width: 88%; animation: rise .18s ease-out; }
@keyframes rise { from { opacity: 0; transform: translateY(.4em); } }
.asked { align-self: flex-end; background: var(--brand); color: #fff; }
.asked, .bubble, .send, .open { border: 1px solid transparent; }
.asked, .bubble { padding: .6em .9em; border-radius: 1.1em; overflow-wrap: anywhere; }
.text { white-space: pre-wrap; margin: 0; }
.text a { color: inherit; }
.bubble .text a { color: var(--link); }
.text a[href^="tel:"] { white-space: nowrap; }
.log .day { align-self: center; color: var(--soft); font-size: .8em; }
.asked { border-bottom-right-radius: .3em; }
.bubble { background: var(--card); border-color: var(--line); border-bottom-left-radius: .3em; }
.from { margin: 0; font-size: .8em; color: var(--soft); }
.from span { font-weight: 600; }
.asked .from { color: inherit; }
.person .from span { color: var(--link); }
.problem .bubble { border-color: var(--brand); }
.person .bubble { border-left: 4px solid var(--brand); }
.sources { list-style: none; margin: .6em 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: .4em; }
.sources li { max-width: 100%; animation: none; }
.sources button, .retry {
  font-size: .8em; padding: .35em .8em; min-height: 2.2em; border-radius: 1.1em; border: 1px solid var(--line);
  background: none; color: var(--link); text-align: left;
}
.retry { margin-top: .6em; border-color: var(--brand); font-size: .9em; }
.thumbs { display: flex; align-items: center; gap: .1em; padding-left: .3em; min-height: 2.4em; }
.thumbs svg { width: 1.15em; height: 1.15em; fill: currentColor; display: block; }
.thumbs button { padding: .55em; }
.thumbs [aria-pressed="true"] { color: var(--brand); }
.quiet { white-space: nowrap; background: none; border: 0; color: var(--soft); padding: .4em .6em; border-radius: .6em; }
.quiet:hover, .sources button:hover { color: var(--brand); }
.small { font-size: .8em; color: var(--soft); }
.more {
  display: grid; gap: .4em; margin: .2em 0 .4em; padding: .8em .9em; background: var(--card);
  border: 1px solid var(--line); border-radius: 1em; font-size: .9em;
}
.more textarea { border: 1px solid var(--edge); border-radius: .7em; padding: .5em .7em; background: var(--ground); resize: vertical; }
.stars { display: flex; flex-direction: row-reverse; justify-content: flex-end; border: 0; margin: 0; padding: 0; position: relative; }
.stars legend { padding: 0; }
.stars input { position: absolute; opacity: 0; width: 1px; height: 1px; }
.stars label { font-size: 1.8em; line-height: 1; padding: .1em .15em; color: var(--edge); cursor: pointer; }
.stars input:checked ~ label, .stars label:hover, .stars label:hover ~ label { color: var(--brand); }
.stars input:focus-visible + label { outline: 2px solid var(--link); border-radius: .3em; }
.starters, .choices { display: flex; gap: .5em; max-width: 46em; margin: 0 auto; padding: 1em; }
.starters { flex-direction: column; align-items: flex-start; }
.choices { flex-wrap: wrap; padding-block: .6em 0; }
.choices:empty, .starters:empty { display: none; }
.choices button { border-color: var(--brand); color: var(--link); }
.starters button, .choices button {
  min-height: 2.75em;
  text-align: left; padding: .55em .9em; border-radius: 1em; background: var(--card); border: 1px solid var(--line);
}
.end { height: 1em; }
.ask { display: flex; gap: .6em; align-items: flex-end; padding-block: .75em max(.75em, env(safe-area-inset-bottom)); }
.ask textarea {
  flex: 1; min-width: 0; background: var(--card); border: 1px solid var(--edge); border-radius: 1.1em;
  padding: .6em .9em; resize: none; max-height: 9em; field-sizing: content;
}
.send { font-weight: 600; color: #fff; background: var(--brand); border-radius: 1.1em; padding: .65em 1.1em; }
.send[aria-disabled] { opacity: .6; cursor: default; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 1px; }
.waiting .text::after { content: "…"; animation: blink 1s steps(3) infinite; }
@keyframes blink { 50% { opacity: .2; } }
dialog {
  max-width: min(40em, 94vw); max-height: 86dvh; border: 1px solid var(--line); border-radius: 1em;
  background: var(--card); color: var(--ink); padding: 1em 1.25em;
}
dialog::backdrop { background: rgb(0 0 0 / .45); }
dialog form { text-align: right; }
dialog h2 { margin: 0; font-size: 1.2em; }
dialog div { overflow-wrap: anywhere; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (max-height: 26em) {
  header { padding-block: .2em; }
  header img, header p { display: none; }
  .ask { padding-block: .3em; }
  .ask textarea { max-height: 4em; }
}
@media (forced-colors: active) {
  .panel, .asked, .bubble, .more, .sources button { border-color: CanvasText; }
  .person .bubble { border-left-color: Highlight; }
  .thumbs svg { fill: ButtonText; }
  .thumbs [aria-pressed="true"] svg { fill: Highlight; }
  .stars input:checked ~ label, .stars label:hover, .stars label:hover ~ label { color: Highlight; }
  .send[aria-disabled] { opacity: 1; color: GrayText; }
}
@media (max-width: 30em) {
  :host([floating][opened]) { inset: 0; }
  :host([floating]) .panel { width: 100vw; height: 100dvh; border: 0; border-radius: 0; }
}
@media (prefers-reduced-motion: reduce) { *, ::after { animation: none !important; } }
`);
