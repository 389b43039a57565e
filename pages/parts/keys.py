"""Keys for what is pressed often: all of them, and what they press, in one table."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import streamlit as st

# Presses the first button of a key that is there and may be pressed; a field is
# entered. Keys belong to whoever is being typed into, or to a control that has them.
SCRIPT = """
export default function ({ data }) {
  const typing = "input, textarea, select, [contenteditable=true], [role=combobox]";
  const moving = "[role=slider], [role=tab], [role=radio], [role=grid], canvas";
  const pressing = "button, a, summary, [role=button]";
  // Streamlit 1.67 takes an open popover out of the order of Tab when a list in it
  // closes, and does not put it back.
  const free = (open) => {
    for (const one of open?.querySelectorAll("[data-tabindex]") ?? []) {
      const was = one.dataset.tabindex;
      delete one.dataset.tabindex;
      if (was) one.setAttribute("tabindex", was);
      else one.removeAttribute("tabindex");
    }
  };
  const listen = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const on = event.target instanceof Element ? event.target : document.body;
    if (event.key === "Tab") free(on.closest("[role=dialog]"));
    if (event.key !== "Escape" && on.closest(typing)) return;
    if (event.key.startsWith("Arrow") && on.closest(moving)) return;
    if (event.key === " " && on.closest(pressing)) return;
    if (document.querySelector("[role=dialog], [data-testid=stDialog]")) return;
    const pressed = data.find((one) => one.key === event.key);
    if (!pressed) return;
    for (const place of pressed.places) {
      const found = document.querySelector(place);
      if (!found || found.disabled || !found.getClientRects().length) continue;
      event.preventDefault();
      if (found.matches("input, textarea")) found.focus();
      else found.click();
      return;
    }
  };
  // What a button opens lies at the end of the page: by keyboard, one is led into it.
  const fields = ":is(input, textarea, button, [tabindex='0'])";
  const lead = (event) => {
    const on = event.target instanceof Element ? event.target : document.body;
    const opener = on.closest("[data-testid=stPopoverButton]");
    if (!opener || event.detail !== 0) return;
    let tries = 0;
    const looking = setInterval(() => {
      const open = opener.getAttribute("aria-expanded") === "true";
      const first = open && document.querySelector(`[role=dialog] ${fields}`);
      if (first || ++tries > 40) clearInterval(looking);
      if (first) first.focus();
    }, 50);
  };
  document.addEventListener("keydown", listen);
  document.addEventListener("click", lead, true);
  return () => {
    document.removeEventListener("keydown", listen);
    document.removeEventListener("click", lead, true);
  };
}
"""

_listener = st.components.v2.component("shiftwright_keys", js=SCRIPT)


@dataclass(frozen=True)
class PageKey:
    """
    A key and what it does.

    Parameters
    ----------
    key
        As browsers call it.
    shown, words
        As planners read it, and what it does.
    places
        What it presses or enters, by style selectors; the first that is there.
    """

    key: str
    shown: str
    words: str
    places: tuple[str, ...]


KEYS = (
    PageKey("p", "p", "Plan", (".st-key-press_plan button",)),
    PageKey(
        "ArrowLeft",
        "←",
        "earlier, or one decision back",
        (
            ".st-key-steps [data-testid=stButton]:nth-of-type(2) button",
            "[class*=st-key-icon_][class*=_Earlier] button",
        ),
    ),
    PageKey(
        "ArrowRight",
        "→",
        "later, or the next decision",
        (
            ".st-key-steps [data-testid=stButton]:nth-of-type(3) button",
            "[class*=st-key-icon_][class*=_Later] button",
        ),
    ),
    PageKey(
        " ",
        "space",
        "play the decisions, or pause",
        (".st-key-steps button[kind=primary]",),
    ),
    PageKey(
        "/",
        "/",
        "find a job or order",
        (
            ".st-key-job input",
            ".st-key-compare_focus input",
            ".st-key-step_focus input",
            ".st-key-orders_search input",
        ),
    ),
    PageKey(
        "l",
        "l",
        "lock the job's start, or unlock it",
        (".st-key-unlock button", ".st-key-lock_start button"),
    ),
    PageKey(
        "w",
        "w",
        "what happened? Again: fill it in",
        (
            ".st-key-happened_form :is(input, textarea)",
            ".st-key-press_happened button",
        ),
    ),
    PageKey("u", "u", "undo", (".st-key-icon_undo button",)),
    PageKey("r", "r", "redo", (".st-key-icon_redo button",)),
    PageKey(
        "Escape",
        "esc",
        "close what is open",
        (
            ".st-key-icon_close_notice button",
            ".st-key-leave_it button",
            ".st-key-icon_close_panel button",
        ),
    ),
    PageKey("?", "?", "show these keys", (".st-key-keys button",)),
)


def listen_to_keys() -> None:
    """Take keys on every page, and list them where one looks for them."""
    with st.sidebar, st.popover("Keys", icon=":material/keyboard:", key="keys"):
        lines = [f"| `{one.shown}` | {one.words} |" for one in KEYS]
        st.markdown("\n".join(["| | |", "|:--|:--|", *lines]))
    with st.container(key="listener"):
        _listener(data=[asdict(one) for one in KEYS], key="key_listener")
