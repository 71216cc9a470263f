/* Live regions. A socket says that a project moved; the visible regions that care are fetched again. No content travels
   over the socket. A page says what it watches in <script id="watched">: {project id: sequence the page was read at}.

   <section data-live="run gates" data-live-url="?region=state">  is fetched again when one of these topics moves. */
"use strict";

document.getElementById("watched") && (() => {
  const QUICKEST = 250;          // ms between two fetches of one region
  const PATIENCE = 5;            // a region rests this many times as long as its last fetch took
  const POLL = 15000;            // ms between looks at the sequences, in case a hint was lost
  const SILENCE = 45000;         // ms without a word from the server: the connection is dead
  const BACK_OFF = [500, 20000]; // ms, shortest and longest
  const LATER = 3000;            // ms after a fetch that failed
  const HANDS_OFF = 1500;        // ms after the pointer moved in a region: somebody is aiming at something
  const SIGNED_OUT = 4401;

  const known = new Map(Object.entries(JSON.parse(document.getElementById("watched").textContent)).map(([id, n]) => [Number(id), n]));
  const chip = document.getElementById("live");
  let socket = null;
  let tries = 0;
  let heard = 0;
  let over = false;

  /* ---- regions ---- */

  class Region {
    constructor(element) {
      this.element = element;
      this.topics = element.dataset.live.split(" ");
      this.stale = false;
      this.fetching = false;
      this.failed = false;
      this.seen = false;         // in the window
      this.rest = 0;             // not before this moment
      this.timer = 0;
      this.pointed = 0;
      element.addEventListener("pointermove", () => { this.pointed = Date.now(); }, { passive: true });
      element.addEventListener("htmx:beforeSwap", event => this.check(event.detail));
      element.addEventListener("htmx:afterRequest", event => { this.failed = !event.detail.successful; });
      new IntersectionObserver(entries => this.look(entries.at(-1)), { rootMargin: "200px" }).observe(element);
    }

    look(entry) {
      this.seen = entry.isIntersecting;
      if (this.seen && this.stale) this.touch();
    }

    /* An answer from another address is the sign-in page: the session has ended. */
    check(detail) {
      if (new URL(detail.xhr.responseURL).pathname === location.pathname) return;
      detail.shouldSwap = false;
      end();
    }

    wants(topics) {
      return topics.includes("*") || this.topics.includes("*") || this.topics.some(topic => topics.includes(topic));
    }

    /* Whether a swap would pull something from under somebody's hands or eyes. */
    get busy() {
      const held = document.activeElement;
      const typing = held !== document.body && this.element.contains(held);
      const selection = document.getSelection();
      const reading = selection && !selection.isCollapsed && this.element.contains(selection.anchorNode);
      const typed = [...this.element.querySelectorAll("input, textarea")].some(field => field.value !== field.defaultValue);
      return typing || reading || typed || Date.now() - this.pointed < HANDS_OFF;
    }

    touch() {
      this.stale = true;
      if (!this.fetching) this.plan(Math.max(0, this.rest - Date.now()));
    }

    plan(delay) {
      if (!this.timer) this.timer = setTimeout(() => { this.timer = 0; this.refresh(); }, delay);
    }

    async refresh() {
      if (!this.stale || over || document.hidden || !this.seen) return;
      if (this.busy) return this.plan(HANDS_OFF);
      const began = Date.now();
      this.stale = false;
      this.fetching = true;
      await this.fetch().catch(() => { this.failed = true; });
      this.fetching = false;
      const took = Date.now() - began;
      this.rest = Date.now() + (this.failed ? LATER : Math.max(QUICKEST - took, PATIENCE * took));
      if (this.failed || this.stale) this.touch();
    }

    fetch() {
      // With a source of its own: requests of one source wait for each other, and all but the last are dropped.
      const how = { source: this.element, target: this.element, swap: "innerHTML show:none focus-scroll:false" };
      return htmx.ajax("GET", this.element.dataset.liveUrl, how);
    }
  }

  const regions = [...document.querySelectorAll("[data-live]")].map(element => new Region(element));

  function moved(project, sequence, topics) {
    if (!known.has(project) || sequence <= known.get(project)) return;
    known.set(project, sequence);
    for (const region of regions) if (region.wants(topics)) region.touch();
  }

  /* ---- the socket ---- */

  function show(state, words) {
    chip.hidden = false;
    if (chip.dataset.state === state) return;
    chip.dataset.state = state;
    chip.textContent = words;
  }

  function connect() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    socket = new WebSocket(`${scheme}//${location.host}/live/`);
    heard = Date.now();
    socket.onopen = () => socket.send(JSON.stringify({ watch: [...known.keys()] }));
    socket.onmessage = message => hear(JSON.parse(message.data));
    socket.onclose = event => lost(event.code);
  }

  function hear(said) {
    heard = Date.now();
    tries = 0;
    show("live", "live");
    if (said.project === undefined) return;
    // Without topics it says where the log stands now: what the page missed is unknown, so everything is fetched.
    moved(said.project, said.sequence, said.topics.length ? said.topics : ["*"]);
  }

  function lost(code) {
    socket = null;
    if (over) return;
    if (code === SIGNED_OUT) return end();
    show(tries < 3 ? "reconnecting" : "stale", tries < 3 ? "reconnecting" : "stale");
    const [shortest, longest] = BACK_OFF;
    const delay = Math.min(longest, shortest * 2 ** tries) * (0.5 + Math.random());
    tries += 1;
    setTimeout(() => { if (!socket && !over) connect(); }, delay);
  }

  function end() {
    over = true;
    show("stale", "signed out");
    if (socket) socket.close();
  }

  function watchdog() {
    if (socket && Date.now() - heard > SILENCE) socket.close();
  }

  /* ---- the slow way ---- */

  async function poll() {
    if (over || document.hidden) return;
    try {
      const response = await fetch("/live/sequences", { headers: { Accept: "application/json" }, redirect: "error" });
      if (!response.ok) return;
      for (const [id, sequence] of Object.entries(await response.json())) moved(Number(id), sequence, ["*"]);
    } catch {
      // The socket's chip says that the server cannot be reached.
    }
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    watchdog();
    poll();
    for (const region of regions) if (region.stale) region.touch();
  });
  setInterval(watchdog, 5000);
  setInterval(poll, POLL);
  connect();
})();
