// The operator's page. It shows what the station says and sends what the operator does; it decides nothing.
"use strict";
const $ = (id) => document.getElementById(id);
let strings = {}, language = "en", state = null, chosen = null, waitingSlot = null;

const t = (key) => (strings[language] || {})[key] || (strings.en || {})[key] || key;

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  for (const child of children) if (child !== null && child !== undefined) node.append(child);
  return node;
}

async function post(path, fields) {
  const response = await fetch(path, {method: "POST", body: new URLSearchParams(fields)});
  const said = await response.json().catch(() => ({ok: false, what: response.statusText}));
  if (!said.ok) $("scan-says").textContent = said.what + (said.hint ? " – " + said.hint : "");
  return said.ok;
}

function tileNode(tile) {
  const seconds = tile.duration_ms === null ? "" : (tile.duration_ms / 1000).toFixed(1) + "\u00a0" + t("seconds");
  const failed = tile.light === "fail";
  const done = tile.light === "pass" || failed;
  const node = el("article", {class: "tile", "data-light": tile.light, "data-slot": tile.slot, tabindex: "0", "aria-label": tile.slot + " " + t(tile.light)},
    el("header", {}, el("h3", {}, tile.slot), el("span", {class: "word"}, t(tile.light))),
    tile.imei ? el("div", {class: "imei"}, tile.imei) : null,
    tile.serial ? el("div", {class: "soft"}, t("serial") + " " + tile.serial) : null,
    failed ? el("div", {class: "cause"}, tile.cause) : null,
    failed && tile.remedy ? el("div", {class: "remedy"}, tile.remedy) : null,
    el("div", {class: "soft state"}, t("state_" + tile.state) + (tile.status ? " · " + tile.status : "") + (seconds ? " · " + seconds : "")),
    tile.step ? el("div", {class: "soft"}, tile.step) : null,
    tile.light === "working" ? el("progress", tile.total ? {max: tile.total, value: tile.done} : {}) : null,
    tile.notes.length ? el("ul", {class: "notes"}, ...tile.notes.map((note) => el("li", {}, note))) : null,
    tile.label ? el("div", {class: "soft", title: tile.label}, t("printed") + ": " + tile.label.split("/").pop()) : null,
    el("div", {class: "actions"},
      done ? el("button", {type: "button", class: "retry", onclick: () => post("/retry", {slot: tile.slot})}, t("retry")) : null,
      tile.light === "pass" ? el("button", {type: "button", class: "label", onclick: () => post("/label", {slot: tile.slot})}, t("label")) : null,
      done && state.mutual && tile.imei ? el("button", {type: "button", class: "reissue", onclick: () => reissue(tile.slot)}, t("reissue")) : null));
  node.addEventListener("focusin", () => { chosen = tile.slot; });
  return node;
}

function show() {
  if (!state) return;
  document.title = state.job + " – ec200u-pki";
  $("job").textContent = state.job;
  $("batch").textContent = state.batch || "–";
  $("operator").textContent = state.operator || t("nobody");
  $("passed").textContent = state.counters.passed;
  $("failed").textContent = state.counters.failed;
  const yields = state.counters.first_pass_per_mille;
  $("yield").textContent = yields === null ? "–" : (yields / 10).toFixed(1) + " %";
  $("held").hidden = !state.held;
  $("held-text").textContent = t("held") + ": " + state.held;
  $("key-reissue").hidden = !state.mutual;
  const ca = state.signing;
  $("signing").hidden = !ca || (ca.left === null && ca.minutes_left === null);
  if (ca) $("signing-left").textContent = [ca.left === null ? "" : ca.left, ca.minutes_left === null ? "" : Math.floor(ca.minutes_left / 60) + ":" + String(ca.minutes_left % 60).padStart(2, "0") + " h"].filter(String).join(" · ");
  $("locked").hidden = !ca || !ca.locked;
  $("locked-text").textContent = t("locked") + (ca && ca.why ? ": " + ca.why : "");
  $("trouble").hidden = !state.trouble;
  $("trouble").textContent = state.trouble;
  // Only tiles that changed are drawn again, so that the focus stays where it is.
  const tiles = $("tiles");
  state.tiles.forEach((tile, i) => {
    const key = language + JSON.stringify(tile);
    const old = tiles.children[i];
    if (old && old.dataset.key === key) return;
    const fresh = tileNode(tile);
    fresh.dataset.key = key;
    if (!old) { tiles.append(fresh); return; }
    const focused = old.contains(document.activeElement);
    const what = focused ? document.activeElement.className : "";
    old.replaceWith(fresh);
    if (focused) (what && what !== "tile" && fresh.querySelector("." + what) || fresh).focus();
  });
}

let searching = 0;
async function showDevices() {
  const mine = ++searching;
  const response = await fetch("/devices?search=" + encodeURIComponent($("search").value));
  if (!response.ok || mine !== searching) return;
  const {devices} = await response.json();
  const rows = devices.map((d) => el("tr", {}, el("td", {}, new Date(d.at).toLocaleTimeString(language)), el("td", {}, d.imei), el("td", {}, d.serial),
    el("td", {}, d.slot), el("td", {class: d.result}, t(d.result) + (d.cause ? " – " + d.cause : ""))));
  $("devices").replaceChildren(...(rows.length ? rows : [el("tr", {}, el("td", {colspan: "5"}, t("nothing_found")))]));
}

function speak() {
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = t(node.dataset.text);
  for (const node of document.querySelectorAll("[data-hint]")) node.placeholder = t(node.dataset.hint);
  show();
}

// A keyboard-wedge scanner types a code and Enter. The code of a slot chooses it, the next one is that board's serial number.
async function scanned(code) {
  const slots = state ? state.tiles.map((tile) => tile.slot) : [];
  const slot = slots.find((name) => name.toLowerCase() === code.toLowerCase());
  if (slot) { waitingSlot = slot; $("scan-says").textContent = t("now_serial") + " " + slot; return; }
  const target = waitingSlot || (slots.length === 1 ? slots[0] : chosen);
  if (!target) { $("scan-says").textContent = t("no_slot") + ": " + code; return; }
  waitingSlot = null;
  if (await post("/serial", {slot: target, serial: code})) $("scan-says").textContent = code + " " + t("bound") + " " + target;
}

function ask(question, value) {
  return new Promise((resolve) => {
    $("ask-text").textContent = question;
    $("ask-value").value = value;
    const dialog = $("ask");
    dialog.returnValue = "no";
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes" ? $("ask-value").value : null), {once: true});
    dialog.showModal();
  });
}

function sure(question) {
  return new Promise((resolve) => {
    $("sure-text").textContent = question;
    const dialog = $("sure");
    dialog.returnValue = "no";
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), {once: true});
    dialog.showModal();
  });
}

// A board that came back: what it had is revoked, so nobody does it by a slip.
async function reissue(slot) {
  if (state.mutual && await sure(t("sure_reissue") + " " + slot + "?")) post("/reissue", {slot});
}

function listen() {
  const events = new EventSource("/events");
  let finished = -1;
  events.onmessage = (event) => {
    state = JSON.parse(event.data);
    $("lost").hidden = true;
    show();
    const now = state.counters.passed + state.counters.failed;
    if (now !== finished) { finished = now; showDevices(); }
  };
  events.onerror = () => { $("lost").hidden = false; };
}

function keys(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  const tiles = state ? state.tiles : [];
  if (event.key === "/") $("search").focus();
  else if (event.key === "s") $("scanned").focus();
  else if (/^[1-9]$/.test(event.key) && tiles[event.key - 1]) $("tiles").children[event.key - 1].focus();
  else if (event.key === "r" && chosen) post("/retry", {slot: chosen});
  else if (event.key === "l" && chosen) post("/label", {slot: chosen});
  else if (event.key === "i" && chosen) reissue(chosen);
  else return;
  event.preventDefault();
}

async function begin() {
  strings = await (await fetch("/strings.json")).json();
  const wanted = localStorage.getItem("language") || navigator.language.slice(0, 2);
  language = strings[wanted] ? wanted : "en";
  $("language").value = language;
  $("look").value = localStorage.getItem("look") || "auto";
  document.documentElement.dataset.look = $("look").value;
  $("language").addEventListener("change", (event) => { language = event.target.value; localStorage.setItem("language", language); speak(); showDevices(); });
  $("look").addEventListener("change", (event) => { localStorage.setItem("look", event.target.value); document.documentElement.dataset.look = event.target.value; });
  $("scan").addEventListener("submit", (event) => { event.preventDefault(); const code = $("scanned").value.trim(); $("scanned").value = ""; if (code) scanned(code); });
  $("search").addEventListener("input", showDevices);
  $("operator").addEventListener("click", async () => { const name = await ask(t("who"), state.operator); if (name !== null) post("/operator", {name}); });
  $("locked").addEventListener("submit", async (event) => {
    event.preventDefault();
    const passphrase = $("passphrase").value;
    $("passphrase").value = "";
    const response = await fetch("/unlock", {method: "POST", body: new URLSearchParams({passphrase})});
    const said = await response.json().catch(() => ({ok: false, what: response.statusText}));
    $("unlock-says").textContent = said.ok ? "" : said.what + (said.hint ? " – " + said.hint : "");
  });
  $("release").addEventListener("click", () => post("/release", {}));
  document.addEventListener("keydown", keys);
  speak();
  listen();
}
begin();
