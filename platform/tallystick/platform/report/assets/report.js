"use strict";
/* Draws the charts and long tables of a Tallystick report from the JSON in the page. No library, no network. */
const DATA = JSON.parse(document.getElementById("report-data").textContent);
const DAY = 86400;
const sum = (differences) => { let total = 0; return differences.map((step) => (total += step)); };
function unpacked([card, ...columns]) { /* rows of a table that came column by column */
  const whole = columns.map((column, place) => column.words ? column.places.map((at) => column.words[at]) : card.differences.includes(place) ? sum(column) : column);
  return (whole[0] || []).map((_, row) => whole.map((column) => column[row]));
}
for (const name of ["trades", "stops", "deals", "orders"]) DATA[name] = unpacked(DATA[name]);
for (const trade of DATA.trades) { /* the exit comes as points from the entry */
  const digits = (DATA.symbols[trade[0]] || { digits: 5 }).digits;
  trade[4] = Number((trade[3] + trade[4] / 10 ** digits).toFixed(digits));
}
const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
const two = (number) => String(number).padStart(2, "0");
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

function fixed(number, digits) {
  const [whole, part] = Math.abs(number).toFixed(digits).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const zero = Number(Math.abs(number).toFixed(digits)) === 0;
  return (number < 0 && !zero ? "\u2212" : "") + grouped + (part ? "." + part : "");
}
const money = (minor) => fixed(minor / 10 ** DATA.digits, DATA.digits);
function moment(seconds) {
  const at = new Date(seconds * 1000);
  return `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
}
function at(times, second) { /* first position whose time is not before `second` */
  let low = 0, high = times.length;
  while (low < high) { const middle = (low + high) >> 1; if (times[middle] < second) low = middle + 1; else high = middle; }
  return low;
}
function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "class") made.className = value; else if (name in made) made[name] = value; else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}const decimals = (step) => Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)); /* that tell two labels apart */
let INK = {};
function readInk() {
  const style = getComputedStyle(document.documentElement);
  const names = ["card", "ink", "soft", "line", "grid", "accent", "gain", "loss", "gain-soft", "loss-soft", "up", "down", "balance", "hold", "hold-soft"];
  INK = Object.fromEntries(names.map((name) => [name, style.getPropertyValue("--" + name).trim()]));
}

/* A step of 1, 2 or 5 times a power of ten that cuts `span` into about `count` parts. */
function roundStep(span, count) {
  const rough = span / Math.max(count, 1);
  const power = 10 ** Math.floor(Math.log10(rough || 1));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough) || power * 10;
}

/* Chart: panes over one row axis. Rows are equally wide, so nights and weekends take no room; labels say the time. */
class Chart {
  constructor(figure, times, panes, tip) {
    Object.assign(this, { figure, times, panes, tip });
    this.canvas = figure.querySelector("canvas");
    this.box = figure.querySelector(".tip");
    this.pen = this.canvas.getContext("2d");
    this.view = [0, Math.max(times.length - 1, 1)];
    this.cursor = null;
    this.listen();
    new ResizeObserver(() => this.draw()).observe(this.canvas);
  }
  replace(times, panes, tip) {
    const whole = this.view[0] <= 0 && this.view[1] >= this.times.length - 1;
    const seconds = this.view.map((row) => this.times[clamp(Math.round(row), 0, this.times.length - 1)]);
    Object.assign(this, { times, panes, tip });
    if (whole) this.show(0, times.length - 1); else this.show(at(times, seconds[0]), at(times, seconds[1]));
  }
  show(first, last) {
    const end = Math.max(this.times.length - 1, 1);
    const span = clamp(last - first, Math.min(12, end), end);
    const start = clamp(first, 0, end - span);
    this.view = [start, start + span];
    this.draw();
  }
  zoom(factor, anchor) {
    const [first, last] = this.view;
    const around = anchor ?? (first + last) / 2;
    this.show(around - (around - first) * factor, around + (last - around) * factor);
  }
  showDays(days) {
    const last = Math.round(this.view[1]);
    const from = this.times[clamp(last, 0, this.times.length - 1)] - days * DAY;
    this.show(at(this.times, from), last);
  }
  rowAt(x) { return this.view[0] + ((x - this.left) / this.width) * (this.view[1] - this.view[0]); }
  x(row) { return this.left + ((row - this.view[0]) / (this.view[1] - this.view[0])) * this.width; }
  listen() {
    const held = new Map();
    let gap = 0;
    const place = (event) => { const box = this.canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
    const release = (event) => { held.delete(event.pointerId); gap = 0; };
    this.canvas.addEventListener("pointerdown", (event) => { held.set(event.pointerId, place(event)); this.canvas.setPointerCapture(event.pointerId); });
    this.canvas.addEventListener("pointerup", release);
    this.canvas.addEventListener("pointercancel", release);
    this.canvas.addEventListener("pointerleave", () => { this.cursor = null; this.draw(); });
    this.canvas.addEventListener("pointermove", (event) => {
      const now = place(event), before = held.get(event.pointerId);
      this.cursor = now;
      if (before && held.size === 2) {
        held.set(event.pointerId, now);
        const [one, other] = [...held.values()];
        const distance = Math.abs(one[0] - other[0]) + 1;
        if (gap) this.zoom(gap / distance, this.rowAt((one[0] + other[0]) / 2));
        gap = distance;
        return;
      }
      if (before) {
        const step = ((before[0] - now[0]) / this.width) * (this.view[1] - this.view[0]);
        held.set(event.pointerId, now);
        this.show(this.view[0] + step, this.view[1] + step);
        return;
      }
      this.draw();
    });
    this.canvas.addEventListener("dblclick", () => this.show(0, this.times.length - 1));
    this.canvas.addEventListener("wheel", (event) => {
      const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
      if (!event.ctrlKey && !event.metaKey && !sideways) return;
      event.preventDefault();
      if (sideways) { const step = (event.deltaX / this.width) * (this.view[1] - this.view[0]); this.show(this.view[0] + step, this.view[1] + step); }
      else this.zoom(event.deltaY > 0 ? 1.2 : 1 / 1.2, this.rowAt(place(event)[0]));
    }, { passive: false });
    this.canvas.addEventListener("keydown", (event) => {
      const step = (this.view[1] - this.view[0]) * 0.15;
      const actions = { ArrowLeft: () => this.show(this.view[0] - step, this.view[1] - step), ArrowRight: () => this.show(this.view[0] + step, this.view[1] + step),
        "+": () => this.zoom(0.7), "-": () => this.zoom(1.4), Home: () => this.show(0, this.times.length - 1) };
      if (actions[event.key]) { event.preventDefault(); actions[event.key](); }
    });
    const buttons = { in: () => this.zoom(0.6), out: () => this.zoom(1.7), week: () => this.showDays(7), month: () => this.showDays(31), quarter: () => this.showDays(92), all: () => this.show(0, this.times.length - 1) };
    this.figure.querySelectorAll("[data-zoom]").forEach((button) => button.addEventListener("click", buttons[button.dataset.zoom]));
  }
  draw() {
    const box = this.canvas.getBoundingClientRect();
    if (!box.width || !this.times.length) return;
    const dots = window.devicePixelRatio || 1;
    this.canvas.width = box.width * dots; this.canvas.height = box.height * dots;
    const pen = this.pen;
    pen.setTransform(dots, 0, 0, dots, 0, 0);
    pen.clearRect(0, 0, box.width, box.height);
    pen.font = "11.5px system-ui, sans-serif";
    this.left = 14; this.right = box.width < 560 ? 58 : 74;
    this.width = box.width - this.left - this.right;
    const top = 28, bottom = 28, between = 30;
    const height = box.height - top - bottom - between * (this.panes.length - 1);
    const shares = this.panes.reduce((total, pane) => total + pane.share, 0);
    const first = clamp(Math.floor(this.view[0]), 0, this.times.length - 1), last = clamp(Math.ceil(this.view[1]), 0, this.times.length - 1);
    this.drawTimes(first, last, top, box.height - bottom);
    let y = top;
    for (const pane of this.panes) {
      pane.top = y; pane.height = (height * pane.share) / shares;
      this.drawPane(pane, first, last);
      y += pane.height + between;
    }
    this.drawCursor(box, top, box.height - bottom);
  }
  drawTimes(first, last, top, bottom) {
    const pen = this.pen, times = this.times;
    const span = times[last] - times[first];
    const unit = span > 200 * DAY ? "month" : span > 45 * DAY ? "half" : span > 9 * DAY ? "days" : span > 2 * DAY ? "day" : "hours";
    const key = (second) => {
      const when = new Date(second * 1000), day = when.getUTCDate();
      if (unit === "month") return when.getUTCFullYear() * 12 + when.getUTCMonth();
      if (unit === "half") return (when.getUTCFullYear() * 12 + when.getUTCMonth()) * 10 + Math.min(Math.floor((day - 1) / 10), 2);
      if (unit === "days") return Math.floor(second / DAY / 2);
      return unit === "day" ? Math.floor(second / DAY) : Math.floor(second / DAY * 6);
    };
    pen.textAlign = "left"; pen.textBaseline = "alphabetic";
    let before = key(times[first]), free = -1;
    for (let row = first + 1; row <= last; row++) {
      const now = key(times[row]);
      if (now === before) continue;
      before = now;
      const x = this.x(row), when = new Date(times[row] * 1000);
      if (x < this.left || x > this.left + this.width - 20) continue;
      pen.strokeStyle = INK.grid; pen.beginPath(); pen.moveTo(x, top); pen.lineTo(x, bottom + 4); pen.stroke();
      const month = MONTHS[when.getUTCMonth()];
      const label = unit === "month" ? (when.getUTCMonth() === 0 ? String(when.getUTCFullYear()) : month)
        : unit === "hours" ? `${when.getUTCDate()} ${month} ${two(when.getUTCHours())}:00` : unit === "day" ? `${WEEKDAYS[when.getUTCDay()]} ${when.getUTCDate()} ${month}` : `${when.getUTCDate()} ${month}`;
      if (x < free) continue;
      pen.fillStyle = INK.soft; pen.fillText(label, x + 3, bottom + 17);
      free = x + pen.measureText(label).width + 16;
    }
  }
  drawPane(pane, first, last) {
    const pen = this.pen;
    let [low, high] = pane.range(first, last);
    if (low === high) { low -= 100; high += 100; }
    const room = (high - low) * 0.06;
    if (!pane.fromZero) high += room;
    low -= room;
    pane.y = (value) => pane.top + ((high - value) / (high - low)) * pane.height;
    pane.value = (y) => high - ((y - pane.top) / pane.height) * (high - low);
    let step = roundStep(high - low, pane.height / 38);
    if (Math.ceil(low / step) === Math.floor(high / step)) step = roundStep(high - low, 2.7); /* one label is no scale */
    pen.textAlign = "left"; pen.textBaseline = "middle";
    for (let value = Math.ceil(low / step) * step; value <= high; value += step) {
      const y = pane.y(value);
      pen.strokeStyle = INK.grid; pen.beginPath(); pen.moveTo(this.left, y); pen.lineTo(this.left + this.width, y); pen.stroke();
      pen.fillStyle = INK.soft; pen.fillText(pane.label(value, step), this.left + this.width + 7, y);
    }
    pen.save();
    pen.beginPath(); pen.rect(this.left, pane.top - 6, this.width, pane.height + 12); pen.clip();
    pane.draw(this, pen, first, last);
    pen.restore();
    if (pane.title) { pen.fillStyle = INK.soft; pen.textAlign = "left"; pen.textBaseline = "top"; pane.title(this, pen, this.left, pane.top - 20); }
  }
  drawCursor(box, top, bottom) {
    this.box.hidden = true;
    if (!this.cursor || this.cursor[0] < this.left || this.cursor[0] > this.left + this.width) return;
    const row = clamp(Math.round(this.rowAt(this.cursor[0])), 0, this.times.length - 1), x = this.x(row), pen = this.pen;
    pen.strokeStyle = INK.soft; pen.setLineDash([3, 3]);
    pen.beginPath(); pen.moveTo(x, top); pen.lineTo(x, bottom); pen.stroke(); pen.setLineDash([]);
    this.box.replaceChildren(...this.tip(row, this));
    this.box.hidden = false;
    const wide = this.box.offsetWidth, left = x + 14 + wide > box.width ? x - wide - 14 : x + 14;
    this.box.style.left = clamp(left, 4, box.width - wide - 4) + "px";
    this.box.style.top = clamp(this.cursor[1] - 20, 6, Math.max(6, box.height - this.box.offsetHeight - 6)) + "px";
  }
}
const tipLine = (name, value) => element("span", {}, name, element("i", {}, value));
const tipHead = (words) => element("b", {}, words);

/* Lines that keep their extremes when many rows share a pixel. */
function line(chart, pen, values, y, first, last) {
  const rows = (last - first + 1) / Math.max(chart.width, 1);
  pen.beginPath();
  if (rows < 2) for (let row = first; row <= last; row++) pen.lineTo(chart.x(row), y(values[row]));
  else for (let start = first; start <= last; ) {
    const stop = Math.min(last + 1, Math.ceil(start + rows));
    let low = values[start], high = low;
    for (let row = start; row < stop; row++) { low = Math.min(low, values[row]); high = Math.max(high, values[row]); }
    const x = chart.x(start);
    pen.lineTo(x, y(high)); pen.lineTo(x, y(low)); pen.lineTo(x, y(values[stop - 1]));
    start = stop;
  }
  pen.stroke();
}
function rangeOf(first, last, ...columns) {
  let low = Infinity, high = -Infinity;
  for (const column of columns) for (let row = first; row <= last; row++) { if (column[row] < low) low = column[row]; if (column[row] > high) high = column[row]; }
  return [low, high];
}
function legend(pen, x, y, parts) {
  for (const [name, colour] of parts) {
    pen.fillStyle = colour; pen.fillRect(x, y + 5, 14, 2.5);
    pen.fillStyle = INK.soft; pen.fillText(name, x + 19, y);
    x += pen.measureText(name).width + 36;
  }
}

function equityChart() {
  const curve = DATA.curve, times = sum(curve.time);
  const [balance, equity, hold, load, held] = [curve.balance, curve.equity, curve.hold, curve.load, curve.held].map(sum);
  const bound = load.map((tenths) => tenths / 10);
  let peak = DATA.deposit;
  const fall = equity.map((value) => { peak = Math.max(peak, value); return peak > 0 ? ((value - peak) / peak) * 100 : 0; });
  const whole = (minor, step) => fixed(minor / 10 ** DATA.digits, step < 10 ** DATA.digits ? 2 : 0);
  const account = {
    share: 3, range: (first, last) => rangeOf(first, last, balance, equity, hold), label: whole,
    draw(chart, pen, first, last) {
      pen.strokeStyle = INK.line; pen.lineWidth = 1; pen.beginPath(); pen.moveTo(chart.left, this.y(DATA.deposit)); pen.lineTo(chart.left + chart.width, this.y(DATA.deposit)); pen.stroke();
      pen.lineJoin = "round"; pen.lineWidth = 1.2; pen.strokeStyle = INK.hold; pen.setLineDash([5, 3]); line(chart, pen, hold, this.y, first, last); pen.setLineDash([]);
      pen.strokeStyle = INK.balance; line(chart, pen, balance, this.y, first, last);
      pen.lineWidth = 1.7; pen.strokeStyle = INK.accent; line(chart, pen, equity, this.y, first, last); pen.lineWidth = 1;
    },
    title: (chart, pen, x, y) => legend(pen, x, y, [["equity", INK.accent], ["balance", INK.balance], ["buy and hold", INK.hold]]),
  };
  const drawdown = {
    share: 1, fromZero: true, range: (first, last) => [Math.min(rangeOf(first, last, fall)[0], -0.1), 0], label: (value, step) => fixed(value, decimals(step)) + " %",
    draw(chart, pen, first, last) {
      pen.fillStyle = INK["loss-soft"]; pen.strokeStyle = INK.loss;
      pen.beginPath(); pen.moveTo(chart.x(first), this.y(0));
      for (let row = first; row <= last; row++) pen.lineTo(chart.x(row), this.y(fall[row]));
      pen.lineTo(chart.x(last), this.y(0)); pen.fill();
      line(chart, pen, fall, this.y, first, last);
    },
    title: (chart, pen, x, y) => legend(pen, x, y, [["equity drawdown", INK.loss]]),
  };
  const margin = {
    share: 0.8, fromZero: true, range: (first, last) => [0, Math.max(rangeOf(first, last, bound)[1], 0.1)], label: (value, step) => fixed(value, decimals(step)) + " %",
    draw(chart, pen, first, last) {
      pen.fillStyle = INK["hold-soft"]; pen.strokeStyle = INK.hold;
      pen.beginPath(); pen.moveTo(chart.x(first), this.y(0));
      for (let row = first; row <= last; row++) pen.lineTo(chart.x(row), this.y(bound[row]));
      pen.lineTo(chart.x(last), this.y(0)); pen.fill();
      line(chart, pen, bound, this.y, first, last);
    },
    title: (chart, pen, x, y) => legend(pen, x, y, [["margin, % of equity", INK.hold]]),
  };
  const positions = {
    share: 0.5, fromZero: true, range: (first, last) => [0, Math.max(rangeOf(first, last, held)[1], 1)], label: (value) => (Number.isInteger(value) ? fixed(value, 0) : ""),
    draw(chart, pen, first, last) { pen.strokeStyle = INK.accent; line(chart, pen, held, this.y, first, last); },
    title: (chart, pen, x, y) => legend(pen, x, y, [["positions held", INK.accent]]),
  };
  const level = (row) => (load[row] > 0 ? fixed(100000 / load[row], 0) + " %" : "none");
  const tip = (row) => [tipHead(moment(times[row]) + " UTC"), tipLine("equity", money(equity[row])), tipLine("balance", money(balance[row])),
    tipLine("buy and hold", money(hold[row])), tipLine("drawdown", fixed(fall[row], 2) + " %"), tipLine("margin level", level(row)), tipLine("positions", fixed(held[row], 0))];
  return new Chart(document.getElementById("chart-equity"), times, [account, drawdown, margin, positions], tip);
}

function priceParts(place) {
  const one = DATA.symbols[place], scale = 10 ** one.digits;
  const times = sum(one.time), [high, low, close] = [one.high, one.low, one.close].map(sum), open = one.gap.map((gap, place) => gap + (place ? close[place - 1] : 0));
  const price = (points) => fixed(points / scale, one.digits);
  const row = (second) => Math.min(at(times, second), times.length - 1);
  const fills = DATA.deals.filter((deal) => deal[3] === one.symbol).map((deal) => ({ row: row(deal[0]), y: deal[8] * scale, buys: deal[4] === "buy", entry: deal[5], reason: deal[6], lots: deal[7], seq: deal[1] }));
  const trades = DATA.trades.filter((trade) => trade[0] === place).map((trade) => ({ from: row(trade[1]), to: row(trade[2]), y0: trade[3] * scale, y1: trade[4] * scale, result: trade[5] }));
  const stops = DATA.stops.filter((stop) => stop[0] === place).map((stop) => ({ from: row(stop[1]), to: row(stop[2]), stop: stop[3] * scale, take: stop[4] * scale }));
  const byRow = new Map();
  fills.forEach((fill) => byRow.set(fill.row, [...(byRow.get(fill.row) || []), fill]));
  const candles = {
    share: 1, range: (first, last) => [rangeOf(first, last, low)[0], rangeOf(first, last, high)[1]],
    label: (value) => price(value),
    draw(chart, pen, first, last) {
      const wide = chart.width / (chart.view[1] - chart.view[0]), group = Math.max(1, Math.ceil(4 / wide));
      const body = Math.max(1, Math.min(wide * group * 0.66, 11));
      for (let start = Math.floor(first / group) * group; start <= last; start += group) {
        const stop = Math.min(start + group, times.length) - 1, [least, most] = [rangeOf(start, stop, low)[0], rangeOf(start, stop, high)[1]];
        const x = chart.x((start + stop) / 2), rises = close[stop] >= open[start];
        pen.strokeStyle = pen.fillStyle = rises ? INK.up : INK.down;
        pen.beginPath(); pen.moveTo(x, this.y(most)); pen.lineTo(x, this.y(least)); pen.stroke();
        const top = this.y(Math.max(open[start], close[stop]));
        pen.fillRect(x - body / 2, top, body, Math.max(1, this.y(Math.min(open[start], close[stop])) - top));
      }
      const near = wide > 1.2, shown = (one) => one.to >= first && one.from <= last;
      pen.lineWidth = near ? 1.6 : 1; pen.globalAlpha = near ? 0.95 : 0.55;
      for (const trade of trades.filter(shown)) {
        pen.strokeStyle = trade.result > 0 ? INK.gain : INK.loss;
        pen.beginPath(); pen.moveTo(chart.x(trade.from), this.y(trade.y0)); pen.lineTo(chart.x(trade.to), this.y(trade.y1)); pen.stroke();
      }
      if (near) {
        pen.lineWidth = 1.2; pen.setLineDash([4, 3]);
        for (const one of stops.filter(shown)) for (const [level, colour] of [[one.stop, INK.loss], [one.take, INK.gain]]) {
          if (!level) continue;
          pen.strokeStyle = colour; pen.beginPath(); pen.moveTo(chart.x(one.from), this.y(level)); pen.lineTo(chart.x(one.to), this.y(level)); pen.stroke();
        }
        pen.setLineDash([]);
      }
      pen.lineWidth = 1; pen.globalAlpha = near ? 1 : 0.8;
      const size = near ? 5.5 : wide > 0.5 ? 3.5 : 2.5;
      for (const fill of fills) {
        if (fill.row < first || fill.row > last) continue;
        const x = chart.x(fill.row), y = this.y(fill.y), tail = fill.buys ? size * 1.7 : -size * 1.7;
        pen.fillStyle = fill.buys ? INK.accent : INK.hold; pen.strokeStyle = INK.card;
        pen.beginPath(); pen.moveTo(x, y); pen.lineTo(x - size, y + tail); pen.lineTo(x + size, y + tail); pen.closePath(); pen.fill();
        if (near) pen.stroke();
      }
      pen.globalAlpha = 1;
    },
    title: (chart, pen, x, y) => pen.fillText(`${one.symbol}, ${one.period}, bid`, x, y),
  };
  const tip = (row, chart) => {
    const lines = [tipHead(moment(times[row]) + " UTC, close"), tipLine("open", price(open[row])), tipLine("high", price(high[row])), tipLine("low", price(low[row])),
      tipLine("close", price(close[row])), tipLine("spread", fixed(one.spread[row], 0) + " points")];
    const reach = Math.max(0, Math.round((3 * (chart.view[1] - chart.view[0])) / chart.width)), seen = [];
    for (let near = row - reach; near <= row + reach; near++) seen.push(...(byRow.get(near) || []));
    for (const fill of seen.slice(0, 5)) lines.push(tipHead(`${fill.buys ? "buy" : "sell"} ${fill.entry}, ${fill.reason}`), tipLine(`${fill.lots} lots at`, price(fill.y)), tipLine("record", fixed(fill.seq, 0)));
    if (seen.length > 5) lines.push(tipLine("and more", String(seen.length - 5)));
    return lines;
  };
  return [times, [candles], tip];
}
function priceChart() {
  if (!DATA.symbols.length) return null;
  const chart = new Chart(document.getElementById("chart-prices"), ...priceParts(0));
  const tabs = [...document.querySelectorAll("[data-symbol]")];
  const choose = (tab) => tabs.forEach((other) => other.setAttribute("aria-selected", String(other === tab)));
  tabs.forEach((tab) => tab.addEventListener("click", () => { choose(tab); chart.replace(...priceParts(Number(tab.dataset.symbol))); }));
  choose(tabs[0]);
  chart.showDays(31);
  return chart;
}

/* A button that opens a line under its row, and closes it again. */
function opener(row, made, span) {
  const button = element("button", { type: "button", "aria-expanded": "false" }, "why");
  let shown = null;
  button.addEventListener("click", () => {
    if (shown) { shown.remove(); shown = null; }
    else { shown = element("tr", { class: "detail" }, element("td", { colSpan: span }, element("div", { class: "inside" }, ...made()))); row.after(shown); }
    button.setAttribute("aria-expanded", String(shown !== null));
  });
  return button;
}

/* A long table: a page at a time, filtered by any word, sorted by any column. */
const amount = (minor) => [money(minor), minor > 0 ? "gain" : minor < 0 ? "loss" : ""];
const plain = (value) => [value === 0 || value === "" ? "" : String(value).replace("-", "\u2212"), ""];
const DEALS = [["time", moment], ["seq"], ["deal"], ["symbol"], ["type"], ["direction"], ["reason"], ["volume"], ["price", plain], ["order", (number) => plain(number < 0 ? "" : number)],
  ["position", plain], ["commission", amount], ["swap", amount], ["profit", amount], ["balance", (minor) => [money(minor), ""]], ["comment"]];
const ORDERS = [["time", moment], ["seq"], ["order"], ["strategy"], ["symbol"], ["what"], ["volume"], ["price", plain], ["SL", plain], ["TP", plain],
  ["verdict", (words) => [words, words.startsWith("denied") ? "loss" : ""]], ["reason"]];
const WORDS = new Set(["time", "symbol", "type", "direction", "reason", "comment", "strategy", "what", "verdict", "side", "closed", "opened", "held"]);

function longTable(place, columns, rows, choices, detail) {
  const root = document.getElementById(place), size = 25;
  let page = 0, sort = null, only = null, words = [];
  const input = element("input", { type: "search", placeholder: "Filter, such as XAUUSD sl", "aria-label": "Filter rows" });
  const count = element("output"), body = element("tbody"), foot = element("div", { class: "bar" });
  const texts = rows.map((row) => columns.map(([, form], cell) => (form ? [].concat(form(row[cell]))[0] : row[cell])).join(" ").toLowerCase());
  const heads = columns.map(([name], cell) => {
    const button = element("button", { type: "button" }, name);
    button.addEventListener("click", () => { sort = sort && sort[0] === cell ? [cell, -sort[1]] : [cell, WORDS.has(name) ? 1 : -1]; page = 0; fill(); });
    return element("th", { class: WORDS.has(name) ? "" : "num" }, button);
  });
  const toggles = choices.map(([name, test]) => {
    const button = element("button", { type: "button", "aria-pressed": "false" }, name);
    button.addEventListener("click", () => { only = only === test ? null : test; toggles.forEach((other) => other.setAttribute("aria-pressed", String(other === button && only !== null))); page = 0; fill(); });
    return button;
  });
  function step(label, move) {
    const button = element("button", { type: "button" }, label);
    button.addEventListener("click", () => { page = move(); fill(); });
    return button;
  }
  function fill() {
    let chosen = rows.map((row, place) => place).filter((place) => words.every((word) => texts[place].includes(word)) && (!only || only(rows[place])));
    if (sort) { const [cell, way] = sort; chosen = chosen.sort((one, other) => way * (rows[one][cell] > rows[other][cell] ? 1 : rows[one][cell] < rows[other][cell] ? -1 : 0)); }
    const pages = Math.max(1, Math.ceil(chosen.length / size));
    page = clamp(page, 0, pages - 1);
    body.replaceChildren(...chosen.slice(page * size, (page + 1) * size).map((place) => {
      const row = element("tr", {}, ...columns.map(([name, form], cell) => {
        const [shown, tone] = [].concat(form ? form(rows[place][cell]) : rows[place][cell], "");
        const type = [WORDS.has(name) ? (name === "reason" && columns === ORDERS ? "wide" : "") : "num", tone].join(" ").trim();
        return element("td", { class: type }, String(shown));
      }));
      if (detail) row.prepend(element("td", {}, opener(row, () => detail(rows[place], place), columns.length + 1)));
      return row;
    }));
    count.textContent = `${fixed(chosen.length, 0)} of ${fixed(rows.length, 0)}`;
    const [first, back, on, last] = [step("First", () => 0), step("Back", () => page - 1), step("Next", () => page + 1), step("Last", () => pages - 1)];
    first.disabled = back.disabled = page === 0; on.disabled = last.disabled = page === pages - 1;
    foot.replaceChildren(first, back, on, last, element("output", {}, `page ${page + 1} of ${pages}`));
  }
  input.addEventListener("input", () => { words = input.value.toLowerCase().split(/\s+/).filter(Boolean); page = 0; fill(); });
  const scroll = element("div", { class: "scroll" }, element("table", {}, element("thead", {}, element("tr", {}, ...(detail ? [element("th", {}, "why")] : []), ...heads)), body));
  root.replaceChildren(element("div", { class: "bar" }, input, ...toggles, count), scroll, foot);
  fill();
}

readInk();
const charts = [equityChart(), priceChart()].filter(Boolean);
longTable("rows-deals", DEALS, DATA.deals, [["stop losses", (row) => row[6] === "sl"], ["closing", (row) => row[5] !== "in"]]);
longTable("rows-orders", ORDERS, DATA.orders, [["denied", (row) => row[10].startsWith("denied")]]);
const redraw = () => { readInk(); charts.forEach((chart) => chart.draw()); };
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
document.getElementById("theme").addEventListener("click", () => {
  const root = document.documentElement, dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  redraw();
});
