// A form that loses nothing typed. What a person changes is saved a second after they stop, when
// they leave a field, and when the page is put away; until the server says it has it, a copy stays
// in this tab's session storage, so that it outlives a reload while the server is gone. Fields that
// nobody touched here follow the server: what another tab saved appears.
import { useEffect, useRef } from "react";

const PAUSE_MS = 1000;

const controls = (form, name) =>
  [...form.elements].filter((el) => el.name === name);

const names = (form) => [
  ...new Set([...form.elements].map((el) => el.name).filter(Boolean)),
];

const read = (form, name) => {
  const found = controls(form, name);
  return found[0]?.type === "checkbox"
    ? found.filter((el) => el.checked).map((el) => el.value)
    : (found[0]?.value ?? "");
};

const write = (form, name, value) => {
  for (const el of controls(form, name)) {
    if (el.type === "checkbox") el.checked = value.includes(el.value);
    else if (el.value !== value) el.value = value;
  }
};

const isSame = (a, b) => JSON.stringify(a) === JSON.stringify(b);

// After a reload the browser itself puts back what stood there, which may be older than what
// another tab has saved since; what was not saved comes from the session storage.
const isFreshLoad = () =>
  performance.getEntriesByType("navigation")[0]?.type === "navigate";

const wasTouchedEarly = (form, name) =>
  isFreshLoad() &&
  controls(form, name).some((el) =>
    el.type === "checkbox"
      ? el.checked !== el.defaultChecked
      : el.value !== el.defaultValue,
  );

export function DraftForm({
  saved,
  isLoaded,
  storageKey,
  onSave,
  onSend,
  children,
  ...rest
}) {
  const form = useRef(null);
  const timer = useRef(0);
  const unsent = useRef(new Set()); // changed since the last save was sent
  const unsaved = useRef(new Set()); // changed, and the server does not say the same yet
  const latest = useRef({});
  latest.current = { onSave, storageKey };

  const remember = () => {
    const { storageKey: key } = latest.current;
    const kept = {};
    for (const name of unsaved.current) kept[name] = read(form.current, name);
    if (unsaved.current.size) sessionStorage.setItem(key, JSON.stringify(kept));
    else sessionStorage.removeItem(key);
  };

  const touch = (name) => {
    unsent.current.add(name);
    unsaved.current.add(name);
  };

  const save = () => {
    clearTimeout(timer.current);
    if (!form.current || !unsent.current.size) return;
    const fields = {};
    for (const name of unsent.current) fields[name] = read(form.current, name);
    unsent.current.clear();
    latest.current.onSave(fields);
  };

  const noteChange = (event) => {
    if (!event.target.name) return;
    touch(event.target.name);
    remember();
    clearTimeout(timer.current);
    if (event.target.type === "checkbox") save();
    else timer.current = setTimeout(save, PAUSE_MS);
  };

  // Enter on a check box is meant to tick it; a browser would send the form.
  const keepFromSending = (event) => {
    if (event.key === "Enter" && event.target.type === "checkbox")
      event.preventDefault();
  };

  const send = (event) => {
    event.preventDefault();
    clearTimeout(timer.current);
    const fields = {};
    for (const name of names(form.current))
      fields[name] = read(form.current, name);
    unsent.current.clear();
    onSend(fields);
  };

  // What was typed before this script ran, and what an earlier load of the page could not save.
  useEffect(() => {
    const node = form.current;
    for (const name of names(node))
      if (wasTouchedEarly(node, name)) touch(name);
    const kept = JSON.parse(sessionStorage.getItem(storageKey) || "{}");
    for (const [name, value] of Object.entries(kept)) {
      if (unsaved.current.has(name)) continue;
      write(node, name, value);
      touch(name);
    }
    if (unsent.current.size) timer.current = setTimeout(save, PAUSE_MS);
    const putAway = () => document.visibilityState === "hidden" && save();
    document.addEventListener("visibilitychange", putAway);
    return () => {
      document.removeEventListener("visibilitychange", putAway);
      form.current = node; // the ref is emptied before this runs
      save();
      sessionStorage.removeItem(storageKey);
    };
  }, [storageKey]);

  useEffect(() => {
    if (!isLoaded) return;
    for (const [name, value] of Object.entries(saved)) {
      if (!unsaved.current.has(name)) write(form.current, name, value);
      else if (isSame(read(form.current, name), value))
        unsaved.current.delete(name);
    }
    remember();
  }, [saved, isLoaded]);

  return (
    <form
      {...rest}
      ref={form}
      noValidate
      onInput={noteChange}
      onBlur={save}
      onKeyDown={keepFromSending}
      onSubmit={send}
    >
      {children}
    </form>
  );
}
