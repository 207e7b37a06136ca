/* The slice is complete without this. It adds: neighbours lit on hover and focus, arrow keys
   that walk, zoom and pan, and a way on where the slice cannot be loaded. Everything is
   delegated, so drawings swapped in later work too. */
(() => {
  "use strict";
  const DEEPEST = 5, STEP = 1.5, DRAG = 4, MARGIN = .2;
  const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const BUTTONS = [["+", "Zoom in", STEP], ["\u2212", "Zoom out", 1 / STEP], ["Reset", "Reset the zoom", 0]];
  const within = (target, selector) => target instanceof Element ? target.closest(selector) : null;
  const nodes = (svg) => [...svg.querySelectorAll(".node")];
  const shown = (node) => getComputedStyle(node).visibility !== "hidden";
  const on = (name, act, options) => document.addEventListener(name, act, options);

  let hot = null;
  const light = (node) => {
    if (hot) {
      hot.classList.remove("hot");
      hot.querySelectorAll(".lit").forEach((part) => part.classList.remove("lit"));
    }
    hot = node && node.ownerSVGElement;
    if (!hot) return;
    const prefix = node.id.slice(0, 2), key = node.id.slice(2);
    hot.classList.add("hot");
    node.classList.add("lit");
    for (const edge of hot.querySelectorAll(".edges path")) {
      const { a, b } = edge.dataset;
      if (a !== key && b !== key) continue;
      edge.classList.add("lit");
      document.getElementById(prefix + (a === key ? b : a))?.classList.add("lit");
    }
  };
  const focused = () => within(document.activeElement, ".slice .node");

  const rove = (svg, current) =>
    nodes(svg).forEach((node) => node.setAttribute("tabindex", node === current ? 0 : -1));
  const place = (node) => node.transform.baseVal[0].matrix;
  const walk = (node, [right, down]) => {
    const from = place(node);
    let best = null, least = Infinity;
    for (const other of nodes(node.ownerSVGElement)) {
      const x = place(other).e - from.e, y = place(other).f - from.f;
      const along = x * right + y * down, aside = Math.abs(x * down) + Math.abs(y * right);
      const far = along + 2.2 * aside;
      if (along > 2 && far < least && shown(other)) [best, least] = [other, far];
    }
    if (!best) return;
    best.focus({ preventScroll: true });
    best.scrollIntoView({ block: "nearest", inline: "nearest" });
  };

  const home = (svg) => svg.getAttribute("data-home").split(" ").map(Number);
  const look = (svg, x, y, width) => {
    const [, , full, tall] = home(svg), height = width * tall / full;
    const inside = (value, most) => Math.max(0, Math.min(most, value));
    svg.setAttribute("viewBox", [inside(x, full - width), inside(y, tall - height), width, height].join(" "));
    svg.classList.toggle("zoomed", width < full);
  };
  const zoom = (svg, factor, px = .5, py = .5) => {
    const [, , full] = home(svg), box = svg.viewBox.baseVal;
    const width = factor ? Math.max(full / DEEPEST, Math.min(full, box.width / factor)) : full;
    const rest = 1 - width / box.width;
    look(svg, box.x + box.width * rest * px, box.y + box.height * rest * py, width);
  };
  // A zoomed drawing moves to the node that the keyboard came to. Under a pointer nothing moves.
  const reveal = (node) => {
    const svg = node.ownerSVGElement, box = svg.viewBox.baseVal, { e, f } = place(node);
    if (!svg.matches(".zoomed") || !node.matches(":focus-visible")) return;
    const near = (at, start, length) =>
      Math.min(Math.max(start, at - length * (1 - MARGIN)), at - length * MARGIN);
    look(svg, near(e, box.x, box.width), near(f, box.y, box.height), box.width);
  };
  const share = (svg, x, y) => {
    const frame = svg.getBoundingClientRect();
    return [(x - frame.left) / frame.width, (y - frame.top) / frame.height];
  };

  const enhance = (root) => root.querySelectorAll(".slice:not([data-home])").forEach((svg) => {
    svg.setAttribute("data-home", svg.getAttribute("viewBox"));
    svg.setAttribute("aria-label", svg.getAttribute("aria-label") + ". Arrow keys walk from node to node.");
    rove(svg, svg.querySelector(".me"));
    const bar = document.createElement("div");
    bar.className = "zoom";
    for (const [text, name, factor] of BUTTONS) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.setAttribute("aria-label", name);
      button.addEventListener("click", () => zoom(svg, factor));
      bar.append(button);
    }
    svg.after(bar);
  });

  const element = (name, text, attributes = {}) => {
    const made = document.createElement(name);
    made.textContent = text;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const PIECE = /^(.*\/graph\/)slice\//;
  // The server was not reached, or had no piece to give: it says so where the drawing was to come.
  const lost = ({ detail: { requestConfig: { elt, path } } }) => {
    const words = document.querySelector("#research-graph .stage-message"), page = path.match(PIECE);
    if (!words || !page || elt.matches("a")) return;
    const again = element("a", "Try again", {
      id: "graph-retry", href: page[1], "hx-get": page[0], "hx-target": "#research-graph", "hx-swap": "innerHTML",
    });
    const line = element("p", "Something between this page and BZPEER failed. ");
    line.append(again);
    words.replaceChildren(element("p", "The graph could not be loaded", { class: "headline" }), line);
    document.getElementById("graph-status").textContent = "The research graph could not be loaded.";
    htmx.process(again);
  };
  // The link that was followed is gone with what it was in; the keyboard goes on from its place.
  const stay = ({ detail: { requestConfig } }) => {
    const slot = document.getElementById("research-graph");
    if (requestConfig.elt.id !== "graph-retry" || document.activeElement !== document.body) return;
    slot.tabIndex = -1;
    slot.focus({ preventScroll: true });
  };

  const fingers = new Map();
  let dragged = 0;
  const drag = (svg, event, last) => {
    if (fingers.size > 1) {
      const [one, other] = [...fingers.values()];
      const apart = Math.hypot(one.x - other.x, one.y - other.y);
      if (drag.apart) zoom(svg, apart / drag.apart, ...share(svg, (one.x + other.x) / 2, (one.y + other.y) / 2));
      drag.apart = apart;
    } else if (svg.matches(".zoomed")) {
      const box = svg.viewBox.baseVal, unit = box.width / svg.clientWidth;
      look(svg, box.x - (event.clientX - last.x) * unit, box.y - (event.clientY - last.y) * unit, box.width);
    }
  };
  const lift = (event) => { fingers.delete(event.pointerId); drag.apart = 0; };

  on("pointerover", (event) => light(within(event.target, ".slice .node") || focused()));
  on("focusin", (event) => {
    const node = within(event.target, ".slice .node");
    if (node) {
      rove(node.ownerSVGElement, node);
      reveal(node);
    }
    light(node);
  });
  on("keydown", (event) => {
    const node = within(event.target, ".slice .node"), arrow = ARROWS[event.key];
    if (!node || !arrow || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    walk(node, arrow);
  });
  on("change", (event) => within(event.target, ".stage")?.querySelectorAll(".slice").forEach((svg) => {
    const current = svg.querySelector(".node[tabindex='0']");
    if (!current || !shown(current)) rove(svg, svg.querySelector(".me"));
  }));
  on("wheel", (event) => {
    const svg = within(event.target, ".slice");
    if (!svg || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    zoom(svg, Math.exp(-event.deltaY * .004), ...share(svg, event.clientX, event.clientY));
  }, { passive: false });
  on("pointerdown", (event) => {
    const svg = within(event.target, ".slice");
    if (!svg || event.button) return;
    dragged = 0;
    fingers.set(event.pointerId, { svg, x: event.clientX, y: event.clientY });
  });
  on("pointermove", (event) => {
    const last = fingers.get(event.pointerId);
    if (!last) return;
    dragged += Math.hypot(event.clientX - last.x, event.clientY - last.y);
    fingers.set(event.pointerId, { svg: last.svg, x: event.clientX, y: event.clientY });
    drag(last.svg, event, last);
  });
  on("pointerup", lift);
  on("pointercancel", lift);
  on("dragstart", (event) => { if (within(event.target, ".slice.zoomed")) event.preventDefault(); });
  on("click", (event) => {
    if (dragged > DRAG && within(event.target, ".slice.zoomed")) event.preventDefault();
    dragged = 0;
  }, true);
  on("htmx:load", (event) => enhance(event.target));
  on("htmx:sendError", lost);
  on("htmx:responseError", lost);
  on("htmx:afterSettle", stay);
  enhance(document);
})();
