// Push to talk: while the button is held the microphone goes to the concierge; what comes back is played and shown.

const RATE = 8_000; // of what comes back: G.711 µ-law, as on the telephone
const hold = document.getElementById("hold");
const state = document.getElementById("state");
const said = document.getElementById("said");
const READY = "Hold the button, or the space bar, and speak.";

const LINEAR = Float32Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  const size = ((((bits & 0x0f) << 3) + 0x84) << ((bits >> 4) & 7)) - 0x84;
  return (bits & 0x80 ? -size : size) / 32768;
});

let context = null;
let socket = null;
let held = false;
let ends = 0; // when all that was received has been played
let sources = [];

function show(text) {
  state.textContent = text;
}

function add(who, text) {
  const item = document.createElement("li");
  item.className = who;
  item.textContent = text;
  said.append(item);
  item.scrollIntoView({ block: "end" });
}

function play(bytes) {
  const buffer = context.createBuffer(1, bytes.length, RATE);
  buffer.copyToChannel(Float32Array.from(bytes, (code) => LINEAR[code]), 0);
  const source = context.createBufferSource();
  source.buffer = buffer;
  source.connect(context.destination);
  ends = Math.max(ends, context.currentTime + 0.05);
  source.start(ends);
  ends += buffer.duration;
  sources.push(source);
  source.onended = () => (sources = sources.filter((each) => each !== source));
}

function stop() {
  for (const source of sources) source.stop();
  sources = [];
  ends = 0;
}

function receive(event) {
  if (typeof event.data !== "string") return play(new Uint8Array(event.data));
  const message = JSON.parse(event.data);
  if (message.event === "clear") stop();
  if (message.event === "said") {
    add(message.who, message.text);
    show(message.who === "customer" ? "One moment …" : READY);
  }
  if (message.event === "mark") {
    const wait = Math.max(0, ends - context.currentTime) * 1000;
    setTimeout(() => send(JSON.stringify({ event: "mark", name: message.name })), wait);
  }
}

function send(data) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(data);
}

async function connect() {
  const answer = await fetch("/api/v1/widget/tokens", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: "{}",
  });
  if (!answer.ok) throw new Error("The concierge cannot be reached right now.");
  const { token } = await answer.json();
  await new Promise((resolve, reject) => {
    socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/talk/stream`);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      send(JSON.stringify({ event: "start", token }));
      resolve();
    };
    socket.onmessage = receive;
    socket.onerror = () => reject(new Error("The concierge cannot be reached right now."));
    socket.onclose = ({ code }) => {
      socket = null;
      hold.setAttribute("aria-pressed", "false");
      show(code === 4503 ? "All lines are taken. Please try again in a minute." : "The talk has ended. Hold to begin another.");
    };
  });
}

async function open() {
  if (!context) {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true },
    });
    context = new AudioContext();
    await context.audioWorklet.addModule("/talk/talk-worklet.js");
    const microphone = new AudioWorkletNode(context, "microphone", { numberOfOutputs: 0 });
    microphone.port.onmessage = ({ data }) => {
      if (held) send(data);
    };
    context.createMediaStreamSource(stream).connect(microphone);
  }
  await context.resume();
  if (!socket) await connect();
}

async function press() {
  if (held || hold.disabled) return;
  hold.disabled = !socket;
  try {
    await open();
    held = true;
    hold.setAttribute("aria-pressed", "true");
    send(JSON.stringify({ event: "press" }));
    stop();
    show("I am listening …");
  } catch (error) {
    show(error.name === "NotAllowedError" ? "Please allow the microphone for this page." : error.message);
  }
  hold.disabled = false;
  hold.focus();
}

function release() {
  if (!held) return;
  held = false;
  hold.setAttribute("aria-pressed", "false");
  send(JSON.stringify({ event: "release" }));
  show("One moment …");
}

hold.addEventListener("pointerdown", press);
for (const event of ["pointerup", "pointercancel", "blur"]) window.addEventListener(event, release);
window.addEventListener("keydown", (event) => {
  if (event.code !== "Space" || event.repeat) return;
  event.preventDefault();
  press();
});
window.addEventListener("keyup", (event) => {
  if (event.code !== "Space") return;
  event.preventDefault();
  release();
});
hold.addEventListener("contextmenu", (event) => event.preventDefault());
