// Draws every figure with data, and closes the menu on a phone. Everything works without it but the pictures.
(function () {
  "use strict";
  var colour = function (name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); };

  function draw(figure) {
    var told = JSON.parse(figure.querySelector("script").textContent);
    if (!told.x.length || figure.dataset.drawn) { return; }
    figure.dataset.drawn = "yes";
    var axis = { stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line") } };
    var series = told.series.map(function (one, at) {
      return { label: one.label, stroke: colour("--c" + (at % 5 + 1)), width: 2, dash: at ? [6, 2 + at] : [],
               points: { show: told.x.length < 30, size: 5 }, spanGaps: true,
               value: function (_, v) { return v === null ? "–" : v.toLocaleString("en", { maximumFractionDigits: 3 }); } };
    });
    var hours = function (_, splits) {
      return splits.map(function (at) { var told = new Date(at * 1e3).toISOString(); return told.slice(11, 16) === "00:00" ? told.slice(5, 10) : told.slice(11, 16); });
    };
    var plot = new uPlot({
      width: figure.clientWidth, height: 210, tzDate: function (ts) { return uPlot.tzDate(new Date(ts * 1e3), "Etc/UTC"); },
      legend: { live: false }, axes: [Object.assign({ values: hours }, axis), Object.assign({ size: 60 }, axis)], series: [{ label: "UTC" }].concat(series)
    }, [told.x].concat(told.series.map(function (one) { return one.values; })), figure.querySelector(".plot"));
    new ResizeObserver(function () { plot.setSize({ width: figure.clientWidth, height: 210 }); }).observe(figure);
  }

  function menu() {
    var details = document.querySelector(".side details");
    if (details) { details.open = window.matchMedia("(min-width: 48.01rem)").matches; }
  }

  document.addEventListener("DOMContentLoaded", function () { menu(); document.querySelectorAll("figure.chart").forEach(draw); });
  document.addEventListener("htmx:load", function (event) { event.detail.elt.querySelectorAll("figure.chart").forEach(draw); });
  document.addEventListener("htmx:beforeSwap", function (event) {
    if (event.detail.xhr.status >= 400) { event.detail.shouldSwap = true; event.detail.isError = false; }
  });
  document.addEventListener("submit", function (event) {
    var sure = event.target.dataset.sure;
    if (sure && !window.confirm(sure)) { event.preventDefault(); }
  });
})();
