"""Headers that are likely to mean a column, but not sure to: the planner is asked."""

from __future__ import annotations

# Likely, not sure: such a column is not read, and the planner is told what it may be.
SUGGESTED: dict[str, dict[str, str]] = {
    "jobs": {
        **dict.fromkeys(
            (
                *("delivery_date", "delivery", "required_date", "need_by", "want_date"),
                *(
                    "finish_by",
                    "latest_end",
                    "end_date",
                    "end",
                    "ship_date",
                    "promised",
                ),
                *("promise_date", "customer_date", "planned_end", "scheduled_end"),
                *("lieferdatum", "ende", "enddatum", "wunschtermin", "date_livraison"),
                *("date_de_livraison", "fecha_de_entrega", "entrega", "fin", "needed"),
                *(
                    "due_datetime",
                    "finish",
                    "livraison",
                    "target_date",
                    "latest_finish",
                ),
            ),
            "due",
        ),
        **dict.fromkeys(
            (
                *("earliest", "start_after", "scheduled_start", "planned_start"),
                *("start_date", "start", "material_date", "arrival", "beginn", "ab"),
                *("startdatum", "starttermin", "debut", "inicio", "available"),
                *("fruhestens", "ready", "ready_date", "material_available"),
            ),
            "release",
        ),
        **dict.fromkeys(
            (
                *("prio", "prioritat", "rank", "urgency", "importance", "rang"),
                *("priorite", "prioridad", "order_priority"),
            ),
            "weight",
        ),
        **dict.fromkeys(("type", "typ", "capability", "skill"), "machine_types"),
        **dict.fromkeys(
            (
                *("done", "finished", "completed", "complete", "closed", "cancelled"),
                *("canceled", "in_progress", "running", "on_hold", "active"),
                *("erledigt", "fertig", "abgeschlossen", "storniert", "in_arbeit"),
                *("termine", "annule", "hecho", "terminado", "cancelado"),
            ),
            "status",
        ),
        **dict.fromkeys(("time", "zeit", "hours", "stunden"), "processing_minutes"),
        **dict.fromkeys(("material", "alloy", "tool", "color", "farbe"), "setup_group"),
    },
    "machines": {
        **dict.fromkeys(("shift", "schicht", "shifts", "schichten"), "calendar"),
        **dict.fromkeys(("rate", "factor", "faktor", "oee"), "speed"),
        **dict.fromkeys(("capability", "class", "skill"), "machine_type"),
    },
}
