(() => {
  const table = document.getElementById("class");
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const find = document.getElementById("find");
  const status = document.getElementById("status");
  const shown = document.getElementById("shown");
  const chips = [...document.querySelectorAll("button.chip")];

  const text = (row, column) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();
  const compare = (one, other) => {
    const numbers = [Number(one), Number(other)];
    if (one !== "" && other !== "" && numbers.every(Number.isFinite)) return numbers[0] - numbers[1];
    return one.localeCompare(other, document.documentElement.lang, { numeric: true });
  };

  const select = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const content = row.textContent.toLowerCase();
      const fits = (!status.value || row.dataset.status === status.value) && words.every((word) => content.includes(word));
      row.hidden = !fits;
      count += fits;
    }
    shown.textContent = shown.dataset.text.replace("{shown}", count).replace("{count}", rows.length);
    for (const chip of chips) chip.setAttribute("aria-pressed", String(chip.dataset.status === status.value));
  };

  for (const button of table.tHead.querySelectorAll("button")) {
    button.addEventListener("click", () => {
      const head = button.closest("th");
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const sorted = rows.slice().sort((one, other) => {
        const order = compare(text(one, head.cellIndex), text(other, head.cellIndex));
        return down ? -order : order;
      });
      body.append(...sorted);
    });
  }
  for (const chip of chips) {
    chip.addEventListener("click", () => {
      status.value = status.value === chip.dataset.status ? "" : chip.dataset.status;
      select();
    });
  }
  const show = (hash) => {
    const row = hash.length > 1 ? document.getElementById(decodeURIComponent(hash.slice(1))) : null;
    if (!row?.hidden) return;
    find.value = status.value = "";
    select();
    row.scrollIntoView();
  };
  for (const link of document.querySelectorAll('a[href^="#s-"]')) link.addEventListener("click", () => show(link.hash));
  window.addEventListener("hashchange", () => show(location.hash));
  find.addEventListener("input", select);
  status.addEventListener("change", select);
  select();
})();
