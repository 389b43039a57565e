"""Small problems with a plan that is under way, for Hypothesis."""

from dataclasses import replace

from hypothesis import strategies as st

from core.timing.retime import retime
from tests.strategies import sequences, special_problems


@st.composite
def days(draw, **settings):
    """
    Draw a problem, the orders on its machines, their plan, and a second in it.

    Jobs may have to wait after others, and may not pause.
    """
    problem = replace(
        draw(special_problems(reservations=False, **settings)), scale=None
    )
    orders = draw(sequences(problem))
    plan = retime(problem, orders)
    return problem, orders, plan, draw(st.integers(0, plan.makespan))
