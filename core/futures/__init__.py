"""How sure a plan is: the same plan in many possible futures."""
