/* The slice is complete without this. It adds: neighbours lit on hover and focus, arrow keys
   that walk, zoom and pan. Everything is delegated, so drawings swapped in later work too. */
(() => {
  "use strict";
  const DEEPEST = 5, STEP = 1.5, DRAG = 4;
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
    best?.focus();
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
    if (node) rove(node.ownerSVGElement, node);
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
  enhance(document);
})();
