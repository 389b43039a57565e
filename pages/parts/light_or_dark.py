"""Light or dark: charts follow the page when the planner or the system switches."""

from __future__ import annotations

import streamlit as st

# Streamlit turns its own parts over at once, but tells nobody: charts, whose colours
# are chosen here, would wait for the next press. Told once a change: never in circles.
SCRIPT = """
export default function ({ data, setTriggerValue, parentElement }) {
  const page = document.documentElement;
  const look = () => {
    const app = document.querySelector("[data-testid=stApp]");
    if (!app) return;
    const shown = getComputedStyle(app).colorScheme === "dark" ? "dark" : "light";
    page.dataset.shown = shown;
    if (shown === data) delete page.dataset.told;
    else if (page.dataset.told !== shown) {
      page.dataset.told = shown;
      setTriggerValue("switched", shown);
    }
  };
  parentElement.stopLooking?.(); // drawn anew
  const looking = setInterval(look, 300);
  look();
  parentElement.stopLooking = () => clearInterval(looking);
  return parentElement.stopLooking;
}
"""

_watcher = st.components.v2.component("shiftwright_light_or_dark", js=SCRIPT)


def is_dark() -> bool:
    """Whether the browser shows the dark theme."""
    return bool(st.context.theme.type == "dark")


def follow_theme() -> None:
    """Draw the page anew when the browser turns from light to dark, or back."""
    with st.container(key="theme_watcher"):
        _watcher(
            data="dark" if is_dark() else "light",
            key="theme_watch",
            on_switched_change=lambda: None,
        )
