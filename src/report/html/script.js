"use strict";
(() => {
  const PAGE = 100;
  const STAYS = 20;
  const DAY = 86400000;
  const SEVERITIES = ["critical", "high", "medium", "low"];
  const CONFIDENCES = ["high", "medium", "low"];
  const STATES = {
    head: "in HEAD",
    elsewhere: "in other branches or tags",
    staged: "in the index only",
    history: "in history only",
    unreachable: "unreachable",
    "": "not told",
    accepted: "accepted",
  };
  // Control, bidirectional and invisible characters, which the human format escapes as well.
  const UNSAFE = /[\p{Cc}\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

  const $ = (id) => document.getElementById(id);
  const safe = (text) => String(text).replace(UNSAFE, (c) => "\\u{" + c.codePointAt(0).toString(16) + "}");
  const short = (id) => id.slice(0, 12);
  const many = (n, noun) => n.toLocaleString("en") + " " + noun + (n === 1 ? "" : "s");

  // Makes an element. Texts become text nodes, so that no data is ever read as markup.
  function el(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (value !== null && value !== undefined) made.setAttribute(key, value);
    }
    for (const child of children.flat()) {
      if (child === null || child === undefined) continue;
      made.append(child instanceof Node ? child : safe(child));
    }
    return made;
  }

  function svg(name, attributes) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  const report = JSON.parse($("data").textContent);
  const author = (commit) => [commit.author.trim(), "<" + commit.email + ">"].filter(Boolean).join(" ");
  const time = (commit) => (commit && commit.date ? Date.parse(commit.date) : NaN);
  const day = (commit) => (commit && commit.date ? commit.date.slice(0, 10) : "");

  // What is searched, filtered and sorted by, worked out once.
  const open = report.findings.length;
  const all = report.findings.concat(report.accepted || []).map((finding, index) => {
    const stays = finding.occurrences || [];
    const commits = [finding.commit, ...stays.flatMap((stay) => [stay.introduced_by, stay.note && stay.note.commit])].filter(Boolean);
    const entered = (stays.length ? stays.map((stay) => time(stay.introduced_by)) : [time(finding.commit)]).filter((at) => !isNaN(at));
    return {
      finding,
      index,
      paths: [finding.path, ...stays.map((stay) => stay.path)].join("\n").toLowerCase(),
      text: "",
      authors: new Set(commits.map(author)),
      accepted: finding.accepted,
      state: finding.accepted ? "accepted" : finding.state || "",
      entered,
      left: stays.map((stay) => time(stay.removed_by)).filter((at) => !isNaN(at)),
      newest: entered.length ? Math.max(...entered) : -Infinity,
      rank: SEVERITIES.indexOf(finding.severity),
    };
  });

  // Returns what the search looks at, made when somebody searches: the page is there sooner without.
  function text(one) {
    if (one.text) return one.text;
    const finding = one.finding;
    const words = [finding.path, finding.rule, finding.name, finding.provider, finding.fingerprint, finding.redacted, finding.severity, finding.validity];
    const told = (commit) => commit && words.push(commit.id, author(commit), commit.summary);
    told(finding.commit);
    for (const stay of finding.occurrences || []) {
      words.push(stay.path, ...stay.branches, ...stay.tags);
      told(stay.introduced_by);
      told(stay.removed_by);
      told(stay.note && stay.note.commit);
    }
    for (const [name, value] of Object.entries(finding.facts || {})) words.push(name, value);
    words.push(...Object.values(finding.accepted || {}));
    one.text = words.join("\n").toLowerCase();
    return one.text;
  }

  let shown = all;
  let rendered = 0;
  let current = -1;
  let opened = -1;
  const list = $("list");
  const watch = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) render(rendered + PAGE);
  }, { rootMargin: "1200px" });

  // Filters.

  const selects = {
    severity: (one) => [one.finding.severity],
    state: (one) => [one.state],
    confidence: (one) => [one.finding.confidence],
    rule: (one) => [one.finding.rule],
    provider: (one) => [one.finding.provider],
    author: (one) => one.authors,
  };

  function fillSelect(id, values) {
    const counts = new Map();
    // What is accepted is counted nowhere but as such.
    for (const one of all) for (const value of values(one)) counts.set(value, (counts.get(value) || 0) + (one.accepted && id !== "state" ? 0 : 1));
    const orders = { severity: SEVERITIES, confidence: CONFIDENCES, state: Object.keys(STATES) };
    const order = orders[id];
    const names = [...counts.keys()].sort((a, b) => (order ? order.indexOf(a) - order.indexOf(b) : counts.get(b) - counts.get(a) || (a < b ? -1 : 1)));
    const options = names.map((name) => el("option", { value: "=" + name }, (id === "state" ? STATES[name] : name) + " (" + counts.get(name).toLocaleString("en") + ")"));
    $(id).replaceChildren(el("option", { value: "" }, "all"), ...options);
  }

  function matcher() {
    const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const path = $("path").value.toLowerCase();
    const chosen = Object.keys(selects).filter((id) => $(id).value).map((id) => [selects[id], $(id).value.slice(1)]);
    const from = $("from").value ? Date.parse($("from").value) : -Infinity;
    const until = $("until").value ? Date.parse($("until").value) + DAY : Infinity;
    const dated = from > -Infinity || until < Infinity;
    for (const field of $("filters").querySelectorAll("input, select")) field.classList.toggle("on", field.id !== "order" && field.value !== "");
    return (one) =>
      chosen.every(([values, value]) => { for (const has of values(one)) if (has === value) return true; return false; }) &&
      (!path || one.paths.includes(path)) &&
      (!dated || one.entered.some((at) => at >= from && at < until)) &&
      words.every((word) => text(one).includes(word));
  }

  const lastAccepted = (order) => (a, b) => !!a.accepted - !!b.accepted || order(a, b);

  const orders = {
    severity: (a, b) => a.rank - b.rank || a.index - b.index,
    path: (a, b) => a.index - b.index,
    newest: (a, b) => (a.newest === b.newest ? a.index - b.index : b.newest - a.newest),
  };

  function apply() {
    closeDetails(false);
    shown = all.filter(matcher()).sort(lastAccepted(orders[$("order").value]));
    rendered = 0;
    current = -1;
    list.replaceChildren();
    if (shown.length === 0) list.append(el("li", { class: "none" }, all.length ? "No finding matches these filters." : "No secrets were found."));
    render(PAGE);
    const kept = all.length - open;
    const accepted = shown.filter((one) => one.accepted).length;
    const part = (n, of) => (shown.length === all.length ? "" : n.toLocaleString("en") + " of ") + of;
    $("count").textContent = part(shown.length - accepted, many(open, "finding")) + (kept ? ", " + part(accepted, kept.toLocaleString("en") + " accepted") : "");
    drawChart();
  }

  // The list: as much of it as was scrolled to.

  function row(one, nth) {
    const finding = one.finding;
    const commit = finding.commit || (finding.occurrences || []).map((stay) => stay.introduced_by).find(Boolean);
    const when = commit ? [day(commit), commit.author].filter(Boolean).join(" · ") : "";
    const state = one.state ? STATES[one.state] : finding.source;
    const button = el("button", { type: "button", class: one.accepted ? "row accepted" : "row", "data-nth": nth, tabindex: nth === Math.max(current, 0) ? 0 : -1, "aria-expanded": nth === opened, "aria-controls": "details" },
      el("span", { class: "severity " + finding.severity }, finding.severity),
      el("span", { class: "path", title: safe(finding.path) }, finding.path, el("i", null, ":" + finding.line)),
      el("span", { class: "state " + one.state }, state),
      el("span", { class: "what" }, finding.name, " ", el("span", { class: "mono" }, finding.redacted)),
      el("span", { class: "when" }, when),
      el("span", { class: "paper mono" }, finding.rule + "  " + finding.fingerprint + (commit ? "  " + short(commit.id) : "")));
    return el("li", null, button);
  }

  function render(n) {
    const end = Math.min(shown.length, n);
    if (end <= rendered) return;
    const part = document.createDocumentFragment();
    for (; rendered < end; rendered++) part.append(row(shown[rendered], rendered));
    list.append(part);
    // It tells of changes alone, and is asked anew: the end may be in sight still.
    watch.unobserve($("more"));
    watch.observe($("more"));
  }

  const button = (nth) => list.children[nth] && list.children[nth].firstElementChild;

  function moveTo(nth, focus) {
    if (shown.length === 0) return;
    nth = Math.max(0, Math.min(shown.length - 1, nth));
    render(nth + PAGE);
    const before = button(Math.max(current, 0));
    if (before) before.tabIndex = -1;
    current = nth;
    button(nth).tabIndex = 0;
    if (focus) button(nth).focus();
    button(nth).scrollIntoView({ block: "nearest" });
    if (opened >= 0 && opened !== nth) openDetails(nth, false);
  }

  // Details.

  const pair = (name, ...value) => [el("dt", null, name), el("dd", null, ...value)];
  const mono = (text) => el("span", { class: "mono" }, text);

  function copyable(text, label) {
    const copy = el("button", { type: "button", class: "quiet", "aria-label": "Copy " + label }, "Copy");
    copy.addEventListener("click", async () => {
      let done = true;
      try {
        await navigator.clipboard.writeText(text);
      } catch {
        const field = el("textarea", { class: "unseen" });
        field.value = text;
        copy.after(field);
        field.select();
        done = document.execCommand("copy");
        field.remove();
        copy.focus();
      }
      $("said").textContent = done ? "copied the " + label : "could not copy the " + label;
      copy.textContent = done ? "Copied" : "Failed";
      setTimeout(() => { copy.textContent = "Copy"; }, 1500);
    });
    return el("div", { class: "copy" }, el("code", null, text), copy);
  }

  const told = (commit) => [mono(short(commit.id)), " ", [day(commit), author(commit)].filter(Boolean).join(" · "), commit.summary ? " “" + commit.summary + "”" : ""];
  const named = (names, more) => names.join(", ") + (more ? " and " + more + " more" : "");

  function stay(one) {
    const rows = [pair("place", el("span", { class: "path" }, one.path + ":" + one.line)), pair("state", el("span", { class: "state " + one.state }, STATES[one.state] || one.state), " (kept by: " + one.kept_by + ")")];
    if (one.introduced_by) rows.push(pair("entered", ...told(one.introduced_by)));
    if (one.removed_by) rows.push(pair("left", ...told(one.removed_by)));
    if (one.note) rows.push(pair("note on", mono(short(one.note.annotates)), " in " + named(one.note.refs, one.note.more_refs)));
    if (one.branches.length) rows.push(pair("branches", named(one.branches, one.more_branches)));
    if (one.tags.length) rows.push(pair("tags", named(one.tags, one.more_tags)));
    if (one.tips.length) rows.push(pair("still at", named(one.tips, one.more_tips)));
    if (one.blob) rows.push(pair("blob", mono(short(one.blob))));
    return el("div", { class: "stay" }, el("dl", null, rows.flat()));
  }

  function stays(occurrences) {
    const box = el("div", null, occurrences.slice(0, STAYS).map(stay));
    if (occurrences.length > STAYS) {
      const rest = el("button", { type: "button", class: "quiet" }, "Show all " + occurrences.length);
      rest.addEventListener("click", () => box.replaceChildren(...occurrences.map(stay)));
      box.append(rest);
    }
    return box;
  }

  function describe(finding) {
    const close = el("button", { type: "button", class: "quiet", "aria-label": "Close details" }, "Close");
    close.addEventListener("click", () => closeDetails(true));
    const end = finding.end_line === finding.line ? String(finding.end_column) : finding.end_line + ":" + finding.end_column;
    const parts = [
      el("div", { class: "panel-head" }, el("h2", { id: "details-title", tabindex: -1 }, finding.name), close),
      el("p", { class: "tags" }, el("span", { class: "severity " + finding.severity }, finding.severity), el("span", null, finding.confidence + " confidence"), el("span", null, finding.validity)),
      el("h3", null, "Finding"),
      el("dl", null,
        pair("place", el("span", { class: "path" }, finding.path + ":" + finding.line + ":" + finding.column), " to " + end),
        pair("rule", mono(finding.rule)), pair("provider", finding.provider), pair("source", finding.source),
        pair("redacted", mono(finding.redacted)),
        finding.secret !== undefined ? pair("secret", mono(finding.secret)) : [],
        finding.decoded && finding.decoded.length ? pair("decoded", finding.decoded.join(" → ")) : []),
    ];
    if (finding.accepted) parts.push(el("h3", null, "Accepted, and not counted"), el("dl", null, Object.entries(finding.accepted).flatMap(([name, value]) => pair(name, value))));
    if (finding.parts && finding.parts.length) {
      const rows = finding.parts.map((part) => el("tr", null, el("td", null, part.part), el("td", null, part.line + ":" + part.column), el("td", { class: "mono" }, part.secret === undefined ? part.redacted : part.secret)));
      parts.push(el("h3", null, "Parts"), el("table", null, el("thead", null, el("tr", null, ["part", "at", "redacted"].map((name) => el("th", { scope: "col" }, name)))), el("tbody", null, rows)));
    }
    const facts = Object.entries(finding.facts || {});
    if (facts.length) parts.push(el("h3", null, "Facts"), el("dl", null, facts.flatMap(([name, value]) => pair(name, mono(value)))));
    if (finding.remediation && finding.remediation.length) parts.push(el("h3", null, "What to do"), el("ol", null, finding.remediation.map((step) => el("li", null, step))));
    if (finding.occurrences && finding.occurrences.length) parts.push(el("h3", null, "Occurrences (" + finding.occurrences.length + ")"), stays(finding.occurrences));
    else if (finding.commit) parts.push(el("h3", null, "Commit"), el("p", null, ...told(finding.commit)));
    parts.push(el("h3", null, "Fingerprint"), copyable(finding.fingerprint, "fingerprint"));
    if (!finding.accepted) parts.push(el("h3", null, "If it is no secret"), copyable("keyfence allow " + finding.fingerprint + ' --reason "why it is not a secret"', "command"));
    return parts;
  }

  function openDetails(nth, focus) {
    const before = button(opened);
    if (before) before.setAttribute("aria-expanded", "false");
    opened = nth;
    button(nth).setAttribute("aria-expanded", "true");
    const box = $("details");
    const inside = box.contains(document.activeElement);
    box.replaceChildren(...describe(shown[nth].finding));
    box.hidden = false;
    box.scrollTop = 0;
    $("results").classList.add("open");
    if (focus || inside) $("details-title").focus({ preventScroll: true });
  }

  function closeDetails(focus) {
    if (opened < 0) return;
    const of = button(opened);
    if (of) of.setAttribute("aria-expanded", "false");
    opened = -1;
    $("details").hidden = true;
    $("details").replaceChildren();
    $("results").classList.remove("open");
    if (focus && of) of.focus();
  }

  // The timeline: a bar a stretch of days, up for what entered, down for what left.

  const moments = all.flatMap((one) => (one.accepted ? [] : [...one.entered, ...one.left]));
  const iso = (at) => new Date(at).toISOString().slice(0, 10);
  let first = Infinity;
  let last = -Infinity;
  for (const at of moments) { first = Math.min(first, at); last = Math.max(last, at); }
  first = Math.floor(first / DAY) * DAY;
  const step = DAY * Math.max(1, Math.ceil((last - first + 1) / DAY / 90));
  const bars = Math.max(12, Math.floor((last - first) / step) + 1);

  function drawChart() {
    if (moments.length === 0) return;
    const entered = new Array(bars).fill(0);
    const left = new Array(bars).fill(0);
    for (const one of shown) {
      if (one.accepted) continue;
      for (const at of one.entered) entered[Math.floor((at - first) / step)]++;
      for (const at of one.left) left[Math.floor((at - first) / step)]++;
    }
    const most = Math.max(1, ...entered, ...left);
    const width = 1000 / bars;
    const height = (n) => (n ? Math.max(3, (n / most) * 46) : 0);
    const marks = [svg("line", { class: "zero", x1: 0, x2: 1000, y1: 48, y2: 48 })];
    for (let nth = 0; nth < bars; nth++) {
      const place = { x: nth * width + width * 0.1, width: width * 0.8 };
      if (entered[nth]) marks.push(svg("rect", { class: "in", ...place, y: 48 - height(entered[nth]), height: height(entered[nth]) }));
      if (left[nth]) marks.push(svg("rect", { class: "out", ...place, y: 48, height: height(left[nth]) }));
      const from = iso(first + nth * step);
      const until = iso(first + (nth + 1) * step - 1);
      const hit = svg("rect", { class: "hit", x: nth * width, width, y: 0, height: 96 });
      const title = svg("title", {});
      title.textContent = (from === until ? from : from + " to " + until) + ": " + entered[nth] + " entered, " + left[nth] + " left";
      hit.append(title);
      hit.addEventListener("click", () => { $("from").value = from; $("until").value = until; apply(); });
      marks.push(hit);
    }
    const sum = (counts) => counts.reduce((a, b) => a + b, 0);
    const chart = $("chart");
    chart.replaceChildren(...marks);
    chart.setAttribute("aria-label", "Between " + iso(first) + " and " + iso(last) + " secrets entered " + many(sum(entered), "time") + " and left " + many(sum(left), "time"));
    const end = first + bars * step - 1;
    $("axis").replaceChildren(...[first, (first + end) / 2, end].map((at) => el("span", null, iso(at))));
  }

  // Theme, keyboard, printing.

  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme ? document.documentElement.dataset.theme === "dark" : dark.matches);
  function tellTheme() {
    $("theme").setAttribute("aria-pressed", String(isDark()));
  }
  $("theme").addEventListener("click", () => { document.documentElement.dataset.theme = isDark() ? "light" : "dark"; tellTheme(); });
  dark.addEventListener("change", tellTheme);

  list.addEventListener("click", (event) => {
    const of = event.target.closest(".row");
    if (!of) return;
    const nth = Number(of.dataset.nth);
    if (nth === opened) { closeDetails(true); return; }
    moveTo(nth, true);
    openDetails(nth, true);
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const typing = event.target.matches("input, select, textarea");
    const inDetails = $("details").contains(event.target);
    const go = (nth) => { event.preventDefault(); moveTo(nth, !inDetails); };
    if (event.key === "Escape") {
      if (opened >= 0) { event.preventDefault(); closeDetails(true); }
      else if (typing) event.target.blur();
    } else if (event.key === "ArrowDown" && event.target.id === "search") go(Math.max(current, 0));
    else if (typing) return;
    else if (event.key === "/") { event.preventDefault(); $("search").focus(); $("search").select(); }
    else if (event.key === "j" || (event.key === "ArrowDown" && event.target.matches(".row"))) go(current + 1);
    else if (event.key === "k" || (event.key === "ArrowUp" && event.target.matches(".row"))) go(current - 1);
    else if (event.key === "Home" && event.target.matches(".row")) go(0);
    else if (event.key === "End" && event.target.matches(".row")) go(shown.length - 1);
    else if (event.key === "Enter" && current >= 0 && opened < 0 && event.target === document.body) { event.preventDefault(); openDetails(current, true); }
  });
  list.addEventListener("focusin", (event) => {
    const of = event.target.closest(".row");
    if (of && Number(of.dataset.nth) !== current) moveTo(Number(of.dataset.nth), false);
  });

  let waiting = 0;
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(apply, 60); };
  $("filters").addEventListener("input", soon);
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  $("filters").addEventListener("reset", soon);

  const paper = matchMedia("print");
  const renderAll = () => render(shown.length);
  addEventListener("beforeprint", renderAll);
  paper.addEventListener("change", () => { if (paper.matches) renderAll(); });

  for (const [id, values] of Object.entries(selects)) fillSelect(id, values);
  for (const hidden of document.querySelectorAll(".needs-script")) hidden.hidden = false;
  $("timeline").hidden = moments.length === 0;
  tellTheme();
  apply();
})();
