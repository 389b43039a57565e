"""What the two fixed-size networks share: trunk, value head, and their places."""

from __future__ import annotations

from torch import Tensor, nn

from core.policy.columns import Columns
from core.policy.errors import TooLargeError
from core.policy.feature_names import FeatureNames, all_features
from core.simulation.features import Observation, unsquash

WIDTH, HEAD = 256, 128


class FixedTrunk(nn.Module):
    """
    State vector to features: 80 -> 256 -> 256 with ReLU and LayerNorm.

    Parameters
    ----------
    jobs, machines
        Places: the largest problem that the network takes.
    features
        Names of the features it reads, by table; all there are unless given.

    Raises
    ------
    ValueError
        When there is no place, or no such feature.
    """

    needs_state = True

    def __init__(
        self, jobs: int, machines: int, features: FeatureNames | None = None
    ) -> None:
        super().__init__()
        if jobs < 1 or machines < 1:
            raise ValueError(f"Expected places >= 1, got {jobs} and {machines}.")
        self.places = (jobs, machines)
        # A flat network reads what a fixed one does.
        self.features = all_features("fixed") if features is None else dict(features)
        state = self.features["state"]
        self.of_state = Columns("state", state)
        self.trunk = nn.Sequential(
            nn.Linear(len(state), WIDTH),
            nn.ReLU(),
            nn.LayerNorm(WIDTH),
            nn.Linear(WIDTH, WIDTH),
            nn.ReLU(),
            nn.LayerNorm(WIDTH),
        )
        self.value_head = nn.Sequential(
            nn.Linear(WIDTH, HEAD), nn.ReLU(), nn.Linear(HEAD, 1)
        )

    def encode(self, observation: Observation) -> tuple[Tensor, Tensor]:
        """
        Features, shape (A, 256), and value, shape (A,), of each state.

        Raises
        ------
        TooLargeError
            When a candidate has no place.
        ValueError
            When the observation was made without the state.
        """
        if observation.state is None:
            raise ValueError("Expected an observation with state, got one without.")
        if int(observation.job.max()) >= self.places[0]:
            raise TooLargeError(
                f"The model has places for {self.places[0]} jobs; job number "
                f"{int(observation.job.max()) + 1} is beyond them."
            )
        features = self.trunk(self.of_state(observation.state))
        return features, unsquash(self.value_head(features).squeeze(1))
