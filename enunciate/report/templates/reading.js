"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const script = document.getElementById("script");
  if (!script) return;
  const marks = [...script.querySelectorAll(".mark")];
  const spans = marks.map((mark) =>
    mark.dataset.start === undefined ? null : { start: +mark.dataset.start, stop: +mark.dataset.stop });
  const detail = document.getElementById("detail");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const player = data.sound ? makePlayer() : null;
  let focused = 0;

  // --- choosing a word -----------------------------------------------------------------------------------

  function choose(number, { focus = true } = {}) {
    marks[focused].tabIndex = -1;
    marks.forEach((mark) => mark.removeAttribute("aria-pressed"));
    focused = number;
    marks[number].tabIndex = 0;
    marks[number].setAttribute("aria-pressed", "true");
    if (focus) marks[number].focus({ preventScroll: true });
    show(number);
    keepInView(marks[number]);
  }

  function show(number) {
    const known = data.details[number];
    const title = element("h3", "", element("span", "", known.title));
    if (player && spans[number]) {
      title.append(listenButton("Listen", number, 1), listenButton("Slowly", number, 0.6));
    }
    const close = element("button", "close", "✕");
    close.type = "button";
    close.setAttribute("aria-label", "Close");
    close.addEventListener("click", hide);
    title.append(close);
    const phones = element("ul", "phones");
    phones.setAttribute("aria-label", "Its sounds");
    for (const phone of known.phones) {
      const item = element("li", phone.tip ? "strong" : "", element("b", "", "/" + phone.ipa + "/"));
      item.append(phone.score === null ? "not measured" : String(phone.score));
      if (phone.heard) item.append(", like /" + phone.heard + "/");
      phones.append(item);
    }
    const tips = new Set(known.phones.map((phone) => phone.tip).filter(Boolean));
    detail.replaceChildren(
      title,
      ...known.notes.map((note) => element("p", "", note)),
      ...(known.phones.length ? [phones] : []),
      ...[...tips].map((tip) => element("p", "", tip)));
    detail.hidden = false;
  }

  function hide() {
    detail.hidden = true;
    marks[focused].removeAttribute("aria-pressed");
    marks[focused].focus({ preventScroll: true });
  }

  function listenButton(text, number, speed) {
    const button = element("button", "listen", "▶ " + text);
    button.type = "button";
    button.addEventListener("click", () => player.playSpan(spans[number], speed));
    return button;
  }

  // Text always goes in as text: nothing of a script or a name is ever taken for HTML.
  function element(name, className, ...children) {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...children);
    return made;
  }

  function keepInView(mark) {
    const box = mark.getBoundingClientRect();
    const top = document.getElementById("player")?.getBoundingClientRect().bottom ?? 0;
    const bottom = detail.hidden ? innerHeight : Math.min(innerHeight, detail.getBoundingClientRect().top);
    if (box.top < Math.max(0, top) || box.bottom > bottom) {
      mark.scrollIntoView({ block: "center", behavior: calm.matches ? "auto" : "smooth" });
    }
  }

  script.addEventListener("click", (event) => {
    const mark = event.target.closest(".mark");
    if (!mark) return;
    const number = +mark.dataset.number;
    choose(number);
    if (player && spans[number]) player.playSpan(spans[number]);
  });

  // A press focuses too, before it is a click: nothing may move under the finger until then.
  let pressed = false;
  addEventListener("pointerdown", () => { pressed = true; });
  for (const name of ["click", "pointercancel", "keydown"]) {
    addEventListener(name, () => { pressed = false; }, { capture: true });
  }

  script.addEventListener("focusin", (event) => {
    if (pressed) return;
    const mark = event.target.closest(".mark");
    if (mark && +mark.dataset.number !== focused) choose(+mark.dataset.number, { focus: false });
  });

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const at = event.target;
    const onMark = at.closest?.("#script .mark");
    if (!onMark && at.closest?.("button, a, input, select, summary, audio, [contenteditable]")) {
      if (event.key === "Escape" && detail.contains(at)) hide();
      return;
    }
    const keys = {
      " ": () => player?.toggle(),
      ArrowRight: () => step(1),
      ArrowLeft: () => step(-1),
    };
    if (onMark) {
      Object.assign(keys, {
        Enter: () => {
          choose(focused);
          if (player && spans[focused]) player.playSpan(spans[focused]);
        },
        ArrowDown: () => line(1),
        ArrowUp: () => line(-1),
        Home: () => choose(0),
        End: () => choose(marks.length - 1),
        Escape: hide,
      });
    }
    const act = keys[event.key];
    if (!act || (event.key === " " && !player)) return;
    event.preventDefault();
    act();
  });

  function step(by) {
    const chosen = document.activeElement === marks[focused];
    choose(chosen ? Math.min(marks.length - 1, Math.max(0, focused + by)) : focused);
  }

  // The nearest word on the line above or below.
  function line(by) {
    const from = marks[focused].getClientRects()[0];
    const middle = from.left + from.width / 2;
    let best = null;
    for (let n = focused + by; n >= 0 && n < marks.length; n += by) {
      const box = marks[n].getClientRects()[0];
      if (Math.abs(box.top - from.top) < from.height / 2) continue;
      if (best && Math.abs(box.top - best.top) > from.height / 2) break;
      const off = Math.abs(box.left + box.width / 2 - middle);
      if (!best || off < best.off) best = { n, off, top: box.top };
    }
    if (best) choose(best.n);
  }

  // --- the player ----------------------------------------------------------------------------------------

  function makePlayer() {
    const sound = document.getElementById("sound");
    const play = document.getElementById("play");
    const time = document.getElementById("time");
    const speed = document.getElementById("speed");
    const zoom = document.getElementById("zoom");
    const { seconds } = data.sound;
    const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const peaks = Float32Array.from(bytes(data.sound.peaks), (byte) => byte / 255);
    const pitch = data.sound.pitch && bytes(data.sound.pitch);
    const regions = WaveSurfer.Regions.create();
    const wave = WaveSurfer.create({
      container: "#wave",
      media: sound,
      peaks: [peaks],
      duration: seconds,
      height: 100,
      cursorWidth: 2,
      autoCenter: !calm.matches,
      cspNonce: document.querySelector("style[nonce]").nonce,
      plugins: [regions, WaveSurfer.Timeline.create({ height: 18 })],
    });
    wave.getWrapper().parentElement.tabIndex = -1; // nothing in it that the keys do not reach in the script
    sound.controls = false;
    sound.hidden = true;
    document.getElementById("transport").hidden = false;

    const paint = () => wave.setOptions({
      waveColor: colour("--wave"), progressColor: colour("--accent"), cursorColor: colour("--ink"),
    });
    paint();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { paint(); draw(); });

    // Words over the sound, those that went differently in colour.
    const many = spans.length > 1500; // each takes its time at every zoom
    wave.once("ready", () => spans.forEach((span, number) => {
      const mark = marks[number];
      if (!span || (many && mark.classList.contains("correct"))) return;
      const label = element("span", "", mark.querySelector(".core, .said").textContent);
      label.style.cssText = "position:absolute;left:2px;right:0;overflow:hidden;white-space:nowrap;font-size:12px";
      const region = regions.addRegion({
        start: span.start, end: span.stop, content: label, drag: false, resize: false,
        color: mark.classList.contains("correct") ? "rgb(127 140 150 / .10)" : "rgb(214 140 30 / .28)",
      });
      region.on("click", (event) => {
        event.stopPropagation();
        choose(number, { focus: false });
        playSpan(span);
      });
    }));

    // Pitch over the waveform: one canvas as wide as what is seen, drawn again when that moves.
    const canvas = document.createElement("canvas");
    canvas.style.cssText = "position:absolute;top:0;left:0;height:100px;pointer-events:none;z-index:4";
    if (pitch) wave.getWrapper().append(canvas);
    function draw() {
      if (!pitch) return;
      const wrapper = wave.getWrapper();
      const scroll = wrapper.parentElement;
      const width = scroll.clientWidth, left = scroll.scrollLeft, scale = devicePixelRatio || 1;
      canvas.width = width * scale;
      canvas.height = 100 * scale;
      canvas.style.width = width + "px";
      canvas.style.left = left + "px";
      const pen = canvas.getContext("2d");
      pen.scale(scale, scale);
      pen.strokeStyle = colour("--pitch");
      pen.lineWidth = 2.5;
      pen.lineCap = pen.lineJoin = "round";
      const perStep = wrapper.clientWidth / pitch.length;
      const first = Math.max(0, Math.floor(left / perStep) - 1);
      const last = Math.min(pitch.length, Math.ceil((left + width) / perStep) + 1);
      pen.beginPath();
      for (let n = first; n < last; n++) {
        if (!pitch[n]) continue;
        const x = (n + 0.5) * perStep - left, y = 92 - ((pitch[n] - 1) / 254) * 66;
        if (n > first && pitch[n - 1]) pen.lineTo(x, y);
        else { pen.moveTo(x, y); pen.lineTo(x + 0.1, y); }
      }
      pen.stroke();
    }
    ["redraw", "scroll", "zoom", "resize", "ready"].forEach((name) => wave.on(name, draw));

    // From the whole recording in view to 250 pixels a second, or what a browser scrolls smoothly.
    const fit = document.getElementById("wave").clientWidth / seconds;
    const most = Math.max(fit, Math.min(250, 400000 / seconds));
    const zoomTo = (value) => wave.zoom(fit * (most / fit) ** (value / 100));
    // At first so that words can be told apart.
    zoom.value = most > fit ? (100 * Math.log(Math.max(80, fit) / fit)) / Math.log(most / fit) : 0;
    zoom.addEventListener("input", () => zoomTo(+zoom.value));
    wave.once("ready", () => zoomTo(+zoom.value));

    play.addEventListener("click", toggle);
    speed.addEventListener("change", () => wave.setPlaybackRate(+speed.value, true));
    document.querySelectorAll(".advice .listen").forEach((button) => button.addEventListener("click", () => {
      const start = Math.max(0, +button.dataset.start - 0.4);
      const stop = button.dataset.stop === undefined ? start + 3 : +button.dataset.stop + 0.4;
      playSpan({ start, stop });
    }));

    wave.on("play", () => state(true));
    wave.on("pause", () => state(false));
    wave.on("finish", () => state(false));
    function state(playing) {
      play.firstElementChild.textContent = playing ? "❚❚" : "▶";
      play.setAttribute("aria-label", playing ? "Pause" : "Play");
      if (!playing) wave.setPlaybackRate(+speed.value, true);
    }

    const timed = spans.flatMap((span, number) => (span ? [{ ...span, number }] : []))
      .sort((one, other) => one.start - other.start);
    let now = null;
    wave.on("timeupdate", (at) => {
      time.textContent = clock(at) + " / " + clock(seconds);
      let low = 0, high = timed.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (timed[middle].start <= at) low = middle + 1;
        else high = middle;
      }
      const found = low && at < timed[low - 1].stop ? timed[low - 1].number : null;
      if (found === now) return;
      if (now !== null) marks[now].classList.remove("now");
      const seen = now === null || visible(marks[now]);
      now = found;
      if (now === null) return;
      marks[now].classList.add("now");
      // Follow the reading down the page, unless the person has scrolled away.
      if (wave.isPlaying() && seen) keepInView(marks[now]);
    });
    time.textContent = clock(0) + " / " + clock(seconds);

    function visible(mark) {
      const box = mark.getBoundingClientRect();
      return box.bottom > 0 && box.top < innerHeight;
    }

    function toggle() {
      if (wave.isPlaying()) wave.pause();
      else {
        wave.setPlaybackRate(+speed.value, true);
        wave.play().catch(() => {});
      }
    }

    function playSpan({ start, stop }, rate = +speed.value) {
      wave.setPlaybackRate(rate, true);
      wave.play(start, Math.min(stop, seconds)).catch(() => {});
    }

    return { toggle, playSpan };
  }

  function bytes(text) {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  }

  function clock(at) {
    const tenths = Math.floor(at * 10 + 1e-6), whole = Math.floor(tenths / 10);
    const two = (value) => String(value).padStart(2, "0");
    const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
    return (hours ? hours + ":" + two(minutes) : String(minutes)) + ":" + two(whole % 60) + "." + (tenths % 10);
  }
})();
