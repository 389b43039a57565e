"""What a planner takes along: the plan, and templates for the files."""

import streamlit as st

from core.planning.plan import Plan
from core.tables.writing.template import template_files, template_workbook
from core.tables.writing.write_plan import schedule_csv, schedule_workbook
from pages.parts.day.history.logged import events_table

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def offer_plan(plan: Plan) -> None:
    """Offer the plan as CSV and as a workbook, made when asked for."""
    events = events_table()  # here: a download is made outside the session
    with st.container(horizontal=True, key="downloads"):
        st.download_button(
            "Workbook",
            lambda: schedule_workbook(plan, [] if events is None else [events]),
            "schedule.xlsx",
            XLSX,
            icon=":material/table_view:",
            help="All jobs, a sheet per machine type, the figures, and what happened.",
            on_click="ignore",
        )
        st.download_button(
            "CSV",
            lambda: schedule_csv(plan),
            "schedule.csv",
            "text/csv",
            icon=":material/csv:",
            help="One row per job.",
            on_click="ignore",
        )


def offer_templates() -> None:
    """Offer the template as a workbook, and its tables as CSV files."""
    with st.expander("Templates", icon=":material/draft:"):
        st.download_button(
            "Workbook with all tables",
            template_workbook,
            "template.xlsx",
            XLSX,
            icon=":material/table_view:",
            width="stretch",
            on_click="ignore",
        )
        for name, content in _template_files().items():
            st.download_button(
                name,
                content,
                name,
                "text/csv",
                icon=":material/csv:",
                width="stretch",
                on_click="ignore",
            )


@st.cache_resource
def _template_files() -> dict[str, bytes]:
    """The CSV files of the template; always the same."""
    return template_files()
