"""Style and script of the page, put into it so that it needs no other file and no network."""

from __future__ import annotations

CSS = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1c2126; --soft: #5d6873; --rule: #dde1e5;
  --tint: #f5f6f8; --accent: #1f5f99; --good: #2f9e5b; --middling: #e0930f; --bad: #d43d3d; }
@media (prefers-color-scheme: dark) { :root { --paper: #15181b; --ink: #e5e8eb; --soft: #98a2ac;
  --rule: #30363c; --tint: #1d2125; --accent: #7db8ee; --good: #45b873; --middling: #eaa93b;
  --bad: #ec6464; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
main { max-width: 1240px; margin: 0 auto; padding: 44px 28px 72px; }
h1 { font-size: 30px; line-height: 1.2; font-weight: 650; letter-spacing: -.012em;
  margin: 0 0 6px; overflow-wrap: anywhere; }
h2 { font-size: 20px; line-height: 1.3; font-weight: 620; margin: 54px 0 12px; padding-top: 14px;
  border-top: 1px solid var(--rule); }
h3 { font-size: 17px; margin: 0; font-weight: 620; display: inline; overflow-wrap: anywhere; }
p { margin: 0 0 10px; max-width: 82ch; }
.lead { font-size: 19px; line-height: 1.45; margin: 18px 0 0; }
.soft, figcaption, .note { color: var(--soft); font-size: 14px; line-height: 1.5; }
a { color: var(--accent); }
code, pre { font: 13px/1.5 ui-monospace, Menlo, Consolas, "Liberation Mono", monospace; }
pre { background: var(--tint); padding: 12px 14px; border-radius: 6px; overflow-x: auto;
  white-space: pre-wrap; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 10px 0 12px; }
table.wide { width: 100%; }
th, td { text-align: right; padding: 7px 9px; border-bottom: 1px solid var(--rule);
  vertical-align: baseline; white-space: nowrap; }
th { font-size: 13px; font-weight: 600; color: var(--soft); }
th:first-child, td:first-child, .left { text-align: left; padding-left: 0; }
td.left, th.left { white-space: normal; }
table.settings td { white-space: normal; overflow-wrap: anywhere; }
table.settings td:first-child { min-width: 190px; }
table.dense th, table.dense td { padding-left: 6px; padding-right: 6px; }
table.dense th { white-space: normal; }
table.wide th:first-child, table.wide td:first-child { padding-left: 0; position: sticky; left: 0;
  background: var(--paper); }
td.name { white-space: normal; overflow-wrap: anywhere; min-width: 190px; }
td.name .tag { white-space: nowrap; display: inline-block; line-height: 1.4; }
td.best { font-weight: 720; }
td small { color: var(--soft); font-weight: 400; font-size: 12.5px; margin-left: 6px; }
table.stacked small { display: block; margin: 0; line-height: 1.35; }
td.bad, .bad-text { color: var(--bad); font-weight: 600; }
th button { font: inherit; color: inherit; background: none; border: 0; padding: 0;
  cursor: pointer; text-align: inherit; }
html.scripted th button::after { content: " \\2195"; opacity: .45; }
html.scripted th[aria-sort=ascending] button::after { content: " \\2191"; opacity: 1; }
html.scripted th[aria-sort=descending] button::after { content: " \\2193"; opacity: 1; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 20px 44px; }
figure { margin: 0; }
ul.legend { list-style: none; margin: 6px 0 0; padding: 0 0 0 44px; font-size: 14px; }
ul.legend li { display: flex; align-items: center; gap: 9px; }
ul.legend b { font-variant-numeric: tabular-nums; font-weight: 600; margin-left: auto;
  white-space: nowrap; }
ul.legend.flat { display: flex; flex-wrap: wrap; gap: 2px 24px; padding: 0; margin: 10px 0 4px; }
.tracker { display: flex; gap: 6px; align-items: center; }
.swatch { width: 28px; height: 8px; flex: none; }
.key { width: 16px; flex: none; align-self: flex-end; margin-bottom: 5px; }
.chart { width: 100%; height: auto; display: block; overflow: visible; }
.chart text { fill: var(--soft); font-size: 13px; }
.chart .rule { stroke: var(--rule); fill: none; }
.chart .mark { stroke: var(--soft); stroke-dasharray: 2 4; fill: none; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.timeline text { font-size: 12.5px; }
.timeline .line { stroke-width: 1.6; }
.timeline .cursor { stroke: var(--ink); }
.absent { fill: var(--soft); opacity: .16; }
.tracking { fill: var(--good); background: var(--good); }
.uncertain { fill: var(--middling); background: var(--middling); }
.lost { fill: var(--bad); background: var(--bad); }
.nothing { background: var(--soft); opacity: .3; }
details.sequence { border-top: 1px solid var(--rule); padding: 16px 0 10px; }
details > summary { cursor: pointer; }
details.sequence > summary::marker { color: var(--soft); }
details.sequence > *:not(summary) { margin-top: 12px; }
.readout { min-height: 22px; font-size: 13.5px; font-variant-numeric: tabular-nums;
  color: var(--soft); margin: 2px 0 0; }
.moments { display: grid; grid-template-columns: 1fr 1fr; gap: 18px 22px; }
.moments figure.large { grid-column: 1 / -1; }
.moments.strip { grid-template-columns: repeat(3, 1fr); gap: 10px 12px; margin: 10px 0 0; }
.worst { margin: 18px 0 26px; break-inside: avoid; }
.radars figcaption { text-align: center; margin-top: 0; }
.chart text.ring { font-size: 11px; paint-order: stroke; stroke: var(--paper); stroke-width: 3px; }
.moments img { cursor: zoom-in; }
.moments .large img { cursor: zoom-out; }
img, video { width: 100%; height: auto; display: block; border-radius: 4px; background: #000; }
video { max-width: 880px; }
figcaption { margin-top: 5px; font-size: 13.5px; font-variant-numeric: tabular-nums; }
figcaption b { color: var(--ink); font-weight: 600; margin-right: 12px; }
.box { margin-right: 12px; display: inline-block; }
.box i { display: inline-block; width: 11px; height: 11px; margin-right: 5px; border-radius: 2px;
  border: 1px solid var(--soft); }
.tag { font-size: 12px; color: var(--soft); border: 1px solid var(--rule); border-radius: 9px;
  padding: 1px 7px; margin-left: 6px; }
.gist { color: var(--soft); font-size: 14px; margin-left: 10px;
  font-variant-numeric: tabular-nums; }
@media screen and (max-width: 960px) { table { font-size: 13.5px; } th { font-size: 12px; }
  main { padding: 36px 20px 60px; } th, td { padding: 6px 4px; }
  table.wide td:first-child { white-space: normal; } }
@media screen and (max-width: 760px) { .pair, .moments { grid-template-columns: 1fr; }
  main { padding: 24px 16px 48px; } .timeline { min-width: 720px; } }
@media print {
  :root { color-scheme: light; --paper: #fff; --ink: #000; --soft: #444; --rule: #bbb;
    --tint: #f4f4f4; --accent: #1f5f99; --good: #2f9e5b; --middling: #e0930f; --bad: #c22; }
  @page { margin: 14mm; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  .moments.strip { gap: 6px 8px; }
  .pair { gap: 12px 28px; } .moments { gap: 12px 16px; }
  h2 { margin-top: 26px; }
  h2 { break-after: avoid; }
  figure, tr, .timeline, details.sequence, .together { break-inside: avoid; }
  table { font-size: 8.8pt; } th { font-size: 8pt; } th, td { padding: 4px 5px; }
  .scroll { overflow: visible; } table.wide th:first-child, table.wide td:first-child {
    position: static; white-space: normal; }
  table.dense { font-size: 8.5pt; } table.dense th { font-size: 7.5pt; }
  .scroll { break-inside: avoid; } .scroll:has(.sortable, .stacked) { break-inside: auto; }
  .note { break-before: avoid; break-inside: avoid; }
  .note, figcaption, .soft, ul.legend, .gist { font-size: 8.5pt; } .lead { font-size: 13pt; }
  table.dense th, table.dense td { padding: 3px 3px; }
  table.dense small { font-size: 7pt; display: block; margin: 0; line-height: 1.3; }
  td.name { min-width: 24mm; } td.name a { text-decoration: none; } .tag { font-size: 6.5pt; }
  table.stacked { font-size: 7.5pt; } table.stacked th { font-size: 6.5pt; }
  table.stacked small { font-size: 6.5pt; }
  video, .readout, .screen { display: none; }
  html.scripted th button { display: contents; }
  html.scripted th button::after { content: none; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""

SCRIPT = """
"use strict";
document.documentElement.classList.add("scripted");
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => head.querySelector("button")?.addEventListener("click", () => {
    const numeric = "sort" in table.tBodies[0].rows[0].cells[column].dataset;
    const first = numeric ? "descending" : "ascending";
    const other = numeric ? "ascending" : "descending";
    const order = head.getAttribute("aria-sort") === first ? other : first;
    heads.forEach((each) => each.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    const text = ({ cells: { [column]: cell } }) => (cell.querySelector("a") ?? cell).textContent;
    const number = (row) => {
      const told = row.cells[column].dataset.sort;
      return told === "" ? NaN : Number(told);
    };
    const rows = [...table.tBodies[0].rows].sort((a, b) => {
      if (!numeric) return sign * text(a).localeCompare(text(b), "en", { numeric: true });
      const [x, y] = [number(a), number(b)];
      // What has no figure is last in either order.
      return Number.isNaN(x) - Number.isNaN(y) || sign * (x - y) || 0;
    });
    table.tBodies[0].append(...rows);
  }));
}
const openTarget = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) target.open = true;
};
addEventListener("hashchange", openTarget);
openTarget();
let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("details.printed:not([open])")];
  unfolded.forEach((each) => { each.open = true; });
});
addEventListener("afterprint", () => unfolded.forEach((each) => { each.open = false; }));
for (const image of document.querySelectorAll(".moments img")) {
  image.addEventListener("click", () => image.closest("figure").classList.toggle("large"));
}
for (const section of document.querySelectorAll("details.sequence")) {
  const chart = section.querySelector(".timeline");
  const source = section.querySelector("script");
  if (!chart || !source) continue;
  const told = JSON.parse(source.textContent);
  const readout = section.querySelector(".readout");
  const cursor = chart.querySelector(".cursor");
  const video = section.querySelector("video");
  const frames = Number(chart.dataset.frames);
  const show = (frame) => {
    const x = told.left + (frame + 0.5) / frames * told.width;
    cursor.setAttribute("transform", `translate(${x} 0)`);
    cursor.setAttribute("visibility", "visible");
    const texts = told.trackers.map((each) => {
      const overlap = each.overlaps[frame] === null ? "not scored" : `IoU ${each.overlaps[frame]}`;
      const score = each.scores[frame] === null ? "" : `, score ${each.scores[frame]}`;
      return `${each.name}: ${overlap}, ${told.statuses[each.statuses[frame]]}${score}`;
    });
    readout.textContent = `frame ${frame}   ` + texts.join("   ·   ");
  };
  const frameAt = (event) => {
    const box = chart.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width * chart.viewBox.baseVal.width;
    const frame = Math.floor((x - told.left) / told.width * frames);
    return Math.min(frames - 1, Math.max(0, frame));
  };
  chart.addEventListener("pointermove", (event) => show(frameAt(event)));
  chart.addEventListener("click", (event) => {
    if (video) video.currentTime = (frameAt(event) + 0.5) / told.rate;
  });
  // Some browsers show black until it is played or sought; nothing is read of a folded one.
  const showFirst = () => {
    if (section.open && video.currentTime === 0) video.currentTime = 0.5 / told.rate;
  };
  if (video) {
    showFirst();
    section.addEventListener("toggle", showFirst);
  }
  video?.addEventListener("timeupdate", () => {
    show(Math.min(frames - 1, Math.floor(video.currentTime * told.rate)));
  });
}
"""
