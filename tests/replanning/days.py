"""Small problems with a plan that is under way, for Hypothesis."""

from hypothesis import strategies as st

from core.timing.retime import retime
from tests.strategies import problems_and_sequences


@st.composite
def days(draw, **settings):
    """Draw a problem, the orders on its machines, their plan, and a second in it."""
    problem, sequences = draw(problems_and_sequences(**settings))
    plan = retime(problem, sequences)
    return problem, sequences, plan, draw(st.integers(0, plan.makespan))
