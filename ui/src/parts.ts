// The form that proposes a split: the sum follows what is typed, and a row is added in place.
// Without this script the form's own buttons do both.

import { find, write } from "./dom";
import { WHOLE, parts, together } from "./share";

/** Starts the form where there is one. */
export function startParts(): void {
  const form = find<HTMLFormElement>("form[data-parts]");
  if (!form) return;
  const check = find<HTMLButtonElement>("[data-parts-check]", form);
  if (check) check.hidden = true;
  const sum = (): void => {
    let ppm = 0;
    for (const input of form.querySelectorAll<HTMLInputElement>("input[name^='percent-']")) {
      ppm += parts(input.value) ?? 0;
    }
    write(find("[data-parts-sum]", form), together(ppm));
    find(".sum-note", form)?.classList.toggle("good", ppm === WHOLE);
  };
  form.addEventListener("input", sum);
  const add = find<HTMLButtonElement>("[data-parts-add]", form);
  add?.addEventListener("click", (event) => {
    event.preventDefault();
    if (addRow(form) >= Number(form.dataset["partsMax"])) add.hidden = true;
  });
}

/** Adds an empty row behind the last; how many there are then. */
function addRow(form: HTMLFormElement): number {
  const rows = form.querySelectorAll<HTMLFieldSetElement>("[data-part]");
  const last = rows.item(rows.length - 1);
  const row = last.cloneNode(true) as HTMLFieldSetElement;
  const number = rows.length;
  write(find("legend", row), `Part ${number + 1}`);
  for (const error of row.querySelectorAll(".error")) error.remove();
  for (const field of row.querySelectorAll(".wrong")) field.classList.remove("wrong");
  for (const input of row.querySelectorAll("input")) {
    input.name = input.name.replace(/\d+$/, String(number));
    input.id = `f-${input.name}`;
    input.value = "";
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
    input.closest(".field")?.querySelector("label")?.setAttribute("for", input.id);
  }
  const remove = find<HTMLButtonElement>("button[name='remove']", row);
  if (remove) {
    remove.value = String(number);
    remove.setAttribute("aria-label", `Take part ${number + 1} away`);
  }
  last.after(row);
  const count = find<HTMLInputElement>("input[name='rows']", form);
  if (count) count.value = String(number + 1);
  find<HTMLInputElement>("input", row)?.focus();
  return number + 1;
}
