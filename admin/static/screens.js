/* What the pages do beyond links and forms. Without it every page still works: references take a
   number, moments are written in UTC, guidelines stand below their fields. */
(function () {
  "use strict";

  var token = (document.querySelector("meta[name=csrf-token]") || {}).content;

  function all(root, selector) { return Array.prototype.slice.call(root.querySelectorAll(selector)); }

  // Moments are sent in UTC and shown in the reader's own zone.
  function two(number) { return (number < 10 ? "0" : "") + number; }
  function local(moment) {
    return moment.getFullYear() + "-" + two(moment.getMonth() + 1) + "-" + two(moment.getDate()) +
      "T" + two(moment.getHours()) + ":" + two(moment.getMinutes());
  }
  function showMoments(root) {
    var format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
    all(root, "time[datetime]").forEach(function (element) {
      var moment = new Date(element.dateTime);
      if (element.dateTime.length > 10 && !isNaN(moment)) {
        element.textContent = format.format(moment);
        element.title = element.dateTime;
      }
    });
    all(root, "input[data-moment]").forEach(function (input) {
      if (input.dataset.enhanced) return;
      input.dataset.enhanced = "1";
      var picker = document.createElement("input");
      picker.type = "datetime-local";
      picker.className = input.className;
      picker.id = input.id;
      picker.required = input.required;
      if (input.getAttribute("aria-describedby")) picker.setAttribute("aria-describedby", input.getAttribute("aria-describedby"));
      var moment = new Date(input.value);
      if (input.value && !isNaN(moment)) picker.value = local(moment);
      input.type = "hidden";
      input.removeAttribute("id");
      input.required = false;
      picker.addEventListener("change", function () {
        input.value = picker.value ? new Date(picker.value).toISOString().replace(".000", "") : "";
      });
      input.after(picker);
    });
  }

  // References: search the records that may be chosen.
  function lookUps(root) {
    if (!window.TomSelect) return;
    all(root, "input[data-look-up]").forEach(function (input) {
      if (input.tomselect) return;
      var chosen = input.dataset.title ? [{ id: input.value, text: input.dataset.title }] : [];
      var label = document.querySelector('label[for="' + input.id + '"]');
      var asked = 0;  // An answer that a later question has overtaken is not shown.
      var waits = false;
      // What was found for other words is not there to be chosen.
      function forget() { select.clearOptions(function (option) { return select.items.indexOf(option.id) >= 0; }); }
      var select = new window.TomSelect(input, {
        valueField: "id", labelField: "text", searchField: [], maxItems: 1, create: false,
        placeholder: input.placeholder || "Search by name or number", options: chosen,
        items: chosen.map(function (item) { return item.id; }), preload: "focus",
        plugins: input.required ? [] : { clear_button: { title: "Remove what is chosen" } },
        refreshThrottle: 0, loadThrottle: 200, closeAfterSelect: true,
        render: { no_results: function () { return '<div class="no-results">' + (waits ? "Searching …" : "Nothing is found.") + "</div>"; } },
        shouldLoad: function () { return true; },
        onType: function () {
          asked += 1;
          waits = true;
          forget();
          select.refreshOptions();
        },
        load: function (text, give) {
          var mine = ++asked;
          fetch(input.dataset.lookUp + encodeURIComponent(text), { headers: { Accept: "application/json" } })
            .then(function (answer) { return answer.ok ? answer.json() : []; })
            .then(function (found) {
              if (mine !== asked) { give(); return; }
              waits = false;
              forget();
              give(found.map(function (pair) { return { id: String(pair[0]), text: pair[1] }; }));
            })
            .catch(function () {
              if (mine === asked) waits = false;
              give();
            });
        }
      });
      var name = label ? label.textContent.replace("*", "").trim() : input.getAttribute("aria-label") || "Search";
      input.setAttribute("aria-label", name);
      select.control_input.setAttribute("aria-label", name);
    });
  }

  // What another record tells is put into the form, below what has been typed.
  function takeOver(text, name) {
    var field = document.querySelector("[data-draft] #field-" + name);
    if (!field) return;
    field.value = field.value.trim() ? field.value.trimEnd() + "\n\n" + text : text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  }

  // The guideline of the field that is being filled stands beside the form.
  document.addEventListener("focusin", function (event) {
    var field = event.target.closest && event.target.closest("[data-field]");
    var panel = document.getElementById("guideline");
    if (!field || !panel) return;
    all(document, ".focus-guide").forEach(function (other) { other.classList.remove("focus-guide"); });
    field.classList.add("focus-guide");
    var text = field.querySelector(".guideline");
    panel.querySelector(".guideline-title").textContent = field.dataset.field;
    panel.querySelector(".guideline-text").textContent = text ? text.textContent.trim() : "There is no guideline for this field.";
  });

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-theme-switch]")) {
      var dark = document.documentElement.dataset.bsTheme === "dark";
      document.documentElement.dataset.bsTheme = dark ? "light" : "dark";
      document.cookie = "theme=" + (dark ? "light" : "dark") + ";path=/;max-age=31536000;samesite=lax";
      return;
    }
    var opens = event.target.closest("[data-open]");
    if (opens) { document.getElementById(opens.dataset.open).showModal(); return; }
    var take = event.target.closest("[data-take]");
    if (take) { takeOver(take.dataset.take, take.dataset.into); return; }
    var row = event.target.closest("tr[data-href]");
    if (row && !event.target.closest("a,button,input,label,select") && !String(window.getSelection())) {
      window.location = row.dataset.href;
    }
  });

  // Single keys: the help on the page is the table that is obeyed here.
  var TYPING = "input,textarea,select,[contenteditable],[role=combobox],[role=textbox],dialog,.ts-wrapper";
  function walk(step) {
    var lines = all(document, "tr[data-href]").map(function (row) { return row.querySelector("a[href]"); }).filter(Boolean);
    var row = document.activeElement.closest("tr[data-href]");
    var here = row ? lines.indexOf(row.querySelector("a[href]")) : -1;
    var next = lines[row ? Math.min(Math.max(here + step, 0), lines.length - 1) : 0];
    if (!next) return;
    next.focus();
    next.closest("tr").scrollIntoView({ block: "nearest" });
  }
  var ACTS = {
    search: function () { var box = document.getElementById("search-everything"); if (box) box.focus(); },
    next: function () { walk(1); },
    before: function () { walk(-1); },
    help: function () { document.getElementById("keys").showModal(); }
  };
  var begun = "", since = 0;
  document.addEventListener("keydown", function (event) {
    var keys = document.getElementById("keys");
    if (!keys || keys.dataset.off !== undefined || event.defaultPrevented || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.key.length > 1 || event.target.closest(TYPING)) return;
    var pressed = begun && Date.now() - since < 1500 ? begun + " " + event.key : event.key;
    var rows = all(keys, "tr[data-keys]");
    var found = rows.filter(function (row) { return row.dataset.keys === pressed; })[0];
    var begins = rows.some(function (row) { return row.dataset.keys.indexOf(pressed + " ") === 0; });
    begun = begins ? pressed : "";
    since = Date.now();
    if (!found || event.repeat && found.dataset.leadsTo) return;
    event.preventDefault();
    if (found.dataset.leadsTo) window.location = found.dataset.leadsTo;
    else if (ACTS[found.dataset.act]) ACTS[found.dataset.act]();
  });

  // Deleting and the like asks first; a form is sent once.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.submitter && event.submitter.formMethod === "dialog") return;
    var question = (event.submitter && event.submitter.dataset.confirm) || form.dataset.confirm;
    if (question && !window.confirm(question)) { event.preventDefault(); return; }
    var address = form.querySelector("[data-address]");
    if (address) address.value = location.search;  // the filters may have changed since
    if (form.method === "post") {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
      leaving = true;
    }
  });
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) all(document, "form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });

  // Drafts: what is typed into a task is kept while it is typed.
  var leaving = false;
  function keepDrafts() {
    var form = document.querySelector("form[data-draft]");
    if (!form) return;
    var state = document.getElementById("draft-state"), waiting = null;
    function keep() {
      waiting = null;
      if (leaving) return;
      fetch(form.dataset.draft, { method: "POST", body: new FormData(form), headers: { "X-CSRFToken": token, Accept: "application/json" } })
        .then(function (answer) {
          if (answer.ok) { state.textContent = "Draft kept at " + new Date().toLocaleTimeString([], { timeStyle: "short" }); return null; }
          return answer.json().then(function (refusal) { state.textContent = refusal.detail || "The draft could not be kept."; });
        })
        .catch(function () { state.textContent = "The draft could not be kept: no connection."; });
    }
    function soon() {
      if (waiting) clearTimeout(waiting);
      waiting = setTimeout(keep, 1200);
    }
    form.addEventListener("input", soon);
    form.addEventListener("change", soon);
  }

  // Rows of a form: a button adds a line instead of the blank one that stands there without scripts.
  function addRows(root) {
    all(root, "[data-rows]").forEach(function (table) {
      var button = table.querySelector("[data-add-row]"), body = table.querySelector("tbody");
      if (!button || !button.hidden) return;
      var number = body.children.length;
      all(body, ".is-blank").forEach(function (line) { line.remove(); });
      button.hidden = false;
      button.addEventListener("click", function () {
        var pattern = table.querySelector("template").innerHTML.replace(/\bLINE\b/g, String(number));
        number += 1;
        body.insertAdjacentHTML("beforeend", pattern);
        var line = body.lastElementChild;
        showMoments(line);
        lookUps(line);
        var first = line.querySelector("input:not([type=hidden]),select,textarea");
        if (first) first.focus();
      });
    });
  }

  // Columns of a list: their order is that of the lines in the chooser.
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-move]");
    if (!button) return;
    var line = button.closest("li"), up = button.dataset.move === "-1";
    var other = up ? line.previousElementSibling : line.nextElementSibling;
    if (other) { if (up) other.before(line); else other.after(line); button.focus(); }
  });

  // Something that takes its time: how far it has come, and a way to stop it.
  function underWay(dialog, stop) {
    var bar = dialog.querySelector("progress"), said = dialog.querySelector("[role=status]"), button = dialog.querySelector("[data-stop]");
    bar.hidden = false;
    bar.removeAttribute("value");
    button.textContent = "Cancel";
    button.onclick = stop;
    dialog.oncancel = function (event) { event.preventDefault(); button.click(); };
    dialog.showModal();
    return {
      tell: function (text, value, most) {
        said.textContent = text;
        if (most) { bar.max = most; bar.value = Math.min(value, most); }
      },
      over: function (text) {
        if (!text) { dialog.close(); return; }
        said.textContent = text;
        bar.hidden = true;
        button.textContent = "Close";
        button.onclick = function () { dialog.close(); };
      }
    };
  }

  // A list as a file: fetched here, so that one sees how far it is and can stop it.
  function exportList(link) {
    var dialog = document.getElementById("exporting"), stopper = new AbortController();
    var shown = underWay(dialog, function () { stopper.abort(); });
    var number = new Intl.NumberFormat(), parts = [], lines = -1, quoted = false, size = 0;
    shown.tell("The list is being read …");
    fetch(link.href, { signal: stopper.signal }).then(function (answer) {
      if (!answer.ok || answer.headers.get("X-Records") === null) {
        return answer.text().then(function (page) {
          var told = new DOMParser().parseFromString(page, "text/html").querySelector(".empty-title,h1");
          throw new Error(told ? told.textContent.trim() : "The list could not be written.");
        });
      }
      var most = Number(answer.headers.get("X-Records"));
      var name = /filename=([^;]+)/.exec(answer.headers.get("Content-Disposition"))[1];
      var isText = /csv/.test(answer.headers.get("Content-Type")), reader = answer.body.getReader();
      function next(piece) {
        if (piece.done) {
          var file = URL.createObjectURL(new Blob(parts, { type: answer.headers.get("Content-Type") }));
          var way = document.createElement("a");
          way.href = file;
          way.download = name;
          way.click();
          setTimeout(function () { URL.revokeObjectURL(file); }, 60000);
          shown.over();
          return null;
        }
        parts.push(piece.value);
        size += piece.value.length;
        for (var at = 0; isText && at < piece.value.length; at += 1) {
          if (piece.value[at] === 34) quoted = !quoted;
          else if (piece.value[at] === 10 && !quoted) lines += 1;
        }
        if (isText) shown.tell(number.format(Math.max(lines, 0)) + (most ? " of " + (most > 100000 ? "more than 100,000" : number.format(most)) : "") + " lines", lines, most);
        else shown.tell(number.format(Math.ceil(size / 1024)) + " kB");
        return reader.read().then(next);
      }
      return reader.read().then(next);
    }).catch(function (error) {
      shown.over(error.name === "AbortError" ? "Stopped. Nothing was kept." : error.message || "There is no connection.");
    });
  }
  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[data-export]");
    if (!link || !window.ReadableStream || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    exportList(link);
  });

  // The same for several: sent one by one, so that one sees how far it is, can stop it, and is told which failed.
  function oneByOne(form, verb) {
    var boxes = all(document, "input[name=task]:checked"), stopped = false, done = 0, failed = [];
    var dialog = document.getElementById("together-progress"), list = document.createElement("ul");
    var shown = underWay(dialog, function () { stopped = true; });
    all(dialog, "ul").forEach(function (old) { old.remove(); });
    function end() {
      var told = done + " of " + boxes.length + " done." + (stopped ? " Stopped; the others are as they were." : "");
      failed.forEach(function (text) { var line = document.createElement("li"); line.textContent = text; list.append(line); });
      if (!failed.length && !stopped) { leaving = true; location.reload(); return; }
      shown.over(told + (failed.length ? " Not done:" : ""));
      if (failed.length) dialog.querySelector("[role=status]").after(list);
      dialog.addEventListener("close", function () { location.reload(); });
    }
    function next(number) {
      if (stopped || number === boxes.length) { end(); return; }
      shown.tell(number + " of " + boxes.length, number, boxes.length);
      var sent = new FormData(form), box = boxes[number];
      sent.delete("task");
      sent.append("task", box.value);
      sent.append("verb", verb);
      fetch(form.action, { method: "POST", body: sent, headers: { Accept: "application/json" } })
        .then(function (answer) { return answer.json(); })
        .then(function (told) {
          done += told.done;
          Object.keys(told.failed).forEach(function (task) { failed.push(box.dataset.named + ": " + told.failed[task]); });
        })
        .catch(function () { failed.push(box.dataset.named + ": there was no answer."); })
        .then(function () { next(number + 1); });
    }
    next(0);
  }
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.dataset.oneByOne === undefined || !event.submitter || !document.querySelector("input[name=task]:checked")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    oneByOne(form, event.submitter.value);
  }, true);
  document.addEventListener("change", function (event) {
    var every = event.target.closest("[data-choose-all]");
    if (every) all(document, "input[name=" + every.dataset.chooseAll + "]").forEach(function (box) { box.checked = every.checked; });
    if (event.target.closest("[data-send-on-change]")) event.target.form.requestSubmit();
  });

  function enhance(root) { showMoments(root); lookUps(root); addRows(root); }

  document.addEventListener("DOMContentLoaded", function () {
    enhance(document);
    keepDrafts();
    all(document, "[data-choose-all]").forEach(function (box) { box.hidden = false; });
    var wrong = document.querySelector(".is-invalid");
    if (wrong) wrong.focus();
  });
  document.addEventListener("htmx:afterSwap", function (event) { enhance(event.target); });
})();
