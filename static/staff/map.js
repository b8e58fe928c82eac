/* Draws a tree from the data in the page: dagre places the nodes, the rest is here. */
"use strict";

{
  const WIDTH = 208;
  const HEIGHT = 54;
  const LINE = 15;
  const FONT = "13px system-ui, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif";
  const CLOSEST = 2.5;
  const READABLE = 0.85;

  const data = JSON.parse(document.getElementById("map-data").textContent);
  const map = document.getElementById("map");
  const canvas = document.getElementById("map-canvas");
  const all = document.getElementById("map-all");
  const about = document.getElementById("map-about");
  const search = document.getElementById("map-search");
  const found = document.getElementById("map-found");
  const findings = document.getElementById("map-findings");
  const evidence = document.getElementById("map-evidence");
  const colour = document.getElementById("map-colour");
  for (const node of data.nodes) Object.assign(node, { problems: [], worst: "" });
  const nodes = new Map(data.nodes.map((node) => [node.id, node]));

  /* ---- Elements ---- */

  function svg(name, attributes = {}, ...children) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  const ruler = document.createElement("canvas").getContext("2d");
  ruler.font = FONT;

  /* Two lines that fit into a node; Chinese may be broken anywhere, the rest between words. */
  function lines(words, width) {
    const pieces = words.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+/g) || [];
    const done = [""];
    for (const piece of pieces) {
      const longer = done.at(-1) + piece;
      if (ruler.measureText(longer.trimEnd()).width <= width || !done.at(-1)) done[done.length - 1] = longer;
      else done.push(piece);
    }
    if (done.length > 2) done.splice(1, done.length - 1, shortened(done.slice(1).join(""), width));
    return done.map((line) => shortened(line.trim(), width));
  }

  function shortened(line, width) {
    if (ruler.measureText(line).width <= width) return line;
    let most = line.length;
    while (most > 1 && ruler.measureText(line.slice(0, most) + "…").width > width) most -= 1;
    return line.slice(0, most) + "…";
  }

  function drawNode(node) {
    const shape = svg("rect", { width: WIDTH, height: HEIGHT, rx: node.kind === "finding" ? HEIGHT / 2 : 6 });
    const inset = node.kind === "finding" ? 20 : 14;
    const words = lines(node.title || node.slug, WIDTH - inset - 26);
    const top = HEIGHT / 2 + 4.5 - ((words.length - 1) * LINE) / 2;
    const text = words.map((line, number) =>
      svg("text", { x: inset, y: top + number * LINE }, line),
    );
    const link = svg("a", { class: "node-link", tabindex: -1 });
    if (node.url) link.setAttribute("href", node.url);
    link.append(svg("title"), shape, ...text);
    const more = svg("g", { class: "more", role: "button", tabindex: -1, "aria-label": canvas.dataset.more });
    more.append(svg("circle", { cx: WIDTH - 13, cy: HEIGHT / 2, r: 11 }));
    more.append(svg("text", { x: WIDTH - 13, y: HEIGHT / 2 + 5 }, "⋯"));
    const group = svg("g", { class: "node", id: node.id, "data-look": node.look });
    group.append(link, more);
    if (node === data.nodes[0] && node.kind === "question") {
      group.append(svg("text", { class: "start", x: 4, y: -7 }, canvas.dataset.start));
    }
    group.setAttribute("transform", `translate(${node.x - WIDTH / 2} ${node.y - HEIGHT / 2})`);
    node.group = group;
    node.link = link;
    node.more = more;
    mark(node);
    return group;
  }

  function paint(node) {
    const mode = map.dataset.colour;
    node.group.dataset.hue = data.hues[mode][node[mode]] || "";
  }

  function inWords(problem) {
    return problem.spot ? `${problem.spot}: ${problem.text}` : problem.text;
  }

  /* Say at a node what is wrong with it, and that colleagues wrote about it. */
  function mark(node) {
    const problems = node.problems.map(inWords);
    const said = node.notes ? [node.notes_said, ...problems] : problems;
    node.group.dataset.worst = node.worst;
    paint(node);
    node.link.setAttribute("aria-label", [node.title || node.slug, ...said].join(". "));
    node.link.querySelector("title").textContent = [node.title, node.slug, ...said].join("\n");
    for (const old of node.group.querySelectorAll(".sign")) old.remove();
    if (node.notes) {
      const bubble = svg("path", { d: `M${WIDTH - 52} -9h20v15h-9l-5 5v-5h-6z` });
      node.group.append(sign("notes", node.notes_said, bubble, WIDTH - 42, 3, node.notes));
    }
    if (problems.length) {
      const box = svg("rect", { x: WIDTH - 26, y: -9, width: 20, height: 18, rx: node.worst === "error" ? 9 : 2 });
      node.group.append(sign("mark", problems.join("\n"), box, WIDTH - 16, 4.5, problems.length));
    }
  }

  function sign(name, title, shape, x, y, number) {
    return svg("g", { class: `sign ${name}` }, svg("title", {}, title), shape, svg("text", { x, y }, number));
  }

  function drawEdge(edge) {
    const path = edge.points ? through(edge) : across(nodes.get(edge.from), nodes.get(edge.to));
    const says = [`${nodes.get(edge.from).title} → ${nodes.get(edge.to).title}`, ...edge.said].join("\n");
    const group = svg("g", { class: "way", "data-from": edge.from, "data-to": edge.to }, svg("title", {}, says));
    const line = svg("path", { class: "edge", d: path, "marker-end": "url(#map-arrow)" });
    line.classList.toggle("otherwise", edge.otherwise);
    line.classList.toggle("evidence", Boolean(edge.effect));
    if (edge.effect) line.setAttribute("data-effect", edge.effect);
    group.classList.toggle("aside", !edge.places);
    group.append(svg("path", { class: "reach", d: path }), line);
    edge.group = group;
    return group;
  }

  /* Which routes of its question a line stands for, where it has left the others. */
  function drawOrder(edge) {
    const [from, to] = [nodes.get(edge.from), nodes.get(edge.to)];
    const [next] = edge.points.length > 3 ? edge.points.slice(2) : [to];
    const [x, end] = [from.x + WIDTH / 2, next.x - WIDTH / 2];
    // Neighbours stand a little apart, so that they can be told from each other.
    const part = 0.4 + 0.12 * (parseInt(edge.order) % 3);
    const at = end > x
      ? { x: x + (end - x) * (1.5 * part * (1 - part) + part ** 3), y: from.y + (next.y - from.y) * part ** 2 * (3 - 2 * part) }
      : edge.points[Math.floor(edge.points.length / 2)];
    return svg("text", { class: "order", x: at.x, y: at.y + 4, "aria-hidden": true }, edge.order);
  }

  /* A line through the points that dagre gives: straight past the columns, soft between them. */
  function through(edge) {
    const [from, to] = [nodes.get(edge.from), nodes.get(edge.to)];
    if (to.x <= from.x || edge.points.length % 2 === 0) return softly(edge.points);
    const past = edge.points.filter((_, number) => number && number < edge.points.length - 1 && number % 2 === 0);
    let [x, y] = [from.x + WIDTH / 2, from.y];
    let path = `M${x} ${y}`;
    for (const point of past) {
      path += `${curve(x, y, point.x - WIDTH / 2, point.y)}H${point.x + WIDTH / 2}`;
      [x, y] = [point.x + WIDTH / 2, point.y];
    }
    return path + curve(x, y, to.x - WIDTH / 2, to.y);
  }

  function curve(x, y, end, height, bend = (end - x) / 2) {
    return `C${x + bend} ${y} ${end - bend} ${height} ${end} ${height}`;
  }

  function softly([first, ...rest]) {
    const last = rest.pop();
    let path = `M${first.x} ${first.y}`;
    rest.forEach((point, number) => {
      const next = rest[number + 1];
      const end = next ? { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 } : last;
      path += `Q${point.x} ${point.y} ${end.x} ${end.y}`;
    });
    return rest.length ? path : `${path}L${last.x} ${last.y}`;
  }

  function across(from, to) {
    const [x, y, end, height] = [from.x + WIDTH / 2, from.y, to.x - WIDTH / 2, to.y];
    const bend = Math.max(60, Math.min(240, Math.abs(end - x) / 2));
    return `M${x} ${y}${curve(x, y, end, height, bend)}`;
  }

  /* ---- Layout ---- */

  let shown = [];
  let size = { width: 1, height: 1 };

  function draw() {
    const graph = new dagre.graphlib.Graph({ multigraph: true });
    graph.setGraph({ rankdir: "LR", ranker: "tight-tree", nodesep: 16, edgesep: 8, ranksep: 64, marginx: 24, marginy: 24 });
    shown = data.nodes.filter((node) => findings.checked || node.kind === "question");
    for (const node of shown) graph.setNode(node.id, { width: WIDTH, height: HEIGHT });
    const edges = data.edges.filter((edge) => graph.hasNode(edge.from) && graph.hasNode(edge.to));
    edges.forEach((edge, number) => {
      edge.points = null;
      if (edge.places) graph.setEdge(edge.from, edge.to, {}, String(number));
    });
    dagre.layout(graph);
    for (const node of shown) Object.assign(node, { x: graph.node(node.id).x, y: graph.node(node.id).y });
    edges.forEach((edge, number) => {
      if (edge.places) edge.points = graph.edge(edge.from, edge.to, String(number)).points;
    });
    // Without a node there is no size: dagre says -Infinity.
    if (shown.length) size = { width: graph.graph().width, height: graph.graph().height };
    const several = edges.filter((edge) => edge.order);
    all.replaceChildren(...edges.map(drawEdge), ...several.map(drawOrder), ...shown.map(drawNode));
    data.edges.forEach((edge) => edges.includes(edge) || (edge.group = null));
    reachable(shown.find((node) => node.id === chosen) || shown[0]);
    light();
    seek();
  }

  /* ---- View: what part is seen, and how large ---- */

  const view = { x: 0, y: 0, scale: 1 };

  function show() {
    all.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.scale})`);
  }

  function zoom(factor, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) {
    const scale = Math.min(CLOSEST, Math.max(smallest(), view.scale * factor));
    view.x = x - ((x - view.x) * scale) / view.scale;
    view.y = y - ((y - view.y) * scale) / view.scale;
    view.scale = scale;
    show();
  }

  function fitting() {
    return Math.min(1, canvas.clientWidth / size.width, canvas.clientHeight / size.height);
  }

  function smallest() {
    return Math.min(0.1, fitting());
  }

  function fit() {
    view.scale = fitting();
    view.x = (canvas.clientWidth - size.width * view.scale) / 2;
    view.y = (canvas.clientHeight - size.height * view.scale) / 2;
    show();
  }

  function centre(node, left = canvas.clientWidth / 2) {
    view.x = left - node.x * view.scale;
    view.y = canvas.clientHeight / 2 - node.y * view.scale;
    show();
  }

  function toStart() {
    if (!shown.length) return;
    view.scale = Math.max(fitting(), READABLE);
    centre(shown[0], (WIDTH * view.scale) / 2 + 24);
  }

  function isSeen(node) {
    const [x, y] = [node.x * view.scale + view.x, node.y * view.scale + view.y];
    const [across, down] = [(WIDTH / 2) * view.scale, (HEIGHT / 2) * view.scale];
    return x > across && y > down && x < canvas.clientWidth - across && y < canvas.clientHeight - down;
  }

  const views = { in: () => zoom(1.3), out: () => zoom(1 / 1.3), fit, start: toStart };
  for (const button of map.querySelectorAll("[data-view]")) {
    button.addEventListener("click", views[button.dataset.view]);
  }

  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const box = canvas.getBoundingClientRect();
    const step = Math.max(-60, Math.min(60, event.deltaMode ? event.deltaY * 20 : event.deltaY));
    zoom(Math.exp(-step / 240), event.clientX - box.left, event.clientY - box.top);
  }, { passive: false });

  /* One finger or the mouse moves, two fingers zoom. A drag that begins on a link is no click. */
  const fingers = new Map();
  let moved = false;

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    moved = moved && fingers.size > 0;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY, from: [event.clientX, event.clientY] });
  });
  canvas.addEventListener("pointermove", (event) => {
    const finger = fingers.get(event.pointerId);
    if (!finger) return;
    const before = { x: finger.x, y: finger.y };
    const far = Math.hypot(event.clientX - finger.from[0], event.clientY - finger.from[1]);
    if (!moved && far < 5) return;
    if (!moved) canvas.setPointerCapture(event.pointerId);
    moved = true;
    const apart = distance();
    Object.assign(finger, { x: event.clientX, y: event.clientY });
    if (fingers.size > 1) {
      const box = canvas.getBoundingClientRect();
      const [one, two] = fingers.values();
      zoom(distance() / apart, (one.x + two.x) / 2 - box.left, (one.y + two.y) / 2 - box.top);
    } else {
      view.x += finger.x - before.x;
      view.y += finger.y - before.y;
      show();
    }
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, (event) => fingers.delete(event.pointerId));
  }
  canvas.addEventListener("click", (event) => {
    if (moved) event.preventDefault();
    moved = false;
  }, true);
  canvas.addEventListener("dragstart", (event) => event.preventDefault());

  function distance() {
    const [one, two] = fingers.values();
    return two ? Math.max(1, Math.hypot(one.x - two.x, one.y - two.y)) : 1;
  }

  /* ---- One node: what is known of it ---- */

  let chosen = "";
  let hovered = "";

  function nodeOf(element) {
    const group = element.closest(".node");
    return group && nodes.get(group.id);
  }

  function light() {
    const lit = new Set([chosen, hovered].filter(Boolean));
    for (const edge of data.edges) {
      edge.group?.classList.toggle("lit", lit.has(edge.from) || lit.has(edge.to));
    }
    for (const node of shown) node.group.classList.toggle("chosen", node.id === chosen);
  }

  function choose(node) {
    chosen = node ? node.id : "";
    light();
    about.replaceChildren();
    if (!node) return;
    const card = document.getElementById("map-card").content.cloneNode(true);
    const slot = (name) => card.querySelector(`[data-slot=${name}]`);
    slot("title").textContent = node.title;
    slot("slug").textContent = node.slug;
    slot("name").textContent = map.querySelector(`.swatch[data-look="${node.look}"]`).parentElement.textContent.trim();
    slot("problems").append(...node.problems.map((problem) => {
      const item = document.createElement("li");
      item.dataset.level = problem.level;
      item.textContent = inWords(problem);
      return item;
    }));
    slot("notes").textContent = node.notes_said;
    for (const link of card.querySelectorAll("[data-link]")) {
      if (node[link.dataset.link]) link.href = node[link.dataset.link];
      else link.parentElement.remove();
    }
    for (const list of card.querySelectorAll("[data-list]")) {
      const end = list.dataset.list;
      const edges = data.edges.filter((edge) => edge[end] === node.id);
      list.querySelector("ul").append(...edges.map((edge) => neighbour(edge, end === "from" ? edge.to : edge.from)));
      list.hidden = !edges.length;
    }
    card.querySelector("[data-close]").addEventListener("click", close);
    about.append(card);
  }

  function neighbour(edge, id) {
    const item = document.createElement("li");
    const go = document.createElement("button");
    go.type = "button";
    go.textContent = nodes.get(id).title;
    go.addEventListener("click", () => visit(nodes.get(id)));
    const effect = edge.effect && map.querySelector(`.map-lines [data-effect="${edge.effect}"]`).closest("li").textContent.trim();
    const said = document.createElement("small");
    said.textContent = [effect, edge.said.join("; ")].filter(Boolean).join(" ");
    item.append(go, " ", said);
    return item;
  }

  /* Show a node and all about it, findings too if they were hidden. */
  function visit(node) {
    if (!shown.includes(node)) {
      findings.checked = true;
      draw();
    }
    view.scale = Math.max(view.scale, READABLE);
    centre(node);
    reachable(node);
    choose(node);
  }

  function close() {
    const node = nodes.get(chosen);
    choose(null);
    node?.link.focus({ preventScroll: true });
  }

  function open(node) {
    choose(node);
    about.focus();
  }

  canvas.addEventListener("click", (event) => {
    if (event.target.closest(".more")) open(nodeOf(event.target));
    else if (!event.target.closest("a") && !event.defaultPrevented) choose(null);
  });
  canvas.addEventListener("pointerover", (event) => {
    const id = nodeOf(event.target)?.id || "";
    if (id !== hovered) {
      hovered = id;
      light();
    }
  });
  about.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });

  /* ---- Keyboard: one node can be tabbed to, arrow keys go on from there ---- */

  function reachable(node) {
    for (const old of all.querySelectorAll("[tabindex='0']")) old.setAttribute("tabindex", "-1");
    node?.link.setAttribute("tabindex", "0");
    node?.more.setAttribute("tabindex", "0");
  }

  const directions = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

  function nextTo(node, [right, down]) {
    let best = null;
    let least = Infinity;
    for (const other of shown) {
      const [x, y] = [other.x - node.x, other.y - node.y];
      const ahead = x * right + y * down;
      const off = Math.abs(x * down) + Math.abs(y * right);
      // A column is a step of the walk: up and down stay in it, as far as there is somebody.
      const cost = ahead + off * (down ? 8 : 2);
      if (ahead > 1 && cost < least) [best, least] = [other, cost];
    }
    return best;
  }

  function focus(node) {
    reachable(node);
    node.link.focus({ preventScroll: true });
  }

  canvas.addEventListener("focusin", (event) => {
    const node = nodeOf(event.target);
    if (!node) return;
    reachable(node);
    hovered = node.id;
    light();
    // A browser may scroll the drawing itself to what has the focus.
    canvas.scrollTo(0, 0);
    if (!isSeen(node)) centre(node);
  });

  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const node = nodeOf(event.target);
    const direction = directions[event.key];
    const keys = { "+": views.in, "=": views.in, "-": views.out, 0: fit, Home: toStart };
    if (direction && (event.shiftKey || !node)) {
      view.x -= direction[0] * 80;
      view.y -= direction[1] * 80;
      show();
    } else if (direction && node) {
      const next = nextTo(node, direction);
      if (next) focus(next);
    } else if (keys[event.key]) {
      keys[event.key]();
      if (event.key === "Home" && shown.length) focus(shown[0]);
    } else if (node && (event.key.toLowerCase() === "m" || (event.target === node.more && [" ", "Enter"].includes(event.key)))) {
      open(node);
    } else if (event.key === "Escape") {
      choose(null);
    } else {
      return;
    }
    event.preventDefault();
  });

  /* ---- Search ---- */

  let hits = [];
  let hit = 0;

  function seek() {
    const words = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    hits = words.length ? shown.filter((node) => words.every((word) => node.words.includes(word))) : [];
    canvas.classList.toggle("seeking", words.length > 0);
    for (const node of shown) node.group.classList.toggle("hit", hits.includes(node));
    found.textContent = words.length ? found.dataset.none : "";
    found.hidden = !words.length;
  }

  function goTo(number) {
    if (!hits.length) return;
    hit = (number + hits.length) % hits.length;
    found.textContent = `${hit + 1} / ${hits.length}`;
    visit(hits[hit]);
  }

  search.addEventListener("input", () => {
    seek();
    goTo(0);
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      goTo(hit + (event.shiftKey ? -1 : 1));
    }
  });

  /* ---- What is shown ---- */

  findings.addEventListener("change", () => {
    if (!findings.checked && nodes.get(chosen)?.kind !== "question") choose(null);
    draw();
  });
  evidence.addEventListener("change", () => map.classList.toggle("all-evidence", evidence.checked));
  colour.addEventListener("change", () => {
    map.dataset.colour = colour.value;
    shown.forEach(paint);
  });
  // A reloaded page keeps what was chosen in its boxes.
  map.classList.toggle("all-evidence", evidence.checked);
  map.dataset.colour = colour.value;

  /* ---- Problems: they take longer to find than the map to draw ---- */

  async function check() {
    const state = document.getElementById("map-check");
    const elsewhere = document.getElementById("map-elsewhere");
    try {
      const answer = await fetch(map.dataset.problems);
      if (!answer.ok) throw new Error(answer.status);
      const found = await answer.json();
      for (const node of data.nodes) {
        node.problems = found.problems[node.id] || [];
        node.worst = node.problems[0]?.level || "sound";
        if (shown.includes(node)) mark(node);
      }
      elsewhere.textContent = found.elsewhere;
      elsewhere.hidden = !found.elsewhere;
      state.hidden = true;
      if (chosen && document.activeElement.closest("#map-about") === null) choose(nodes.get(chosen));
    } catch {
      state.textContent = state.dataset.failed;
    }
  }

  map.hidden = false;
  draw();
  const named = nodes.get(decodeURIComponent(location.hash.slice(1)));
  if (named) visit(named);
  else fit();
  map.dataset.drawn = "true";
  check();
}
