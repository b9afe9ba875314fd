/* The list of trades: sorted and filtered like any long table, each with the chain of causes that led to it. */
const span = (seconds) => {
  const [days, hours, minutes] = [Math.floor(seconds / DAY), Math.floor((seconds % DAY) / 3600), Math.floor((seconds % 3600) / 60)];
  return days ? `${days} d ${hours} h` : hours ? `${hours} h ${minutes} min` : `${minutes} min`;
};
const whole = (points) => [fixed(points, 0), ""];
const worth = (trade, points) => Math.round(points * trade[9] * (DATA.symbols[trade[0]] || { worth: 0 }).worth);
const symbolOf = (trade) => (DATA.symbols[trade[0]] || { symbol: "" }).symbol;
/* opened, closed, symbol, strategy, side, lots, prices, result, costs, excursions, reason, records */
const TRADES = [["opened", moment], ["closed", moment], ["held", (seconds) => span(seconds)], ["symbol"], ["strategy"], ["side"], ["lots"], ["entry", plain], ["exit", plain], ["result", amount],
  ["costs", amount], ["MFE", amount], ["MAE", amount], ["MFE points", whole], ["MAE points", whole], ["reason"], ["seq"]];
const tradeRows = DATA.trades.map((trade) => [trade[1], trade[2], trade[2] - trade[1], symbolOf(trade), trade[7], trade[8] > 0 ? "long" : "short", trade[9], trade[3], trade[4], trade[5],
  trade[10], worth(trade, trade[11]), worth(trade, trade[12]), trade[11], trade[12], trade[13], trade[6]]);

function whyOf(row, place) {
  const seq = row[16], chains = DATA.whys.chains, chain = chains[place - (tradeRows.length - chains.length)];
  const command = element("code", {}, `tallystick why ${seq} ${DATA.book}`);
  const parts = [];
  if (chain) {
    const list = element("ol", { class: "why" });
    for (let at = 0, record = 0; at < chain.length; at += 2) {
      record += chain[at];
      list.append(element("li", {}, element("b", {}, fixed(record, 0)), " " + DATA.whys.words[chain[at + 1]]));
    }
    parts.push(list);
  } else parts.push(element("p", {}, "The page tells the causes of the latest trades only."));
  parts.push(element("p", {}, "The same, checked against the log: ", command));
  return parts;
}
longTable("rows-trades", TRADES, tradeRows, [["won", (row) => row[9] > 0], ["lost", (row) => row[9] < 0], ["stop losses", (row) => row[15] === "sl"]], whyOf);
