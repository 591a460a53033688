"use strict";
// Filters, folds, the jump to a frame, the choice of colours. Everything can be read without this.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const main = document.querySelector("main");

  // Filters: of the commentary (its remarks) and of packet lists (their rows).
  for (const part of all("[data-shown]")) {
    const form = part.querySelector(".filter");
    const items = all(".remark, tbody tr", part);
    const output = form.querySelector("output");
    const nothing = part.querySelector(".nothing");
    let texts = null;
    form.hidden = false;
    const apply = () => {
      const { text, stream, rule } = form.elements;
      const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
      if (words.length && !texts) texts = items.map((item) => item.textContent.toLowerCase());
      let shown = 0;
      items.forEach((item, index) => {
        const fits = words.every((word) => texts[index].includes(word))
          && (!stream || !stream.value || item.dataset.stream === stream.value)
          && (!rule || !rule.value || item.dataset.rules.split(" ").includes(rule.value));
        if (item.hidden === fits) item.hidden = !fits;
        shown += fits ? 1 : 0;
      });
      output.value = part.dataset.shown.replace("{shown}", shown).replace("{total}", items.length);
      nothing.hidden = shown > 0;
    };
    let waiting = 0;
    form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(apply, 120); });
    form.addEventListener("reset", () => setTimeout(apply));
    form.addEventListener("submit", (event) => { event.preventDefault(); apply(); });
    const fold = (open) => items.forEach((item) => { item.open = open; });
    form.querySelector("[data-fold]")?.addEventListener("click", () => fold(false));
    form.querySelector("[data-unfold]")?.addEventListener("click", () => fold(true));
    apply();
  }

  // Sections fold at their headings.
  const folding = (section, folded) => {
    section.classList.toggle("folded", folded);
    section.querySelector(".fold").setAttribute("aria-expanded", String(!folded));
  };
  for (const section of all("main > section")) {
    const heading = section.querySelector("h2");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "fold";
    button.setAttribute("aria-expanded", "true");
    button.setAttribute("aria-label", `${main.dataset.section}: ${heading.textContent.trim()}`);
    button.addEventListener("click", () => folding(section, !section.classList.contains("folded")));
    // Never alone in a line: the last word goes with it.
    const end = document.createElement("span");
    end.className = "end";
    const words = heading.lastChild;
    const last = /[\u2e80-\uffef]\s*$|[^\s\u2e80-\uffef]+\s*$/.exec(words?.nodeType === Node.TEXT_NODE ? words.data : "");
    if (last) end.append(words.splitText(last.index));
    end.append(button);
    heading.append(end);
  }

  // A place that is folded or filtered away is shown when it is gone to.
  const reveal = (target) => {
    if (!target) return;
    target.closest("[hidden]")?.removeAttribute("hidden");
    for (let at = target; at; at = at.parentElement) {
      if (at.tagName === "DETAILS") at.open = true;
      if (at.classList.contains("folded")) folding(at, false);
    }
  };
  const arrive = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    reveal(target);
    target?.scrollIntoView();
  };
  addEventListener("hashchange", arrive);
  if (location.hash) arrive();

  for (const form of all(".jump")) {
    form.hidden = false;
    const [input, file, output] = ["input", "select", "output"].map((each) => form.querySelector(each));
    // Of a capture of which no frame is shown there is nowhere to go.
    for (const option of file?.options ?? []) {
      const start = `frame-${option.value}`;
      option.hidden = option.disabled = !all(`[id^="${start}"]`).some((each) => /^\d+$/.test(each.id.slice(start.length)));
    }
    if (file) file.selectedIndex = Math.max(0, [...file.options].findIndex((option) => !option.disabled));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const id = `frame-${file ? file.value : ""}${Number.parseInt(input.value, 10)}`;
      const found = document.getElementById(id);
      output.value = found ? "" : form.dataset.missing;
      if (!found) {
        // Below the field may be below the edge of the contents.
        output.scrollIntoView({ block: "nearest" });
        return;
      }
      location.hash = id;
      arrive();
      // The keyboard goes on from there.
      const place = found.querySelector("summary") ?? found;
      if (place === found) found.tabIndex = -1;
      place.focus({ preventScroll: true });
    });
  }

  // Colours: as the system has them, or light, or dark. The rules for dark are those of the style sheet.
  for (const choice of all(".scheme")) {
    const media = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
      .filter((rule) => rule.media && rule.media.mediaText.includes("prefers-color-scheme"))
      .map((rule) => [rule.media, rule.media.mediaText]);
    const wish = { auto: null, light: "not all", dark: "screen" };
    const choose = (name) => {
      for (const [list, written] of media) list.mediaText = wish[name] ?? written;
    };
    const key = "reporter-scheme";
    let kept = null;
    try { kept = localStorage.getItem(key); } catch { /* a page from a file may have no storage */ }
    const select = choice.querySelector("select");
    if (kept in wish) { select.value = kept; choose(kept); }
    select.addEventListener("change", () => {
      choose(select.value);
      try { localStorage.setItem(key, select.value); } catch { /* as above */ }
    });
    choice.hidden = false;
  }

  const origin = (event) => {
    const value = event.target;
    if (!value.dataset || !value.dataset.ev) return;
    const lines = value.getClientRects();
    value.classList.toggle("broken", lines.length > 1);
    value.classList.toggle("leftwards", lines[0].left > document.documentElement.clientWidth - 420);
    value.setAttribute("aria-description", value.dataset.ev);
  };
  document.addEventListener("focusin", origin);
  document.addEventListener("mouseover", origin);

  // Print what is there, not what happens to be unfolded.
  addEventListener("beforeprint", () => all("details").forEach((each) => { each.open = true; }));

  // Mark where the reader is in the contents.
  const links = new Map(all(".toc a").map((link) => [link.hash.slice(1), link]));
  if ("IntersectionObserver" in window) {
    // The reader is in the innermost section that crosses a line near the top, however it was come to.
    const sections = all("main section").filter((each) => links.has(each.id));
    const crossing = new Set();
    let last = null;
    const watcher = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) crossing[isIntersecting ? "add" : "delete"](target);
      const link = links.get(sections.findLast((each) => crossing.has(each))?.id);
      if (!link || link === last) return;
      last?.classList.remove("here");
      last?.removeAttribute("aria-current");
      link.classList.add("here");
      link.setAttribute("aria-current", "true");
      last = link;
    }, { rootMargin: "-25% 0px -74% 0px" });
    sections.forEach((each) => watcher.observe(each));
  }
})();
