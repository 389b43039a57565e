"""What planners call the tables and columns, in English, German, French, Spanish."""

from __future__ import annotations

# Every word is matched as ``vocabulary.folded``: without case, spaces, signs and
# accents.
# A word stands here when it means one thing in a planner's file; those that are
# likely but not sure stand in SUGGESTED.
ALIASES: dict[str, dict[str, tuple[str, ...]]] = {
    "jobs": {
        "job_id": (
            *("job", "id", "operation", "operation_id", "job_no", "job_number"),
            *("task", "task_id", "job_name", "vorgang", "vorgang_id", "arbeitsgang"),
            *("vorgangsnummer", "auftragsposition", "tache", "tarea", "operacion"),
        ),
        "processing_minutes": (
            *("duration", "proc_time", "processing_time", "duration_minutes"),
            *("minutes", "run_time", "process_time", "processing", "runtime"),
            *("dauer", "bearbeitungszeit", "laufzeit", "bearbeitungsdauer"),
            *("fertigungszeit", "minuten", "prozesszeit", "arbeitszeit", "sollzeit"),
            *("duree", "temps", "temps_de_traitement", "duracion", "tiempo"),
            *("tiempo_de_proceso", "planned_time", "std_time", "standard_time"),
        ),
        "machine_types": (
            *("machine_type", "capable_machine_types", "maschinentyp", "machine_group"),
            *("maschinentypen", "maschinengruppe", "type_de_machine", "machine_class"),
            *("tipo_de_maquina",),
        ),
        "machine_id": (
            *("machine", "machine_no", "machine_name", "required_machine", "resource"),
            *("maschine", "maschinennummer", "work_center", "work_centre"),
            *("workcenter", "workstation", "arbeitsplatz", "anlage", "ressource"),
            *("poste", "poste_de_travail", "maquina", "recurso", "resource_id"),
        ),
        "family": (
            *("work_order", "order", "order_id", "work_order_id", "wo", "order_no"),
            *("order_number", "work_order_no", "production_order", "job_order"),
            *("auftrag", "auftragsnummer", "auftrag_nr", "auftragsnr", "auftrags_id"),
            *("fertigungsauftrag", "commande", "ordre_de_fabrication", "pedido"),
            *("orden", "orden_de_trabajo", "orden_de_fabricacion", "familie"),
            *("manufacturing_order", "fauf", "famille", "familia"),
        ),
        "sequence": (
            *("seq", "step", "operation_no", "sequence_no", "operation_number"),
            *("op_no", "op", "reihenfolge", "folge", "schritt", "arbeitsgang_nr"),
            *("arbeitsgangnummer", "position", "pos", "etape", "paso", "secuencia"),
            *("vorgang_nr", "step_no", "avo", "op_seq"),
        ),
        "predecessors": (
            *("predecessor", "after", "depends_on", "vorganger", "nach"),
            *("predecesseur", "predecesseurs", "predecesor", "predecesores"),
            *("apres", "despues_de"),
        ),
        "setup_group": (
            *("group", "setup_family", "tool_group", "rustgruppe", "ruestgruppe"),
            *("rustfamilie", "groupe", "groupe_de_reglage", "grupo"),
            *("grupo_de_preparacion", "grupo_de_ajuste"),
        ),
        "setup_minutes": (
            *("setup", "setup_time", "changeover_minutes", "changeover"),
            *("changeover_time", "rustzeit", "ruestzeit", "rusten", "reglage"),
            *("temps_de_reglage", "tiempo_de_preparacion", "preparacion"),
        ),
        "release": (
            *("release_date", "earliest_start", "available_from", "released"),
            *("release_time", "freigabe", "freigabedatum", "fruhester_start"),
            *("fruhester_beginn", "fruhester_starttermin", "startbar_ab"),
            *("debut_au_plus_tot", "inicio_mas_temprano", "not_before"),
        ),
        "due": (
            *("due_date", "lcd_date", "lcd", "deadline", "due_time", "due_by"),
            *("fallig", "falligkeit", "falligkeitsdatum", "fallig_am", "termin"),
            *("liefertermin", "endtermin", "solltermin", "fertig_bis", "echeance"),
            *("date_echeance", "date_d_echeance", "date_limite", "vencimiento"),
            *("fecha_de_vencimiento", "fecha_limite", "abgabetermin", "fallig_bis"),
            *("need_date", "needed_by", "fecha_de_entrega", "date_de_livraison"),
        ),
        "weight": (
            *("priority", "job_weight", "gewicht", "gewichtung", "poids", "peso"),
        ),
        "important": (
            *("is_important", "urgent", "important_job", "wichtig", "dringend"),
            *("eilig", "urgente", "importante"),
        ),
        "preferred_machine": (
            *("preferred", "preferred_machines", "wunschmaschine"),
            *("bevorzugte_maschine", "machine_preferee", "maquina_preferida"),
        ),
        "quantity": (
            *("qty", "pieces", "order_quantity", "planned_quantity", "menge"),
            *("stuckzahl", "auftragsmenge", "sollmenge", "losgrosse", "quantite"),
            *("cantidad", "lot_size", "order_qty", "planned_qty", "stuck"),
        ),
        "minutes_per_piece": (
            *("time_per_piece", "time_per_unit", "cycle_time", "run_time_per_piece"),
            *("minutes_per_unit", "duration_per", "duration_per_unit", "stuckzeit"),
            *("zeit_je_stuck", "zeit_pro_stuck", "zeit_stuck", "minuten_pro_stuck"),
            *("taktzeit", "te", "temps_par_piece"),
            *("tiempo_por_pieza", "unit_time", "piece_time", "minutes_per_part"),
        ),
        "quantity_done": (
            *("qty_done", "completed_quantity", "finished_qty", "finished_quantity"),
            *("quantity_completed", "qty_completed", "produced", "istmenge"),
            *("gutmenge", "fertige_menge", "gefertigt", "ruckgemeldet", "rueckmeldung"),
            *("quantite_produite", "cantidad_producida", "quantity_produced"),
        ),
        "minutes_low": (
            *("low_minutes", "optimistic", "optimistic_minutes", "minutes_p10"),
            *("shortest_minutes", "best_case"),
            *("optimistisch", "dauer_optimistisch", "duration_low"),
        ),
        "minutes_high": (
            *("high_minutes", "pessimistic", "pessimistic_minutes", "minutes_p90"),
            *("longest_minutes", "worst_case", "dauer_max", "minuten_max"),
            *("pessimistisch", "dauer_pessimistisch", "duration_high", "duree_max"),
        ),
        "status": (
            *("state", "job_status", "job_state", "order_status", "zustand"),
            *("auftragsstatus", "vorgangsstatus", "arbeitsgangstatus", "statut"),
            *("estado",),
        ),
        "actual_start": (
            *("started_at", "start_actual", "actual_begin", "real_start", "ist_start"),
            *("istbeginn", "ist_beginn", "start_ist", "beginn_ist", "debut_reel"),
            *("inicio_real",),
        ),
        "actual_end": (
            *("finished_at", "ended_at", "end_actual", "actual_finish", "real_end"),
            *("completed_at", "ist_ende", "istende", "ende_ist", "fin_reelle"),
            *("fin_real",),
        ),
        "remaining_minutes": (
            *("remaining", "remaining_time", "time_left", "minutes_left", "restzeit"),
            *("restdauer", "restlaufzeit", "restminuten", "temps_restant"),
            *("tiempo_restante",),
        ),
        "lock": (
            *("locked", "pinned", "pin", "fixiert", "fixierung", "gesperrt", "sperre"),
            *("verrouille", "bloqueado"),
        ),
        "wait_after_minutes": (
            *("wait_after", "wait_time", "waiting_time", "cooling_time", "lag"),
            *("transport_time", "move_time", "liegezeit", "nachliegezeit", "wartezeit"),
            *("ubergangszeit", "abkuhlzeit", "trockenzeit", "transportzeit"),
            *("temps_d_attente", "temps_de_refroidissement", "tiempo_de_espera"),
        ),
        "pause": (
            *("may_pause", "can_pause", "interruptible", "pausable", "splittable"),
            *("unterbrechbar", "darf_pausieren", "teilbar", "interruptible"),
            *("interrumpible", "pausierbar"),
        ),
        "materials": (
            *("needs_material", "needed_materials", "required_materials"),
            *("needed_material", "required_material", "materialien"),
            *("benotigtes_material", "materialbedarf", "components", "komponenten"),
            *("materiaux", "materiales", "composants", "componentes"),
        ),
    },
    "machines": {
        "machine_id": (
            *("machine", "id", "resource", "machine_no", "name", "machine_name"),
            *("resource_id", "maschine", "maschinennummer", "anlage", "arbeitsplatz"),
            *("work_center", "work_centre", "workcenter", "ressource", "maquina"),
            *("recurso", "poste", "maschinen_id", "workstation"),
        ),
        "machine_type": (
            *("type", "machine_group", "typ", "maschinentyp", "maschinengruppe"),
            *("gruppe", "type_de_machine", "tipo", "tipo_de_maquina", "machine_class"),
        ),
        "mtbf_hours": (
            *("mtbf", "mtbf_h", "mean_time_between_failures", "stunden_bis_ausfall"),
            *("hours_between_failures", "hours_between_breakdowns"),
        ),
        "mttr_minutes": (
            *("mttr", "mttr_min", "mean_time_to_repair", "reparaturminuten"),
            *("repair_minutes", "repair_time", "reparaturdauer"),
        ),
        "speed": (
            *("speed_factor", "efficiency", "geschwindigkeit", "leistungsgrad"),
            *("effizienz", "vitesse", "velocidad", "time_efficiency", "rendement"),
            *("eficiencia", "efficacite"),
        ),
        "calendar": (
            *(
                "shift_calendar",
                "hours",
                "kalender",
                "schichtkalender",
                "schichtmodell",
            ),
            *("calendrier", "calendario", "working_hours", "shift_model"),
        ),
        "freeze_until": (
            *("frozen_until", "fixed_until", "freeze", "eingefroren_bis"),
            *("fixiert_bis", "fest_bis"),
        ),
        "available_from": (
            *("available", "free_from", "verfugbar_ab", "frei_ab"),
            *("disponible", "disponible_a_partir_de", "disponible_desde"),
        ),
        "setup_group": (
            *("group", "initial_group", "set_up_for", "rustgruppe", "gerustet_fur"),
            *("rustzustand", "groupe", "grupo", "current_setup"),
        ),
        "units": (
            *("unit_count", "number_of_units", "number_of_machines", "machine_count"),
            *("count", "anzahl", "einheiten", "anzahl_maschinen", "unites"),
            *("nombre_de_machines", "unidades", "numero_de_maquinas"),
        ),
    },
    "setups": {
        "from_group": (
            *("from", "von", "de", "desde", "from_setup", "von_gruppe", "before"),
        ),
        "to_group": (
            *("to", "nach", "vers", "hacia", "to_setup", "nach_gruppe", "auf"),
        ),
        "minutes": (
            *("setup_minutes", "setup_time", "duration", "setup", "rustzeit", "dauer"),
            *("minuten", "changeover_minutes", "changeover_time", "duree", "duracion"),
            *("time", "tiempo", "temps", "zeit"),
        ),
        "machine_type": (
            *("type", "machine_types", "maschinentyp", "typ", "tipo", "machine_group"),
        ),
    },
    "calendars": {
        "calendar": (
            *("calendar_name", "name", "kalender", "schichtkalender", "calendrier"),
            *("calendario", "schichtmodell", "shift_calendar"),
        ),
        "weekday": (
            *("day", "tag", "wochentag", "jour", "dia", "weekdays", "days", "tage"),
            *("jour_de_la_semaine", "dia_de_la_semana"),
        ),
        "date": ("on_date", "datum", "fecha", "kalendertag", "calendar_date"),
        "opens": (
            *("open", "from", "opens_at", "start", "start_time", "von", "beginn"),
            *("offnet", "ab", "debut", "inicio", "ouverture", "apertura", "de"),
        ),
        "closes": (
            *("close", "to", "closes_at", "end", "end_time", "bis", "ende"),
            *("schliesst", "fin", "fermeture", "cierre", "until"),
        ),
    },
    "downtime": {
        "machine_id": (
            *("machine", "resource", "maschine", "anlage", "arbeitsplatz"),
            *("ressource", "maquina", "recurso", "work_center", "poste"),
            *("machine_or_type", "machines", "maschinen", "affects", "betrifft"),
        ),
        "start": (
            *("from", "begin", "start_time", "von", "beginn", "ab", "debut", "de"),
            *("inicio", "desde", "start_date"),
        ),
        "end": (
            *("to", "until", "end_time", "bis", "ende", "fin", "hasta", "end_date"),
            *("finish",),
        ),
        "reason": (
            *("note", "comment", "grund", "bemerkung", "raison", "motif", "motivo"),
        ),
    },
    "processing": {
        "job_id": (
            *("job", "operation", "operation_id", "vorgang", "arbeitsgang", "task"),
        ),
        "machine_id": (
            *("machine", "resource", "maschine", "anlage", "arbeitsplatz"),
            *("ressource", "maquina", "recurso", "work_center", "poste"),
        ),
        "minutes": (
            *("processing_minutes", "duration", "proc_time", "processing_time"),
            *("dauer", "bearbeitungszeit", "minuten", "duree", "duracion", "time"),
            *("run_time", "laufzeit"),
        ),
    },
    "materials": {
        "material": (
            *("material_id", "material_no", "material_name", "material_number"),
            *("materialnummer", "materialname", "component", "komponente", "part"),
            *("part_no", "teil", "artikel", "artikelnummer", "item", "bauteil"),
            *("materiau", "matiere", "composant", "componente", "articulo"),
        ),
        "arrives": (
            *("arrival", "arrives_at", "arrival_date", "arrival_time", "eta"),
            *("expected", "expected_on", "available_from", "available_on", "ankunft"),
            *("ankunftsdatum", "trifft_ein", "eintreffen", "eingang", "wareneingang"),
            *("verfugbar_ab", "da_ab", "arrivee", "date_d_arrivee", "llegada"),
            *("fecha_de_llegada",),
        ),
    },
    "shift": {
        "start": (
            *("plan_start", "shift_start", "begin", "planstart", "planbeginn"),
            *("beginn", "schichtbeginn", "debut", "inicio"),
        ),
        "now": ("jetzt", "maintenant", "ahora"),
        "title": ("name", "shift", "schicht", "titel", "titre", "titulo"),
    },
}


# Sheets and files by other names than the tables'.
SHEET_WORDS: dict[str, tuple[str, ...]] = {
    "jobs": (
        *("job", "operations", "operation", "auftrage", "arbeitsgange", "vorgange"),
        *("work_orders", "work_order", "orders", "fertigungsauftrage", "tasks"),
        *("manufacturing_orders", "production_orders", "job_list", "order_list"),
        *("auftragsliste", "auftragsvorrat", "arbeitsvorrat", "joblist", "orderlist"),
        *("trabajos", "operaciones", "ordenes", "pedidos", "commandes", "taches"),
        *("ordres_de_fabrication",),
    ),
    "machines": (
        *("machine", "maschinen", "maschine", "resource", "resources", "anlagen"),
        *("work_centers", "workcenters", "work_centres", "workcentres", "equipment"),
        *("arbeitsplatze", "ressourcen", "betriebsmittel", "maschinenliste"),
        *("machine_list", "machinelist", "maquinas", "recursos", "ressources"),
    ),
    "setups": (
        *("setup", "setup_times", "setuptimes", "setup_matrix", "changeover"),
        *("changeovers", "rustzeiten", "rustmatrix", "umrustzeiten", "umrustungen"),
        *("reglages", "preparaciones"),
    ),
    "calendars": (
        *("calendar", "kalender", "calendar_bucket", "calendar_buckets"),
        *("calendarbucket", "schichten", "schichtkalender", "schichtplan"),
        *("arbeitszeiten", "opening_hours", "working_hours", "offnungszeiten"),
        *("calendrier", "calendriers", "calendario", "calendarios"),
    ),
    "downtime": (
        *("downtimes", "maintenance", "breakdowns", "outages", "stillstand"),
        *("stillstande", "stillstandszeiten", "ausfalle", "ausfallzeiten"),
        *("wartung", "wartungen", "storungen", "arrets", "paradas"),
    ),
    "processing": (
        *("processing_times", "process_times", "bearbeitungszeiten", "prozesszeiten"),
    ),
    "materials": (
        *("material", "materialien", "components", "komponenten", "arrivals"),
        *("deliveries", "lieferungen", "wareneingang", "wareneingange"),
        *("materialliste", "materiaux", "materiales"),
    ),
    "shift": ("schicht",),
}
