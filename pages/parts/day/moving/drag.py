"""
Dragging a bar of the chart to another time or machine.

The page's component waits for the chart, follows the mouse over it, and says which job
was dropped where. What that leads to is decided here. ``_fullLayout`` is Plotly's own
business: it is read in this script and nowhere else.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import streamlit as st

from core.charts.bars.canvas import arranged
from core.charts.window import View
from core.planning.plan import Plan
from pages.parts.day.moving.moves import movable, move
from pages.parts.state import Key

LEEWAY = 100  # the visible time over this: nobody drops a bar to the pixel
MOST_JOBS = 1200  # in view; with more a bar is too small to be taken hold of

SCRIPT = """
export default function (component) {
  const { data, setTriggerValue, parentElement } = component;
  parentElement.stopDragging?.(); // drawn anew: the one before lets go
  const STEP = 6;
  let gd = null, hovered = null, drag = null, waiting = null;

  function find() {
    const found = document.querySelector(`.st-key-${data.chart} .js-plotly-plot`);
    if (found && found !== gd && found._fullLayout && found.on) attach(found);
  }

  function attach(found) {
    detach();
    gd = found;
    gd.on('plotly_hover', onHover);
    gd.on('plotly_unhover', onLeave);
    gd.addEventListener('mousedown', onDown, true);
    gd.dataset.drag = 'ready';
  }

  function detach() {
    if (!gd) return;
    gd.removeListener?.('plotly_hover', onHover);
    gd.removeListener?.('plotly_unhover', onLeave);
    gd.removeEventListener('mousedown', onDown, true);
    delete gd.dataset.drag;
    gd = null;
  }

  function onHover(event) {
    const ids = event.points.map((p) => p.customdata).filter((id) => id in data.jobs);
    hovered = ids.length ? ids[0] : null;
    gd.style.cursor = hovered === null ? '' : 'grab';
  }

  function onLeave() { if (!drag) hovered = null; }

  function place(event) {
    const { xaxis, yaxis } = gd._fullLayout;
    const box = gd.getBoundingClientRect();
    const x = event.clientX - box.left - xaxis._offset;
    const y = event.clientY - box.top - yaxis._offset;
    return { x, y, xaxis, yaxis, box };
  }

  function onDown(event) {
    if (event.button !== 0 || hovered === null || !gd) return;
    const job = data.jobs[hovered];
    const { x, xaxis } = place(event);
    drag = {
      id: hovered, job, from: [event.clientX, event.clientY], moving: false,
      grip: x - xaxis.d2p(job.start), ghost: null, shades: [],
    };
    window.addEventListener('mousemove', onMove, true);
    window.addEventListener('mouseup', onUp, true);
    window.addEventListener('keydown', onKey, true);
  }

  function begin() {
    drag.moving = true;
    const { xaxis, yaxis } = gd._fullLayout;
    gd.style.position = 'relative';
    const box = (left, top, width, height, style) => {
      const div = document.createElement('div');
      div.style.cssText = `position:absolute;pointer-events:none;z-index:5;` +
        `left:${left}px;top:${top}px;width:${width}px;height:${height}px;${style}`;
      gd.appendChild(div);
      return div;
    };
    const row = Math.abs(yaxis.d2p(1) - yaxis.d2p(0));
    for (const { y, machine } of data.rows) {
      if (drag.job.may.includes(machine)) continue;
      const top = yaxis._offset + yaxis.d2p(y) - row / 2;
      drag.shades.push(box(xaxis._offset, top, xaxis._length, row,
        'background:var(--st-background-color,#fff);opacity:.72;'));
    }
    const width = Math.max(xaxis.d2p(drag.job.end) - xaxis.d2p(drag.job.start), 4);
    drag.ghost = box(0, 0, width, row * 0.62,
      'background:rgba(31,90,135,.45);border:2px solid #1f5a87;border-radius:2px;');
    drag.ghost.className = 'drag-ghost';
    gd.style.cursor = 'grabbing';
  }

  function onMove(event) {
    if (!drag) return;
    const [x0, y0] = drag.from;
    const far = Math.hypot(event.clientX - x0, event.clientY - y0) >= STEP;
    if (!drag.moving && !far) return;
    if (!drag.moving) begin();
    event.preventDefault();
    const { x, y, xaxis, yaxis } = place(event);
    const row = Math.abs(yaxis.d2p(1) - yaxis.d2p(0));
    drag.ghost.style.left = `${xaxis._offset + x - drag.grip}px`;
    drag.ghost.style.top = `${yaxis._offset + y - row * 0.31}px`;
  }

  function stop() {
    window.removeEventListener('mousemove', onMove, true);
    window.removeEventListener('mouseup', onUp, true);
    window.removeEventListener('keydown', onKey, true);
    drag?.ghost?.remove();
    drag?.shades.forEach((shade) => shade.remove());
    if (gd) gd.style.cursor = '';
    drag = null;
  }

  // Plotly lays a sheet over the page while a button is down; where the chart is drawn
  // anew meanwhile, nobody takes it away.
  function uncover({ clientX, clientY }) {
    for (const wait of [0, 300, 1000]) setTimeout(() => {
      if (drag) return;
      for (const cover of document.querySelectorAll('.dragcover')) {
        const up = { bubbles: true, clientX, clientY };
        cover.dispatchEvent(new MouseEvent('mouseup', up));
        cover.remove();
      }
    }, wait);
  }

  function onKey(event) { if (event.key === 'Escape') stop(); }

  function onUp(event) {
    const was = drag;
    if (!was || !was.moving) { stop(); return; }
    event.preventDefault();
    event.stopPropagation();
    const { x, y, xaxis, yaxis } = place(event);
    const height = yaxis.p2d(y);
    let near = null;
    for (const row of data.rows) {
      const away = Math.abs(row.y - height);
      const best = near === null ? 0.6 : Math.abs(near.y - height);
      if (away <= best) near = row;
    }
    const time = xaxis.p2d(x - was.grip);
    stop();
    uncover(event);
    if (near !== null) {
      const { machine } = near;
      setTriggerValue('dropped', { job: was.id, time: String(time), machine });
    }
  }

  find();
  waiting = setInterval(find, 400);
  const close = () => { clearInterval(waiting); stop(); detach(); };
  parentElement.stopDragging = close;
  return close;
}
"""


@st.cache_resource(show_spinner=False)
def _component() -> Any:
    """Register the component, once for all sessions."""
    return st.components.v2.component(
        "shiftwright_drag", js=SCRIPT, html="<span></span>"
    )


def let_drag(plan: Plan, view: View) -> None:
    """
    Let the planner drag bars of the chart of a plan.

    Parameters
    ----------
    plan, view
        What the chart shows.
    """
    problem, schedule = plan.shift.problem, plan.result.schedule
    rows = arranged(problem, view)
    shown = movable(plan) & np.isin(schedule.machine, rows.machines)
    shown &= (schedule.start < view.end) & (schedule.end > view.begin)
    jobs = np.flatnonzero(shown).tolist()
    if len(jobs) > MOST_JOBS:
        return
    result = _component()(
        data={
            "chart": str(Key.CHART),
            "rows": [
                {"machine": k, "y": y}
                for k, y in zip(rows.machines.tolist(), rows.y.tolist(), strict=True)
            ],
            "jobs": {
                str(j): {
                    "start": _text(plan, int(schedule.start[j])),
                    "end": _text(plan, int(schedule.end[j])),
                    "may": np.flatnonzero(problem.eligible[j]).tolist(),
                }
                for j in jobs
            },
        },
        key="drag",
        on_dropped_change=lambda: None,
    )
    dropped = result.dropped
    if dropped:
        _drop(plan, view, dropped)
        st.rerun()


def _drop(plan: Plan, view: View, dropped: dict[str, Any]) -> None:
    """Move the job that was dropped; numbers from the browser are checked."""
    problem = plan.shift.problem
    job, machine = int(dropped["job"]), int(dropped["machine"])
    if not (0 <= job < problem.num_jobs and 0 <= machine < problem.num_machines):
        return
    when = datetime.fromisoformat(str(dropped["time"]).replace(" ", "T")[:19])
    start = round((when - plan.shift.start).total_seconds())
    leeway = (view.end - view.begin) // LEEWAY
    move(plan, job, machine, start, leeway)


def _text(plan: Plan, seconds: int) -> str:
    """Return a moment as Plotly's date axis reads it."""
    return (plan.shift.start + timedelta(seconds=seconds)).isoformat(" ")
