"""Everything a training run can be told: frozen, self-checking, read from TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from core.instances.kinds import KINDS
from core.instances.strict import Number, check_range, refuse_unknown, strict, tuples

T = TypeVar("T")

LOOKAHEADS = ("0", "mean", "inf")


@strict
class PPOSettings:
    """
    Settings of the update; names are CleanRL's.

    Parameters
    ----------
    learning_rate
        Of Adam, at the start; falls linearly to ``final_learning_rate``.
    update_epochs, minibatch_decisions
        Passes over a rollout, and decisions per minibatch.
    update_decisions
        Most decisions of a rollout that a pass uses, drawn anew for each.
    clip_coef, ent_coef, vf_coef, max_grad_norm, target_kl
        As in PPO; ``target_kl`` inf never stops an update early.
    gamma, gae_lambda
        Discount and trace decay of ``advantage = "gae"``.
    advantage
        ``gae``: from rewards and the value head; ``group``: of whole rollouts, against
        the other copies of the same problem; ``best``: only the best copy of a problem
        is learned from, as a label.
    heads
        Which preferences learn: ``both``, only ``job``, only ``machine``.
    """

    learning_rate: Number = 1e-3
    final_learning_rate: Number = 1e-4
    update_epochs: int = 2
    minibatch_decisions: int = 2000
    update_decisions: int = 8000
    clip_coef: Number = 0.2
    ent_coef: Number = 0.005
    vf_coef: Number = 0.05
    max_grad_norm: Number = 1.0
    target_kl: Number = 0.05
    gamma: Number = 1.0
    gae_lambda: Number = 1.0
    advantage: Literal["group", "gae", "best"] = "group"
    heads: Literal["both", "job", "machine"] = "both"

    def __post_init__(self) -> None:
        check_range(
            self,
            positive=("learning_rate", "final_learning_rate", "update_epochs",
                      "minibatch_decisions", "update_decisions", "max_grad_norm",
                      "target_kl", "clip_coef"),
            not_negative=("ent_coef", "vf_coef"),
            share=("gamma", "gae_lambda"),
        )  # fmt: skip


@strict
class RolloutSettings:
    """
    What is played between two updates.

    Parameters
    ----------
    problems, copies
        Fresh problems per iteration, and rollouts of each.
    reward
        ``cost`` or ``shaped``.
    """

    problems: int = 8
    copies: int = 8
    reward: Literal["cost", "shaped"] = "cost"

    def __post_init__(self) -> None:
        check_range(self, positive=("problems", "copies"))


@strict
class ExplorationSettings:
    """
    Random choices mixed into the policy while it plays.

    Parameters
    ----------
    job_epsilon, machine_epsilon
        Share of random choices at the start; machines with less load are
        likelier, weights 1 / (utilisation + 0.1).
    final_share
        Share of both that is left at ``anneal_until`` of the run.
    anneal_until
        Share of the run after which exploration stays at its final value.
    """

    job_epsilon: Number = 0.2
    machine_epsilon: Number = 0.1
    final_share: Number = 0.0
    anneal_until: Number = 0.5

    def __post_init__(self) -> None:
        check_range(
            self,
            share=("job_epsilon", "machine_epsilon", "final_share", "anneal_until"),
        )

    def epsilons(self, progress: float) -> tuple[float, float]:
        """Job and machine epsilon at a share of the run; they fall linearly."""
        pace = self.anneal_until
        share = min(progress / pace, 1.0) if pace > 0 else 1.0
        factor = 1 - share * (1 - self.final_share)
        return self.job_epsilon * factor, self.machine_epsilon * factor


@strict
class Stage:
    """
    One stage of the curriculum.

    Parameters
    ----------
    until
        Share of the run at which the stage ends.
    jobs, machines
        Smallest and largest size; drawn anew for every iteration, log-uniform.
    """

    until: Number
    jobs: tuple[int, int]
    machines: tuple[int, int]

    def __post_init__(self) -> None:
        check_range(self, share=("until",))
        for name in ("jobs", "machines"):
            low, high = getattr(self, name)
            if not 1 <= low <= high:
                raise ValueError(
                    f"Expected 1 <= {name} low <= high, got {low}, {high}."
                )


@strict
class DataSettings:
    """
    What problems are drawn.

    Parameters
    ----------
    kinds
        Weight of each kind of the generator.
    lookaheads
        Per kind, weight of each lookahead: ``0``, ``mean`` (one mean processing
        time) and ``inf``; kinds not named use ``inf``.
    objectives
        Weighted objectives (weight, a, b, c); a ``None`` objective is random.
    random_objective
        Share of problems with a random objective instead.
    """

    kinds: Mapping[str, Number] = field(default_factory=lambda: {"shift": 1.0})
    lookaheads: Mapping[str, Mapping[str, Number]] = field(default_factory=dict)
    objectives: tuple[tuple[Number, Number, Number, Number], ...] = ((1, 1, 1, 0.2),)
    random_objective: Number = 0.3

    def __post_init__(self) -> None:
        check_range(self, share=("random_objective",))
        if not self.kinds:
            raise ValueError(f"Expected at least one kind of {', '.join(KINDS)}.")
        for kind in (*self.kinds, *self.lookaheads):
            if kind not in KINDS:
                raise ValueError(f"Unknown kind {kind!r}; known: {', '.join(KINDS)}.")
        for choices in self.lookaheads.values():
            for name in choices:
                if name not in LOOKAHEADS:
                    raise ValueError(
                        f"Expected a lookahead of {LOOKAHEADS}, got {name!r}."
                    )


@strict
class TrainingSettings:
    """
    A whole run.

    Parameters
    ----------
    name
        Of the model that comes out.
    policy
        ``set``, ``fixed`` or ``flat``; ``hidden`` is the width of ``set``.
    places
        Jobs and machines that a fixed or flat policy has room for.
    iterations, seed
        Length of the run, and what makes it repeatable.
    validate_every, checkpoint_every
        Iterations between validations, and between checkpoints.
    validation_problems, validation_jobs, validation_machines
        Held-out problems per kind, and their size.
    """

    name: str = "default"
    policy: Literal["set", "fixed", "flat"] = "set"
    hidden: int = 64
    places: tuple[int, int] = (500, 50)
    iterations: int = 1000
    seed: int = 0
    validate_every: int = 25
    checkpoint_every: int = 25
    validation_problems: int = 8
    validation_jobs: int = 100
    validation_machines: int = 10
    ppo: PPOSettings = field(default_factory=PPOSettings)
    rollout: RolloutSettings = field(default_factory=RolloutSettings)
    exploration: ExplorationSettings = field(default_factory=ExplorationSettings)
    stages: tuple[Stage, ...] = (
        Stage(0.4, (20, 100), (3, 12)),
        Stage(0.8, (60, 250), (6, 25)),
        Stage(1.0, (100, 500), (10, 50)),
    )
    data: DataSettings = field(default_factory=DataSettings)

    def __post_init__(self) -> None:
        check_range(
            self,
            positive=("hidden", "iterations", "validate_every", "checkpoint_every",
                      "validation_problems", "validation_jobs", "validation_machines"),
        )  # fmt: skip
        ends = [stage.until for stage in self.stages]
        if not ends or ends != sorted(ends) or ends[-1] != 1:
            raise ValueError(f"Expected stages that rise to 1, got {ends}.")
        if self.ppo.advantage != "gae" and self.rollout.copies < 2:
            raise ValueError(
                "Expected copies >= 2: a plan is judged against others of the same "
                f"problem; got {self.rollout.copies}. Or take the advantage gae."
            )
        if self.policy != "set":
            self._check_places()

    def _check_places(self) -> None:
        """Refuse problems that a policy of fixed size has no room for."""
        jobs, machines = self.places
        sizes = [
            (f"stage {i + 1}", stage.jobs[1], stage.machines[1])
            for i, stage in enumerate(self.stages)
        ]
        sizes.append(("validation", self.validation_jobs, self.validation_machines))
        for what, most_jobs, most_machines in sizes:
            if most_jobs > jobs or most_machines > machines:
                raise ValueError(
                    f"The {self.policy} policy has places for {jobs} jobs and "
                    f"{machines} machines, but {what} draws up to {most_jobs} and "
                    f"{most_machines}. Make the policy larger or {what} smaller, or "
                    "take the set policy: it takes any size."
                )

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> TrainingSettings:
        """
        Build settings from nested mappings, as in a TOML file.

        Raises
        ------
        ValueError
            When a key is unknown, or a value out of range or of another type than its
            field; says which.
        """
        values = dict(mapping)
        parts = {
            "ppo": PPOSettings,
            "rollout": RolloutSettings,
            "exploration": ExplorationSettings,
            "data": DataSettings,
        }
        for key, kind in parts.items():
            if key in values:
                values[key] = _build(kind, values[key], key)
        if isinstance(values.get("stages"), list | tuple):
            values["stages"] = tuple(
                _build(Stage, stage, "stages") for stage in values["stages"]
            )
        return _build(cls, values, "settings")

    @classmethod
    def from_toml(cls, path: Path) -> TrainingSettings:
        """Read settings from a TOML file; see :meth:`from_mapping`."""
        return cls.from_mapping(tomllib.loads(path.read_text(encoding="utf-8")))

    def to_mapping(self) -> dict[str, Any]:
        """Nested mappings that :meth:`from_mapping` reads back; JSON-safe."""
        return asdict(self)


def _build(kind: type[T], values: Any, where: str) -> T:
    if not isinstance(values, Mapping):
        raise ValueError(f"Expected {where} to be a table of settings, got {values!r}.")
    refuse_unknown(values, kind.__dataclass_fields__, where)  # type: ignore[attr-defined]
    return kind(**{key: tuples(value) for key, value in values.items()})
