/* Keys. An element says its own:

   <button data-key="a" data-key-help="Approve">     is clicked by a; a field is focused, a <details> opened
   <a data-key="g q">                                one key after the other
   <button data-key="R" data-key-field="reason">     goes to the field with that id first; Ctrl+Enter then presses the button
   <table data-list>                                 j and k (arrows, once inside) go from row to row, o opens

   Nothing happens while somebody types, in dialogs, or with a modifier. <body data-keys="off"> switches single keys off;
   Ctrl+Enter and Esc stay. ? lists what the page offers. The stylesheet prints a button's key on it. */
"use strict";

(() => {
  const PATIENCE = 1000;  // ms for the second key of two
  const FIELDS = "input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=hidden]), textarea, select, [contenteditable]";
  const off = document.body.dataset.keys === "off";
  let typed = "";
  let timer = 0;

  /* ---- what a key does ---- */

  const visible = element => element.checkVisibility({ visibilityProperty: true }) && !element.disabled;
  const folded = element => visible(element) ? null : element.closest("details:not([open])");
  const offered = () => [...document.querySelectorAll("[data-key]")].filter(one => visible(one) || folded(one) && visible(folded(one)));

  function press(element) {
    const fold = folded(element);
    if (fold) fold.open = true;
    const field = element.dataset.keyField && document.getElementById(element.dataset.keyField);
    if (field) return arm(element, field);
    if (element.matches("details")) return unfold(element);
    if (element.matches(FIELDS)) return element.focus();
    if (!element.matches("button[type=button], summary")) element.focus({ preventScroll: true });
    element.click();
  }

  function disarm(form) {
    for (const button of form?.querySelectorAll("[data-armed]") || []) delete button.dataset.armed;
  }

  function arm(button, field) {
    disarm(button.form);
    button.dataset.armed = "";
    field.focus();
  }

  function unfold(details) {
    details.open = !details.open;
    const first = details.open && details.querySelector(`${FIELDS}, [tabindex="0"]`);  // a text that scrolls by arrows is a place too
    (first || details.querySelector("summary")).focus();
  }

  /* The button that Ctrl+Enter presses: the one a key went for, the one beside the field, else the first, as Enter would.
     A decision has no first: with several and none of these nothing is sent. */
  function submitter(form, field) {
    const buttons = [...form.elements].filter(one => one.matches("button:not([type=button], [type=reset])") && visible(one));
    const group = field.closest(".inline");
    return buttons.find(one => "armed" in one.dataset) || buttons.find(one => group?.contains(one)) || (buttons.length > 1 && "decide" in form.dataset ? null : buttons[0]);
  }

  function send(field) {
    const form = field.form || field.closest("form");
    const button = form && submitter(form, field);
    if (button) form.requestSubmit(button);
    return Boolean(button);
  }

  /* ---- lists ---- */

  const target = row => row.querySelector("th a[href], [data-main][href]") || row.querySelector("a[href]");
  const targets = list => [...list.querySelectorAll(":scope > tbody > tr, :scope > li, :scope > article")].filter(visible).map(target).filter(Boolean);

  function move(step) {
    const held = document.activeElement;
    const list = held.closest("[data-list]") || [...document.querySelectorAll("[data-list]")].find(visible);
    const links = list ? targets(list) : [];
    if (!links.length) return false;
    const row = held.closest("tr, li, article");
    const at = links.findIndex(link => row && row.contains(link));
    const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + step));
    links[next].focus();
    links[next].scrollIntoView({ block: "nearest" });
    return true;
  }

  function open() {
    const row = document.activeElement.closest("[data-list] :is(tr, li, article)");
    const link = row && target(row);
    if (link) link.click();
    return Boolean(link);
  }

  // Elsewhere the arrows scroll, and in an input they are the input's.
  const inside = () => document.activeElement.matches("[data-list] :not(input)");

  const OWN = {
    "?": () => { help(); return true; },
    j: () => move(1),
    k: () => move(-1),
    o: open,
    ArrowDown: () => inside() && move(1),
    ArrowUp: () => inside() && move(-1),
  };

  /* ---- the help ---- */

  function words(element) {
    if (element.dataset.keyHelp) return element.dataset.keyHelp;
    if (element.labels && element.labels.length) return element.labels[0].textContent;
    return element.getAttribute("aria-label") || element.textContent;
  }

  function lines() {
    const page = [], everywhere = [];
    for (const element of offered()) {
      const line = [element.dataset.key, words(element).trim()];
      (element.closest("header.top") ? everywhere : page).push(line);
    }
    if ([...document.querySelectorAll("[data-list]")].some(visible)) page.unshift(["j", "Next row"], ["k", "Previous row"], ["o", "Open the row"]);
    if ([...document.querySelectorAll("[data-recalls]")].some(visible)) page.push(["↑", "In the empty reason: the last one again"]);
    everywhere.push(["Ctrl Enter", "Send the form that you are in"], ["Esc", "Leave a field, close a dialog"], ["?", "This list"]);
    return [["On this page", page], ["Everywhere", everywhere]].filter(([, list]) => list.length);
  }

  function make(tag, text = "", ...children) {
    const made = document.createElement(tag);
    if (text) made.textContent = text;
    made.append(...children);
    return made;
  }

  function section([title, list]) {
    const table = make("dl");
    for (const [keys, what] of list) {
      table.append(make("div", "", make("dt", "", ...keys.split(" ").map(key => make("kbd", key))), make("dd", what)));
    }
    return make("section", "", make("h3", title), table);
  }

  function help() {
    const dialog = make("dialog");
    const title = make("h2", "Keys");
    title.id = "keys-title";
    dialog.className = "keys";
    dialog.setAttribute("aria-labelledby", title.id);
    const close = make("button", "Close");
    const form = make("form", "", close);
    form.method = "dialog";
    const note = make("p", off ? "Single keys are switched off in your settings; only Ctrl Enter and Esc work." : "They can be switched off in your settings.");
    note.className = "muted";
    dialog.append(make("div", "", title, form), ...lines().map(section), note);
    dialog.firstChild.className = "head";
    dialog.addEventListener("close", () => dialog.remove());
    dialog.addEventListener("keydown", event => { if (event.key === "?") dialog.close(); });
    document.body.append(dialog);
    dialog.showModal();
  }

  /* ---- listening ---- */

  function forget() {
    clearTimeout(timer);
    typed = "";
  }

  /* A key that is held down moves on and on, but decides once: the next page may have the same button. */
  const decides = element => element.matches("button:not([type=button])");

  function hit(key, held) {
    const keys = typed ? `${typed} ${key}` : key;
    const elements = offered();
    forget();
    const found = elements.find(element => element.dataset.key === keys);
    if (found && !(held && decides(found))) press(found);
    if (found) return true;
    if (elements.some(element => element.dataset.key.startsWith(`${keys} `))) {
      typed = keys;
      timer = setTimeout(forget, PATIENCE);
      return true;
    }
    return Object.hasOwn(OWN, keys) && OWN[keys]();
  }

  function whileTyping(event) {
    if (event.key !== "Escape") return;
    disarm(event.target.form);
    event.target.blur();
  }

  document.addEventListener("keydown", event => {
    if (event.defaultPrevented || event.isComposing) return;
    const control = (event.ctrlKey || event.metaKey) && !event.altKey;
    if (control && event.key === "Enter") {
      if (event.repeat || send(event.target)) event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog:modal")) return;
    if (event.target.closest(FIELDS)) return whileTyping(event);
    if (!off && hit(event.key, event.repeat)) event.preventDefault();
  });

  for (const button of document.querySelectorAll("[data-keys-help]")) {
    button.hidden = false;
    button.addEventListener("click", () => { button.closest("[popover]")?.hidePopover(); help(); });
  }
})();
