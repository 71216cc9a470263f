/* A run's candidates on a canvas: across by birth, up by score, failures as a rug.
   <figure data-lineage="address of the arrays"> (apps/lineage/graph/drawing.py) holds .plot, hidden until this works, and
   .still, which the server drew. Colours are the legend's. */
"use strict";

(() => {
  const figure = document.querySelector("[data-lineage]");
  if (!figure) return;
  const plot = figure.querySelector(".plot");
  const surface = plot.querySelector(".surface");
  const canvas = plot.querySelector("canvas");
  const panel = document.getElementById("selected");
  const brush = canvas.getContext("2d");
  const LEFT = 56, RIGHT = 12, TOP = 12, RUG = 22, BOTTOM = 46;  // px
  const LEVELS = 4095;
  const NEAR = 14;       // px within which a click finds one
  const AGAIN = 5000;    // ms between two looks at a run that goes on
  const FEW = 300;       // candidates: each is drawn larger, with its edge
  const SAY = 200;       // ms until a selection that stands is looked up

  let data = null, tag = "", index = new Map(), children = new Map();
  let selected = figure.dataset.selected === undefined ? null : Number(figure.dataset.selected);
  let view = null;       // [first, last] birth number shown
  const ground = document.createElement("canvas");  // all but the selection
  let width = 0, height = 0, saying = 0, looked = 0, later = 0;

  /* ---- the arrays ---- */

  async function load() {
    looked = Date.now();
    const response = await fetch(figure.dataset.lineage, { headers: tag ? { "If-None-Match": tag } : {} });
    if (response.status === 304) return;
    if (!response.ok) throw new Error(response.statusText);
    tag = response.headers.get("ETag") || "";
    take(await response.json());
  }

  function take(fresh) {
    const whole = !data || view[0] === 0 && view[1] === data.last;
    let number = 0;
    fresh.numbers = fresh.numbers.map(step => (number += step));
    data = fresh;
    if (whole) view = [0, data.last];
    index = new Map(data.numbers.map((each, at) => [each, at]));
    children = new Map();
    data.numbers.forEach((each, at) => {
      const parent = each - data.base[at];
      if (!data.base[at]) return;
      if (children.has(parent)) children.get(parent).push(at); else children.set(parent, [at]);
    });
    plot.hidden = false;
    figure.querySelector(".still").hidden = true;
    measure();
  }

  const parentOf = at => (data.base[at] ? index.get(data.numbers[at] - data.base[at]) : undefined);

  /* ---- places ---- */

  const floor = () => height - BOTTOM;
  const x = number => LEFT + (width - LEFT - RIGHT) * (number - view[0]) / Math.max(1, view[1] - view[0]);
  const y = at => (data.score[at] < 0 ? floor() + RUG / 2 : TOP + (floor() - TOP - 6) * (1 - data.score[at] / LEVELS));
  const seen = at => data.numbers[at] >= view[0] && data.numbers[at] <= view[1];

  function measure() {
    if (!data || !surface.clientWidth) return;
    const dense = window.devicePixelRatio || 1;
    width = surface.clientWidth;
    height = surface.clientHeight;
    canvas.width = Math.round(width * dense);
    canvas.height = Math.round(height * dense);
    brush.setTransform(dense, 0, 0, dense, 0, 0);
    draw();
  }

  /* ---- drawing ---- */

  function colours() {
    const of = (selector, name) => getComputedStyle(figure.querySelector(selector))[name];  // as the legend shows them
    return {
      ink: getComputedStyle(figure).color,
      soft: of(".legend .drop", "stroke"),
      line: of(".surface", "borderTopColor"),
      ground: of(".surface", "backgroundColor"),
      accent: of(".legend .path", "stroke"),
      good: of(".legend .keep", "fill"),
      bad: of(".legend .revert", "stroke"),
      warn: of(".legend .hold", "stroke"),
      font: getComputedStyle(figure).fontFamily,
    };
  }

  function draw() {
    const paint = colours();
    brush.clearRect(0, 0, width, height);
    axes(paint);
    for (const at of linked()) edge(at, paint.line, 1);
    for (const letter of "odfhkr") data.numbers.forEach((_, at) => { if (data.state[at] === letter && seen(at)) mark(at, letter, paint); });
    trail(data.path, paint.accent, 2);
    for (const number of data.champions) if (index.has(number) && seen(index.get(number))) star(index.get(number), paint);
    ground.width = canvas.width;
    ground.height = canvas.height;
    ground.getContext("2d").drawImage(canvas, 0, 0);
    select();
  }

  function axes(paint) {
    brush.font = `12px ${paint.font}`;
    brush.lineWidth = 1;
    brush.strokeStyle = paint.line;
    brush.fillStyle = paint.soft;
    brush.textBaseline = "middle";
    brush.textAlign = "right";
    for (const tick of data.ticks) {
      const at = TOP + (floor() - TOP - 6) * (1 - (tick - data.low) / (data.high - data.low));
      line([[LEFT, at], [width - RIGHT, at]]);
      brush.fillText(String(Number(tick.toPrecision(6))).replace("-", "−"), LEFT - 8, at);
    }
    brush.fillText("failed", LEFT - 8, floor() + RUG / 2);
    brush.textBaseline = "alphabetic";
    brush.textAlign = "left";
    brush.fillText(String(view[0]), LEFT, height - 6);
    brush.textAlign = "right";
    brush.fillText(String(view[1]), width - RIGHT, height - 6);
    brush.textAlign = "center";
    brush.fillText("candidates by birth", LEFT + (width - LEFT - RIGHT) / 2, height - 6);
  }

  function line(points) {
    brush.beginPath();
    for (const [left, top] of points) brush.lineTo(left, top);
    brush.stroke();
  }

  const few = () => data.numbers.length < FEW;
  const linked = () => data.numbers.map((_, at) => at).filter(at => (few() || data.state[at] === "k") && seen(at)).slice(-3000);

  function edge(at, colour, thick) {
    const parent = parentOf(at);
    if (parent === undefined || data.score[at] < 0) return;
    brush.strokeStyle = colour;
    brush.lineWidth = thick;
    line([[x(data.numbers[parent]), y(parent)], [x(data.numbers[at]), y(at)]]);
  }

  function trail(numbers, colour, thick) {
    const places = numbers.map(number => index.get(number)).filter(at => at !== undefined);
    brush.strokeStyle = colour;
    brush.lineWidth = thick;
    brush.save();
    brush.beginPath();
    brush.rect(LEFT - 6, 0, width - LEFT - RIGHT + 12, height);
    brush.clip();
    line(places.map(at => [x(data.numbers[at]), y(at)]));
    brush.restore();
  }

  const SHAPES = {
    k: (left, top, paint) => { brush.fillStyle = paint.good; disc(left, top, few() ? 5 : 3); brush.fill(); },
    d: (left, top, paint) => { brush.strokeStyle = paint.soft; brush.globalAlpha = few() ? 1 : 0.4; disc(left, top, few() ? 4 : 2); brush.stroke(); brush.globalAlpha = 1; },
    h: (left, top, paint) => { brush.strokeStyle = paint.warn; brush.lineWidth = 1.5; line([[left, top - 5], [left + 5, top], [left, top + 5], [left - 5, top], [left, top - 5]]); },
    r: (left, top, paint) => { brush.strokeStyle = paint.bad; brush.lineWidth = 2; line([[left - 4, top - 4], [left + 4, top + 4]]); line([[left - 4, top + 4], [left + 4, top - 4]]); },
    f: (left, top, paint) => { brush.strokeStyle = paint.bad; line([[left, floor() + 4], [left, floor() + RUG - 4]]); },
    o: (left, top, paint) => { brush.strokeStyle = paint.soft; brush.strokeRect(left - 2.5, top - 2.5, 5, 5); },
  };

  function disc(left, top, radius) {
    brush.beginPath();
    brush.arc(left, top, radius, 0, 7);
  }

  function mark(at, letter, paint) {
    brush.lineWidth = 1;
    SHAPES[letter](x(data.numbers[at]), y(at), paint);
  }

  function star(at, paint) {
    const left = x(data.numbers[at]), top = y(at);
    brush.beginPath();
    for (let point = 0; point < 10; point += 1) {
      const radius = point % 2 ? 2.6 : 6.5, angle = Math.PI * (point / 5 - 0.5);
      brush.lineTo(left + radius * Math.cos(angle), top + radius * Math.sin(angle));
    }
    brush.closePath();
    brush.fillStyle = paint.accent;
    brush.strokeStyle = paint.ground;
    brush.lineWidth = 1.5;
    brush.stroke();
    brush.fill();
  }

  /* Over what is drawn: the selection, its ancestors, its children. */
  function select() {
    brush.clearRect(0, 0, width, height);
    brush.drawImage(ground, 0, 0, width, height);
    const at = index.get(selected);
    if (at === undefined) return;
    const paint = colours();
    for (const child of children.get(selected) || []) edge(child, paint.warn, 1.5);
    for (let step = at; step !== undefined; step = parentOf(step)) edge(step, paint.ink, 1.5);
    if (!seen(at)) return;
    brush.strokeStyle = paint.ink;
    brush.lineWidth = 2;
    disc(x(selected), y(at), 8);
    brush.stroke();
  }

  /* ---- choosing ---- */

  function choose(at) {
    if (at === undefined || at < 0 || at >= data.numbers.length) return;
    selected = data.numbers[at];
    if (!seen(at)) zoom(1);
    select();
    clearTimeout(saying);
    saying = setTimeout(say, SAY);
  }

  /* The server knows the rest: the panel shows it, the live region says it. */
  async function say() {
    const address = new URL(location.href);
    address.searchParams.set("candidate", selected);
    history.replaceState(null, "", address);
    address.searchParams.set("region", "selected");
    const response = await fetch(address, { headers: { "HX-Request": "true" } });
    if (!response.ok) return;
    htmx.swap(panel, await response.text(), { swapStyle: "innerHTML" });
    plot.querySelector("[role=status]").textContent = panel.querySelector("[data-said]")?.textContent.replace(/\s+/g, " ");
  }

  function nearest(event) {
    const box = canvas.getBoundingClientRect();
    let best = -1, distance = NEAR ** 2;
    data.numbers.forEach((number, at) => {
      if (!seen(at)) return;
      const far = (x(number) - event.clientX + box.left) ** 2 + (y(at) - event.clientY + box.top) ** 2;
      if (far < distance) [best, distance] = [at, far];
    });
    return best;
  }

  function open() {
    if (selected !== null) location.href = figure.dataset.candidate.replace(/0\/$/, `${selected}/`);
  }

  function zoom(factor) {
    const middle = selected ?? data.best ?? data.last;
    const half = Math.min(data.last, Math.max(20, (view[1] - view[0]) / factor)) / 2;
    const first = Math.max(0, Math.min(Math.round(middle - half), data.last - Math.round(2 * half)));
    view = [first, Math.min(data.last, first + Math.round(2 * half))];
    draw();
  }

  const beside = step => (index.has(selected) ? index.get(selected) + step : index.get(data.best) ?? 0);
  const bestChild = () => (children.get(selected) || []).reduce((best, at) => (best === undefined || data.score[at] > data.score[best] ? at : best), undefined);
  const KEYS = {
    ArrowLeft: () => choose(beside(-1)),
    ArrowRight: () => choose(beside(1)),
    ArrowUp: () => choose(index.has(selected) ? parentOf(index.get(selected)) : beside(0)),
    ArrowDown: () => choose(bestChild()),
    Home: () => choose(0),
    End: () => choose(index.get(data.best) ?? data.numbers.length - 1),
    Enter: open,
    "+": () => zoom(2),
    "-": () => zoom(0.5),
  };

  surface.addEventListener("keydown", event => {
    const act = KEYS[event.key];
    if (!act || !data || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });
  canvas.addEventListener("click", event => choose(nearest(event)));
  canvas.addEventListener("pointermove", event => { canvas.classList.toggle("near", data !== null && nearest(event) >= 0); });
  for (const button of plot.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => zoom(button.dataset.zoom === "in" ? 2 : 0.5));
  new ResizeObserver(measure).observe(surface);
  new MutationObserver(measure).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", measure);
  document.addEventListener("evoweb:moved", () => {
    clearTimeout(later);
    later = setTimeout(() => load().catch(() => {}), Math.max(0, looked + AGAIN - Date.now()));
  });
  load().catch(() => {});  // then what the server drew stays
})();
