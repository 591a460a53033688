"use strict";
// Filter and fold packets, jump to a frame, say evidence to screen readers. Everything can be read without this.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  for (const part of all(".commentary")) {
    const form = part.querySelector(".filter");
    const remarks = all(".remark", part);
    const output = form.querySelector("output");
    const nothing = part.querySelector(".nothing");
    let texts = null;
    form.hidden = false;
    const apply = () => {
      const { text, stream, rule } = form.elements;
      const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
      if (words.length && !texts) texts = remarks.map((remark) => remark.textContent.toLowerCase());
      let shown = 0;
      remarks.forEach((remark, index) => {
        const fits = words.every((word) => texts[index].includes(word))
          && (!stream || !stream.value || remark.dataset.stream === stream.value)
          && (!rule.value || remark.dataset.rules.split(" ").includes(rule.value));
        if (remark.hidden === fits) remark.hidden = !fits;
        shown += fits ? 1 : 0;
      });
      output.value = part.dataset.shown.replace("{shown}", shown).replace("{total}", remarks.length);
      nothing.hidden = shown > 0;
    };
    let waiting = 0;
    form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(apply, 120); });
    form.addEventListener("reset", () => setTimeout(apply));
    form.addEventListener("submit", (event) => { event.preventDefault(); apply(); });
    const fold = (open) => remarks.forEach((remark) => { remark.open = open; });
    form.querySelector("[data-fold]").addEventListener("click", () => fold(false));
    form.querySelector("[data-unfold]").addEventListener("click", () => fold(true));
    apply();
  }

  // A place that is folded or filtered away is shown when it is gone to.
  const reveal = (target) => {
    const remark = target && target.closest(".remark");
    if (remark) { remark.hidden = false; remark.open = true; }
    return target;
  };
  const arrive = () => {
    const target = reveal(document.getElementById(decodeURIComponent(location.hash.slice(1))));
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", arrive);
  if (location.hash) arrive();

  for (const form of all(".jump")) {
    form.hidden = false;
    const [input, file, output] = ["input", "select", "output"].map((each) => form.querySelector(each));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const id = `frame-${file ? file.value : ""}${Number.parseInt(input.value, 10)}`;
      const found = document.getElementById(id);
      output.value = found ? "" : form.dataset.missing;
      if (!found) return;
      if (location.hash === `#${id}`) arrive(); else location.hash = id;
    });
  }

  const origin = (event) => {
    const value = event.target;
    if (!value.dataset || !value.dataset.ev) return;
    value.classList.toggle("leftwards", value.getBoundingClientRect().left > document.documentElement.clientWidth - 420);
    value.setAttribute("aria-description", value.dataset.ev);
  };
  document.addEventListener("focusin", origin);
  document.addEventListener("mouseover", origin);

  // Print what is there, not what happens to be unfolded.
  addEventListener("beforeprint", () => all("details.remark").forEach((remark) => { remark.open = true; }));

  // Mark where the reader is in the contents.
  const links = new Map(all(".toc a").map((link) => [link.hash.slice(1), link]));
  if ("IntersectionObserver" in window) {
    let last = null;
    const watcher = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        const link = links.get(entry.target.parentElement.id);
        if (!link || link === last) continue;
        if (last) { last.classList.remove("here"); last.removeAttribute("aria-current"); }
        link.classList.add("here");
        link.setAttribute("aria-current", "true");
        last = link;
      }
    }, { rootMargin: "0px 0px -70% 0px" });
    all("main section > h2, main section > h3").forEach((heading) => watcher.observe(heading));
  }
})();
