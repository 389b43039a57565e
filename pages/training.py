"""Training: start a run, watch it, and make its model the default."""

import streamlit as st

from core.store.errors import StoreError
from pages.parts.guard import require_app
from pages.parts.sidebar.settings import settings_from_sidebar
from pages.parts.sidebar.shift import shift_if_any
from pages.parts.training.models import show_models
from pages.parts.training.start import show_start
from pages.parts.training.watch import show_runs

require_app()
shift = shift_if_any()  # runs and models are shown without one, too
settings = settings_from_sidebar()

st.title("Training", anchor=False)
try:
    show_start(shift, settings)
    show_runs(shift)
    show_models(shift, settings)
except StoreError as error:
    st.error(str(error), icon=":material/error:")
