/* Live pages. A hint says that a project moved; the visible regions that care are fetched again. No content travels over
   the socket, and a browser has one: the tab that holds the lock has it, and tells the others what it hears.

   <section data-live="run gates" data-live-url="?region=state">  is fetched again when one of these topics moves
   <div data-live="gates" data-live-url="…" data-live-hold>       somebody reads it: new rows wait until asked for (.)
   <div data-live="*" data-live-url="…" data-live-hold="grows">   the same, and its rows never go away: they are the newest of many
   <time data-due="12">                                           what is around it is fetched again after so many seconds
   <script id="watched">                                          {project id: sequence that the page was read at} */
"use strict";

(() => {
  const QUICKEST = 250;          // ms between two fetches of one region
  const PATIENCE = 5;            // a region rests this many times as long as its last fetch took
  const LOOK = 20000;            // ms between looks at the sequences, in case a hint was lost
  const LOOK_ALONE = 5000;       // the same while nothing is heard
  const LOOK_AGAIN = 1000;       // ms, at least, between two looks that hints ask for
  const SILENCE = 45000;         // ms without a word: the connection is dead
  const SIGN = 10000;            // ms between two signs of life to the other tabs
  const STALE = 10000;           // ms without a connection after which the page says so
  const BACK_OFF = [300, 1500];  // ms, shortest and longest
  const LATER = 3000;            // ms after a fetch that failed
  const HANDS_OFF = 1500;        // ms after the pointer moved in a region: somebody is aiming at something
  const SIGNED_OUT = 4401;

  const chip = document.getElementById("live");
  const known = new Map();
  let regions = [];
  let paused = sessionStorage.getItem("live") === "paused";
  let over = false;

  /* ---- regions ---- */

  const FIELDS = "input, textarea, select";
  const chosen = select => select.selectedIndex !== Math.max(0, [...select.options].findIndex(option => option.defaultSelected));
  const changed = field => field.matches("select") ? chosen(field) : field.value !== field.defaultValue || field.checked !== field.defaultChecked;
  const rows = root => [...root.querySelectorAll("[data-list] :is(th a, li a, article a, [data-main])")];
  const links = root => rows(root).map(link => link.getAttribute("href"));

  /* The same element in fresh content: by id, else by what it does. */
  function twin(root, element) {
    if (element.id) return root.querySelector(`#${CSS.escape(element.id)}`);
    for (const name of ["href", "name", "action"]) {
      const value = element.getAttribute(name);
      if (value) return root.querySelector(`${element.localName}[${name}="${CSS.escape(value)}"]`);
    }
    return [...root.querySelectorAll(element.localName)].find(one => one.textContent === element.textContent);
  }

  class Region {
    constructor(element) {
      this.element = element;
      this.topics = element.dataset.live.split(" ");
      this.stale = this.fetching = this.over = false;
      this.seen = false;         // in the window
      this.rest = 0;             // not before this moment
      this.timer = 0;
      this.pointed = 0;
      this.html = null;          // as last shown
      element.addEventListener("pointermove", () => { this.pointed = Date.now(); }, { passive: true });
      this.observer = new IntersectionObserver(entries => this.look(entries.at(-1)), { rootMargin: "200px" });
      this.observer.observe(element);
      this.remind();
    }

    /* What it shows is true until a moment, of which no hint tells. */
    remind() {
      clearTimeout(this.reminder);
      const due = [...this.element.querySelectorAll("[data-due]")].map(one => 1000 * one.dataset.due);
      if (due.length) this.reminder = setTimeout(() => this.touch(), Math.max(LOOK_ALONE, Math.min(...due) + LATER));
    }

    look(entry) {
      this.seen = entry.isIntersecting;
      if (this.seen && this.stale) this.touch();
    }

    wants(topics) {
      return topics.includes("*") || this.topics.includes("*") || this.topics.some(topic => topics.includes(topic));
    }

    /* Whether a swap would pull something from under somebody's hands or eyes. */
    get busy() {
      const held = document.activeElement || document.body;
      const typing = held.matches(FIELDS) && this.element.contains(held);
      const selection = document.getSelection();
      const reading = selection && !selection.isCollapsed && this.element.contains(selection.anchorNode);
      const typed = [...this.element.querySelectorAll(FIELDS)].some(changed);
      const asked = this.element.querySelector("dialog[open], :popover-open");
      return typing || reading || typed || asked || Date.now() - this.pointed < HANDS_OFF;
    }

    touch() {
      this.stale = true;
      if (!this.fetching) this.plan(Math.max(0, this.rest - Date.now()));
    }

    /* The line is back: what could not be fetched is fetched now. */
    hurry() {
      clearTimeout(this.timer);
      this.timer = this.rest = 0;
      if (this.stale) this.touch();
    }

    plan(delay) {
      if (!this.timer) this.timer = setTimeout(() => { this.timer = 0; this.refresh(); }, delay);
    }

    async refresh() {
      if (!this.stale || over || this.over || paused || document.hidden || !this.seen) return;
      if (this.busy) return this.plan(HANDS_OFF);
      const began = Date.now();
      this.stale = false;
      this.fetching = true;
      const failed = await this.fetch().then(() => false, () => true);
      this.fetching = false;
      const took = Date.now() - began;
      this.rest = Date.now() + (failed ? LATER : Math.max(QUICKEST - took, PATIENCE * took));
      if (failed || this.stale) this.touch();
    }

    async fetch() {
      const response = await fetch(this.element.dataset.liveUrl, { headers: { "HX-Request": "true" }, redirect: "manual" });
      if (response.type === "opaqueredirect") return end("signed out");  // to the sign-in page
      if (response.status === 403 || response.status === 404) return this.end();
      if (!response.ok) throw new Error(response.statusText);
      this.take(await response.text());
    }

    /* No longer this person's to see. What is on the screen stays, marked as old. */
    end() {
      this.over = true;
      show("stale", "no longer live");
    }

    take(html) {
      const fresh = document.createElement("template");
      fresh.innerHTML = html;
      const held = document.activeElement || document.body;
      const lost = this.element.contains(held) && !twin(fresh.content, held);
      this.remind();
      if (html === this.html) return;
      if (this.busy || lost) { this.stale = true; return this.plan(HANDS_OFF); }
      const news = "liveHold" in this.element.dataset ? this.news(fresh.content) : "";
      if (news) return this.announce(news, html);
      this.swap(html);
    }

    swap(html) {
      const back = this.keep();
      this.notice?.remove();
      this.notice = null;
      this.html = html;
      htmx.swap(this.element, html, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0, focusScroll: false });
      back();
    }

    /* What the reader did to the old content is done to the new: focus, opened details, inner scrolling. */
    keep() {
      const held = this.element.contains(document.activeElement) ? document.activeElement : null;
      const open = [...this.element.querySelectorAll("details[open]")].map(details => details.id || details.querySelector("summary").textContent);
      const scrolled = [...this.element.querySelectorAll("pre, [data-scroll]")].map(one => [one.scrollTop, one.scrollLeft]);
      return () => {
        for (const details of this.element.querySelectorAll("details")) {
          if (open.includes(details.id || details.querySelector("summary").textContent)) details.open = true;
        }
        this.element.querySelectorAll("pre, [data-scroll]").forEach((one, at) => { if (scrolled[at]) [one.scrollTop, one.scrollLeft] = scrolled[at]; });
        if (held) twin(this.element, held)?.focus({ preventScroll: true });
        this.remind();
      };
    }

    /* What a swap would move; empty where nobody would lose a place. Rows that are gone are marked where they stand. */
    news(fresh) {
      const had = links(this.element), has = links(fresh);
      const added = has.filter(link => !had.includes(link)).length;
      const grows = this.element.dataset.liveHold === "grows";  // what is not in its newest part any more is still there
      if (!grows) for (const link of rows(this.element)) link.closest("tr, li, article").classList.toggle("gone", !has.includes(link.getAttribute("href")));
      if (!had.length || had.join() === has.join()) return "";
      return added ? `${added}${grows && added === has.length ? "+" : ""} new` : "changed";
    }

    announce(news, html) {
      if (!this.notice) {
        this.notice = document.createElement("button");
        this.notice.type = "button";
        this.notice.className = "arrived";
        this.notice.dataset.key = ".";
        this.notice.dataset.keyHelp = "Load new items";
        this.notice.setAttribute("aria-live", "polite");
        this.element.before(this.notice);
      }
      this.notice.textContent = news;
      this.notice.onclick = () => { this.swap(html); rows(this.element)[0]?.focus(); };
    }
  }

  function moved(project, sequence, topics) {
    if (!known.has(project) || sequence <= known.get(project)) return;
    known.set(project, sequence);
    document.dispatchEvent(new CustomEvent("evoweb:moved", { detail: topics }));
    for (const region of regions) if (region.wants(topics)) region.touch();
  }

  /* The page, or what came into its place. */
  function adopt() {
    for (const region of regions) { region.over = true; region.observer.disconnect(); }
    const watched = document.getElementById("watched");
    known.clear();
    for (const [id, sequence] of Object.entries(watched ? JSON.parse(watched.textContent) : {})) known.set(Number(id), sequence);
    regions = [...document.querySelectorAll("[data-live]")].map(element => new Region(element));
  }

  /* ---- what the reader sees of it ---- */

  const LIVE = ["live", "live"];
  const RECONNECTING = ["reconnecting", "reconnecting"];
  let heardState = RECONNECTING;

  function show(state, words) {
    heardState = [state, words];
    const [shown, said] = paused && !over ? ["paused", "paused"] : heardState;
    chip.hidden = false;
    chip.setAttribute("aria-pressed", paused);
    if (chip.textContent === said) return;
    chip.dataset.state = shown;
    chip.textContent = said;
  }

  chip.addEventListener("click", () => {
    paused = !paused;
    sessionStorage.setItem("live", paused ? "paused" : "");
    show(...heardState);
    for (const region of regions) if (region.stale) region.touch();
  });

  const clock = moment => new Date(moment).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

  function count(waiting) {
    for (const badge of document.querySelectorAll("[data-waiting]")) {
      badge.textContent = waiting;
      badge.hidden = !waiting;
    }
    document.title = (waiting ? `(${waiting}) ` : "") + document.title.replace(/^\(\d+\+?\) /, "");
  }

  function end(words) {
    over = true;
    show("signed-out", words);
    line.end();
  }

  /* What was heard, by this tab's socket or by another's. */
  function hear(said) {
    if (over) return;
    const back = said.state?.[0] === LIVE[0] && heardState[0] !== LIVE[0];
    if (said.state) show(...said.state);
    if (back) for (const region of regions) region.hurry();
    if (said.end) return end(said.end);
    if (said.gone?.some(project => [...known.keys()].join() === String(project))) return end("not yours to see any more");
    // Without topics it says where the log stands now: what the page missed is unknown, so everything is fetched.
    for (const [project, sequence, topics] of said.moved || []) moved(project, sequence, topics.length ? topics : ["*"]);
    if (said.waiting !== undefined) count(said.waiting);
  }

  /* ---- the socket, held by one tab ---- */

  class Socket {
    constructor(tell) {
      this.tell = tell;
      this.wanted = new Set(known.keys());
      this.heads = new Map();
      this.waiting = undefined;
      this.state = RECONNECTING;
      this.tries = this.looked = 0;
      this.heard = this.signed = this.parted = Date.now();
      this.timer = setInterval(() => this.watch(), 1000);
      this.connect();
      this.look();
    }

    connect() {
      if (this.socket || this.over) return;
      const scheme = location.protocol === "https:" ? "wss:" : "ws:";
      this.socket = new WebSocket(`${scheme}//${location.host}/live/`);
      this.heard = Date.now();
      this.socket.onopen = () => this.open();
      this.socket.onmessage = message => this.hear(JSON.parse(message.data));
      this.socket.onclose = event => this.lost(event.code);
    }

    open() {
      this.heard = Date.now();
      this.become(LIVE);
      this.ask();
    }

    ask() {
      if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ watch: [...this.wanted] }));
    }

    /* A tab says what it looks at, and is told where that stands. */
    want(projects) {
      const fresh = projects.some(project => !this.wanted.has(project));
      for (const project of projects) this.wanted.add(project);
      if (fresh) this.ask();
      const heads = projects.filter(project => this.heads.has(project)).map(project => [project, this.heads.get(project), []]);
      this.tell({ state: this.state, moved: heads, waiting: this.waiting });
    }

    hear(said) {
      this.heard = Date.now();
      this.tries = 0;
      this.become(LIVE);
      if (said.gone) this.tell({ gone: said.gone });
      if (said.project === undefined) return;
      this.heads.set(said.project, said.sequence);
      this.tell({ moved: [[said.project, said.sequence, said.topics]] });
      if (said.topics.some(topic => topic === "gates" || topic === "*")) this.lookSoon();
    }

    become(state) {
      if (this.state[0] === state[0]) return;
      if (this.state === LIVE) this.parted = Date.now();
      this.state = state;
      this.tell({ state });
    }

    lost(code) {
      this.socket = null;
      if (this.over) return;
      if (code === SIGNED_OUT) return this.tell({ end: "signed out" });
      if (this.state === LIVE) this.become(RECONNECTING);
      if (document.hidden && this.giveUp) return this.giveUp();
      const [shortest, longest] = BACK_OFF;
      const delay = Math.min(longest, shortest * 2 ** this.tries) * (0.5 + Math.random() / 2);
      this.tries += 1;
      setTimeout(() => this.connect(), delay);
    }

    /* A connection that is gone may never say so: it is left, not waited for. */
    drop() {
      if (!this.socket) return;
      this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
      this.socket.close();
      this.lost(0);
    }

    watch() {
      const now = Date.now();
      if (now - this.heard > SILENCE) this.drop();
      if (this.state !== LIVE && now - this.parted > STALE) this.become(["stale", `stale since ${clock(this.parted)}`]);
      if (now - this.looked > (this.state === LIVE ? LOOK : LOOK_ALONE)) this.look();
      if (now - this.signed < SIGN) return;
      this.signed = now;
      this.tell({});
    }

    lookSoon() {
      if (this.soon) return;
      this.soon = setTimeout(() => { this.soon = 0; this.look(); }, Math.max(QUICKEST, this.looked + LOOK_AGAIN - Date.now()));
    }

    /* The slow way: where every log stands, and how much waits. */
    async look() {
      this.looked = Date.now();
      const response = await fetch("/live/sequences", { headers: { Accept: "application/json" }, redirect: "manual" }).catch(() => null);
      if (this.over) return;
      if (response?.type === "opaqueredirect") return this.tell({ end: "signed out" });
      if (!response?.ok) return;
      const { sequences, waiting } = await response.json();
      const heads = Object.entries(sequences).map(([id, sequence]) => [Number(id), sequence, []]);
      this.waiting = waiting;
      const fresh = heads.filter(([id]) => !this.wanted.has(id));
      for (const [id] of fresh) this.wanted.add(id);
      if (fresh.length) this.ask();
      this.tell({ moved: heads, waiting });
    }

    end() {
      this.over = true;
      clearInterval(this.timer);
      this.socket?.close();
    }
  }

  /* The tabs of one person in one browser. Without locks or channels every tab has a socket of its own. */
  class Line {
    constructor() {
      this.name = `live of ${document.body.dataset.person}`;
      this.alone = !navigator.locks || !window.BroadcastChannel;
      this.heard = Date.now();
    }

    start() {
      this.over = false;
      this.timer = setInterval(() => this.watch(), 5000);
      if (this.alone) { this.socket = new Socket(hear); return; }
      this.channel = new BroadcastChannel(this.name);
      this.channel.onmessage = event => this.told(event.data);
      this.stand();
      this.say({ ask: [...known.keys()] });
    }

    say(words) {
      if (!this.over) this.channel?.postMessage(words);
    }

    told(words) {
      this.heard = Date.now();
      if (words.leads) return this.say({ ask: [...known.keys()] });
      if (words.ask) return this.socket?.want(words.ask);
      hear(words);
    }

    /* Lead when nobody else does. A hidden tab that loses its socket leaves it to the next. */
    stand(how = {}) {
      navigator.locks.request(this.name, how, () => new Promise(release => {
        if (this.over) return release();
        this.release = release;
        this.socket = new Socket(words => { this.say(words); hear(words); });
        this.socket.giveUp = () => this.step();
        this.say({ leads: true });
      })).catch(() => this.step());
    }

    step() {
      this.resign();
      if (!this.over) this.stand();
    }

    /* A browser may put a tab to sleep that holds the lock; who is awake takes it. */
    watch() {
      if (this.socket || document.hidden || Date.now() - this.heard < SILENCE) return;
      this.heard = Date.now();
      this.stand({ steal: true });
    }

    resign() {
      this.socket?.end();
      this.socket = null;
      this.release?.();
      this.release = null;
    }

    /* Somebody looks at this tab now: is what it shows still so? */
    wake() {
      if (!this.socket) return this.say({ ask: [...known.keys()] });
      this.socket.tries = 0;
      this.socket.connect();
      this.socket.want([...known.keys()]);
      this.socket.look();
    }

    end() {
      this.over = true;
      clearInterval(this.timer);
      this.resign();
      this.channel?.close();
      this.channel = null;
    }
  }

  const line = new Line();

  function wake() {
    if (over) return;
    line.wake();
    for (const region of regions) region.hurry();
  }

  document.addEventListener("visibilitychange", () => { if (!document.hidden) wake(); });
  addEventListener("online", wake);
  addEventListener("offline", () => line.socket?.drop());
  addEventListener("pagehide", () => line.end());
  addEventListener("pageshow", event => { if (event.persisted && !over) line.start(); });
  document.addEventListener("evoweb:page", () => { adopt(); line.wake(); for (const region of regions) region.touch(); });
  adopt();
  line.start();
})();
