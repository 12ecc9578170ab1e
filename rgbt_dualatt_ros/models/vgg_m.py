"""VGG-M's first three convolutions, the net of the preset `paper` (Section 3.1).

No layer pads. A crop of 107 px becomes 51, 25, 11, 5 and 3 cells; cells of the last map lie
16 px apart and each sees 75 px. The order is convolution, ReLU, normalisation, pooling.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from rgbt_dualatt_ros.models.local_response_norm import LocalResponseNorm, lrn_form

CROP_SIDE = 107
STRIDE = 16
RECEPTIVE_FIELD = 75
FEATURE_CHANNELS = 512
FEATURE_CELLS = 3


class VggM(nn.Module):
    """Planes `(N, 3, 107, 107)`, grey minus 128, to features `(N, 512, 3, 3)`.

    A thermal image comes in as three equal planes. Larger planes give more cells.

    Args:
        lrn: the form of the normalisation: `vggm`, `window1` or `pymdnet`.

    Raises:
        ConfigError: for another form.
    """

    def __init__(self, lrn: str = "vggm") -> None:
        super().__init__()
        self.lrn = lrn
        self.conv1 = nn.Conv2d(3, 96, 7, stride=2)
        self.conv2 = nn.Conv2d(96, 256, 5, stride=2)
        self.conv3 = nn.Conv2d(256, FEATURE_CHANNELS, 3)
        self.normalize = LocalResponseNorm(lrn_form(lrn))
        for layer in (self.conv1, self.conv2, self.conv3):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]  # every layer has a bias

    def first_layer(self, planes: Tensor) -> Tensor:
        """What conv1 gives before its ReLU `(N, 96, 51, 51)`, where attention is measured."""
        answers: Tensor = self.conv1(planes)
        return answers

    def after_first_layer(self, first: Tensor) -> Tensor:
        """The rest of the net, from `first_layer`'s answer, which it leaves untouched."""
        x = functional.max_pool2d(
            self.normalize(torch.relu(first)), 3, stride=2
        )  # (N, 96, 25, 25)
        x = torch.relu(self.conv2(x))  # (N, 256, 11, 11)
        x = functional.max_pool2d(self.normalize(x), 3, stride=2)  # (N, 256, 5, 5)
        features: Tensor = torch.relu(self.conv3(x))
        return features

    def forward(self, planes: Tensor) -> Tensor:
        """Features `(N, 512, 3, 3)`, all at least 0."""
        return self.after_first_layer(self.first_layer(planes))


def random_vgg_m(seed: int, lrn: str = "vggm") -> VggM:
    """A net with seeded random weights, for tests and as the baseline of trained ones."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return VggM(lrn)
