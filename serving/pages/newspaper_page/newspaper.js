// A newspaper that knows nothing but the API: lists, events, preferences and interests.
(function () {
  "use strict";
  var byId = function (name) { return document.getElementById(name); };
  var state = { reader: null, region: "", opened: [], shown: [], run: null, hidden: [] };

  function ask(path, method, body) {
    var options = { method: method || "GET", headers: {} };
    if (body) { options.headers["Content-Type"] = "application/json"; options.body = JSON.stringify(body); }
    return fetch(path, options).then(function (answer) {
      if (!answer.ok) { return answer.json().then(function (told) { throw new Error(told.detail || told.title); }); }
      return answer.json();
    });
  }
  function of(reader) { return "v1/readers/" + encodeURIComponent(reader) + "/"; }
  function element(name, text, className) {
    var made = document.createElement(name);
    if (text) { made.textContent = text; }
    if (className) { made.className = className; }
    return made;
  }
  function button(text, act) { var made = element("button", text); made.type = "button"; made.addEventListener("click", act); return made; }
  function did(text) { byId("done").prepend(element("li", new Date().toLocaleTimeString() + " " + text)); }
  function sorry(error) { byId("edition").textContent = error.message; }

  function load() {
    if (state.reader) { return ask(of(state.reader) + "recommendations?surface=newspaper").then(show).catch(sorry); }
    var asked = { articles: state.opened.slice(-10) };
    if (state.region) { asked.region = state.region; }
    return ask("v1/sessions:recommend", "POST", asked).then(show).catch(sorry);
  }
  function show(list) {
    var before = state.shown, isNext = before.length && list.run_id !== state.run;
    byId("edition").textContent = !list.run_id
      ? "For a visitor of whom we know " + state.opened.length + " opened articles. Nothing of this is kept."
      : "Edition of " + new Date(list.generated_at).toLocaleString() + ", run " + list.run_id + (list.fallback ? ", no list of your own yet (" + list.fallback + ")" : "") + (isNext ? ". This is a new edition." : ".");
    state.run = list.run_id;
    state.shown = list.items.map(function (item) { return item.article_id; });
    byId("front").replaceChildren.apply(byId("front"), list.items.map(function (item) { return entry(item, before.length && before.indexOf(item.article_id) < 0); }));
  }
  function entry(item, isNew) {
    var made = element("li"), title = element("b", item.title);
    made.append(title);
    if (isNew) { made.append(element("span", "new", "new")); }
    made.append(element("div", [item.publisher, item.category].filter(Boolean).join(", "), "meta"));
    var why = item.reasons ? item.reasons.map(function (one) { return one.text; }).join("; ") : item.because.replace("_", " ");
    made.append(element("div", why, "why"), button("Read", function () { read(item); }));
    if (state.reader) { made.append(button("Hide", function () { hide(item); })); }
    return made;
  }
  function read(item) {
    if (!state.reader) { state.opened.push(item.article_id); did("opened " + item.title); return load(); }
    var event = { event_id: "newspaper-" + Date.now() + "-" + Math.random().toString(36).slice(2), reader_id: state.reader, article_id: item.article_id,
                  kind: "read", occurred_at: new Date().toISOString(), dwell_seconds: 60, surface: "newspaper" };
    return ask("v1/events", "POST", event).then(function () { did("read " + item.title + "; the next edition counts it"); }).catch(sorry);
  }
  function hide(item) {
    return ask(of(state.reader) + "preferences", "PUT", { hidden_articles: state.hidden.concat([item.article_id]) })
      .then(function (told) { did("hid " + item.title); hidden(told); setTimeout(load, 300); }).catch(sorry);
  }
  function hidden(told) {
    state.hidden = told.hidden_articles;
    byId("hidden").replaceChildren.apply(byId("hidden"), state.hidden.map(function (name) { return element("li", name); }));
  }
  function interests() {
    return ask("v1/popular?limit=100").then(function (popular) {
      var names = Array.from(new Set(popular.items.map(function (item) { return item.category; }).filter(Boolean))).sort();
      var form = byId("interests");
      form.replaceChildren.apply(form, names.map(function (name) {
        var label = element("label"), box = document.createElement("input");
        box.type = "checkbox"; box.value = name;
        label.append(box, " " + name);
        return label;
      }));
      var send = element("button", "Pick these");
      form.append(send);
    }).catch(sorry);
  }

  byId("interests").addEventListener("submit", function (event) {
    event.preventDefault();
    if (!state.reader) { return; }
    var picked = Array.from(event.target.querySelectorAll("input:checked")).map(function (box) { return box.value; });
    ask(of(state.reader) + "interests", "PUT", { interests: picked }).then(function () { did("picked " + (picked.join(", ") || "nothing")); setTimeout(load, 300); }).catch(sorry);
  });
  byId("who").addEventListener("submit", function (event) {
    event.preventDefault();
    var isReader = !event.submitter || event.submitter.value === "reader";
    state = { reader: isReader ? byId("reader").value.trim() : null, region: byId("region").value.trim(), opened: [], shown: [], run: null, hidden: [] };
    byId("done").replaceChildren();
    if (state.reader) { ask(of(state.reader) + "preferences").then(hidden).catch(sorry); }
    load();
  });
  setInterval(function () {
    if (!state.reader || !state.run) { return; }
    ask("v1/runs/current").then(function (run) { if (run.run_id !== state.run) { load(); } }).catch(sorry);
  }, 15000);
  interests();
  state.reader = byId("reader").value;
  ask(of(state.reader) + "preferences").then(hidden).catch(sorry);
  load();
})();
