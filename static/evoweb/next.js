/* From one decision to the next without waiting for a page.

   <form data-decide data-prefetch="/queue/7/" …>   The page that probably comes next is fetched while this one is read.
   The answer is sent in the background; when the server says that the next page is the one at hand, it is shown at once.
   In every other case the reader sees what the server sent. Without this script the form is an ordinary one. */
"use strict";

(() => {
  const FRESH = 60000;  // ms that a page which was fetched ahead may wait
  const page = new DOMParser();
  let ready = null;     // { url, document, at }
  let coming = null;    // { url, arrival: what will be ready, or null if it fails }
  let pushed = false;
  let sending = false;

  const form = () => document.querySelector("form[data-decide]");
  const cookie = name => document.cookie.split("; ").find(one => one.startsWith(`${name}=`))?.split("=")[1];

  async function fetched(url) {
    const response = await fetch(url, { redirect: "error", priority: "low", headers: { "Evoweb-Ahead": "true" } }).catch(() => null);
    return response?.ok ? { url, document: page.parseFromString(await response.text(), "text/html"), at: Date.now() } : null;
  }

  async function prefetch() {
    const url = form()?.dataset.prefetch;
    if (!url) { ready = coming = null; return; }
    const asked = coming = { url, arrival: fetched(url) };
    ready = await asked.arrival || ready;
    if (coming === asked) coming = null;
  }

  const scripts = root => [...root.querySelectorAll("script[src]")].map(script => script.getAttribute("src"));
  const foreign = next => scripts(next).some(source => !scripts(document).includes(source));

  /* Another document's content in the place of this one's. */
  function show(next, notes = "") {
    for (const id of ["main", "watched"]) {
      const now = document.getElementById(id), then = next.getElementById(id);
      if (now && then) now.replaceWith(document.adoptNode(then));
      else if (then) document.body.append(document.adoptNode(then));
      else now?.remove();
    }
    const main = document.getElementById("main");
    main.insertAdjacentHTML("afterbegin", notes);
    htmx.process(main);
    document.title = next.title;
    scrollTo(0, 0);
    const heading = main.querySelector("h1") || main;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    document.dispatchEvent(new CustomEvent("evoweb:page"));
  }

  /* Whoever rejects many for one reason writes it once: arrow up in the empty field brings the last one back. */
  const SAID = `reason of ${document.body.dataset.person}`;
  const keep = data => { if (data.get("reason")?.trim()) sessionStorage.setItem(SAID, data.get("reason")); };

  function recall(event) {
    const field = event.target, said = sessionStorage.getItem(SAID);
    if (event.key !== "ArrowUp" || !said || !field.matches("form[data-decide] #reason") || field.value) return;
    event.preventDefault();
    field.value = said;
    field.select();
  }

  const shown = one => one && Date.now() - one.at <= FRESH && !foreign(one.document);

  /* The page at hand, if it could be shown at once, or the one on its way: who decides quickly need not load it again.
     The server is told, and sends what the page has to say of the answer. */
  const offer = () => shown(ready) ? ready : coming;

  async function forward(url, notes, offered) {
    if (offered?.url !== url) return location.assign(url);  // that page says it, not one that came while this was sent
    const there = ready?.url === url ? ready : offered.document ? offered : await offered.arrival;
    const next = shown(there) ? there : await fetched(url);  // the words are here already: a page that is loaded has none
    if (!shown(next)) return location.assign(url);
    ready = null;
    history.pushState(null, "", url);
    pushed = true;
    show(next.document, notes);
    prefetch();
  }

  function refuse(sent, words) {
    let note = sent.querySelector("[data-refused]");
    if (!note) {
      note = document.createElement("p");
      note.className = "note error";
      note.dataset.refused = "";
      note.setAttribute("role", "alert");
      sent.prepend(note);
    }
    note.textContent = words;
  }

  async function send(sent, button) {
    const data = new FormData(sent, button);
    data.set("csrfmiddlewaretoken", cookie("csrftoken") || data.get("csrfmiddlewaretoken"));
    keep(data);
    const offered = offer();
    const headers = { "HX-Request": "true", "Evoweb-Ready": offered?.url || "" };
    const response = await fetch(sent.action, { method: "POST", body: data, headers, redirect: "manual" });
    if (response.type === "opaqueredirect") return refuse(sent, "Not sent: you are signed out. Sign in again in another tab, then send this once more.");
    const url = response.headers.get("HX-Redirect");
    const text = await response.text();
    if (url) return forward(url, text, offered);
    if (!response.headers.get("Content-Type")?.startsWith("text/html")) return refuse(sent, "Not sent: the server did not answer. Nothing you typed is lost; send it again.");
    if (response.status === 404) return refuse(sent, "Nothing was done: this gate is not yours to see any more.");
    const said = page.parseFromString(text, "text/html");
    if (response.status === 403) return refuse(sent, said.querySelector("#main p")?.textContent || "You may not do this.");
    show(said);
    prefetch();  // not awaited: what is corrected may be sent at once
  }

  document.addEventListener("submit", async event => {
    const sent = event.target;
    if (!sent.matches("form[data-decide]") || event.defaultPrevented) return;
    event.preventDefault();
    if (sending) return;
    sending = true;
    sent.setAttribute("aria-busy", "true");
    await send(sent, event.submitter).catch(() => refuse(sent, "Not sent: no connection. Nothing you typed is lost; send it again."));
    sent.removeAttribute("aria-busy");
    sending = false;
  });

  document.addEventListener("keydown", recall);

  // The second click of a double click may meet the next page's button, in the same place.
  document.addEventListener("click", event => { if (event.detail > 1 && event.target.closest("form[data-decide] button:not([type=button])")) event.preventDefault(); });

  // What was decided or changed meanwhile is not shown from a page fetched before.
  document.addEventListener("evoweb:moved", event => { if (event.detail.some(topic => topic === "gates" || topic === "*")) prefetch(); });
  addEventListener("popstate", () => { if (pushed) location.reload(); });
  prefetch();
})();
