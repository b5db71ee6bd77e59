// Rings once for every hand-over that waits, whichever page or tab is open and however often a page or the server starts
// anew: what was heard is kept in the browser, and what waits always comes whole from the database.
window.mhcBell = (() => {
  const KEY = "mhc-heard";
  const title = document.title;
  let audio;
  const heard = () => new Set(JSON.parse(localStorage.getItem(KEY) ?? "[]"));

  function tone(urgent) {
    audio ??= new AudioContext();
    audio.resume();
    for (const [at, pitch] of urgent ? [[0, 880], [0.18, 660], [0.36, 880]] : [[0, 660], [0.18, 880]]) {
      const [source, gain] = [audio.createOscillator(), audio.createGain()];
      source.frequency.value = pitch;
      gain.gain.setValueAtTime(0.15, audio.currentTime + at);
      gain.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + at + 0.16);
      source.connect(gain).connect(audio.destination);
      source.start(audio.currentTime + at);
      source.stop(audio.currentTime + at + 0.17);
    }
  }

  return (waiting) => {
    const known = heard();
    const fresh = waiting.filter(([id]) => !known.has(id));
    localStorage.setItem(KEY, JSON.stringify(waiting.map(([id]) => id)));
    document.title = (waiting.length ? `(${waiting.length}) ` : "") + title;
    if (!fresh.length) return;
    dispatchEvent(new CustomEvent("mhc-ring", { detail: fresh.map(([id]) => id) }));
    tone(fresh.some(([, urgent]) => urgent));
    if (document.hidden && window.Notification?.permission === "granted") {
      new Notification("A customer waits for a person", { tag: "mhc", body: `${waiting.length} waiting` });
    }
  };
})();
