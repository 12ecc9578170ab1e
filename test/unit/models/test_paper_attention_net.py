"""The paper's global net: joined codes, shared encoders, cached targets, the tracker's maps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.models.global_attention import GlobalAttentionNet
from rgbt_dualatt_ros.models.pair_planes import frame_planes, target_planes
from rgbt_dualatt_ros.models.paper_attention_net import (
    CHANNEL_ORDER,
    PaperAttentionNet,
    PaperShape,
    random_paper_net,
    use_encoder,
)
from rgbt_dualatt_ros.models.vgg16 import normalize, random_vgg16

NARROW = PaperShape(width=1 / 32)
CODE_CHANNELS = 16  # 512 / 32


def random_planes(*shape: int) -> Tensor:
    return torch.randint(0, 256, shape, generator=torch.Generator().manual_seed(0)).byte()


def random_pair(seed: int) -> FramePair:
    rng = np.random.default_rng(seed)
    rgb = rng.integers(0, 256, (48, 64, 3), np.uint8)
    return FramePair(rgb, rng.integers(0, 256, (48, 64), np.uint8))


@pytest.fixture
def net() -> PaperAttentionNet:
    return random_paper_net(NARROW, 0).eval()


def test_sizes_and_cost_of_the_paper(
    multiply_adds: Callable[[nn.Module, Callable[[], object]], int],
) -> None:
    """Four codes of 512 make 2048 channels; 56 G multiplications a frame with cached targets."""
    with torch.device("meta"):
        net, planes = PaperAttentionNet(PaperShape()), torch.empty(1, 4, 192, 256)
        target = net.code(planes)
        shapes: list[torch.Size] = []
        a_frame = multiply_adds(
            net, lambda: shapes.append(net.decode(net.code(planes), target).shape)
        )
        a_sample = multiply_adds(net, lambda: net(planes, planes[:, None]))
    assert target.shape == (1, 1024, 12, 16)
    assert net.decoder[0].in_channels == 2048
    assert shapes == [(1, 1, 192, 256)]
    assert a_frame / 1e9 == pytest.approx(2 * 15.03 + 26.27, abs=0.05)
    assert a_sample / 1e9 == pytest.approx(4 * 15.03 + 26.27, abs=0.05)
    assert sum(value.numel() for value in net.parameters()) == 14_714_688 + 24_150_209


def test_codes_are_joined_in_the_stored_order(net: PaperAttentionNet) -> None:
    frame, target = random_planes(1, 4, 32, 32), random_planes(1, 4, 32, 32).flip(-1)
    joined: list[Tensor] = []
    net.decoder.register_forward_pre_hook(lambda _decoder, inputs: joined.append(inputs[0]))
    net(frame, target[:, None])
    images = {
        "frame_rgb": frame[:, :3],
        "frame_thermal": frame[:, 3:],
        "target_rgb": target[:, :3],
        "target_thermal": target[:, 3:],
    }
    assert tuple(images) == CHANNEL_ORDER
    for name, found in zip(CHANNEL_ORDER, joined[0].chunk(4, 1), strict=True):
        assert found.shape[1] == CODE_CHANNELS
        torch.testing.assert_close(found, net.encoder(normalize(images[name])), msg=name)


def test_one_encoder_for_all_or_one_for_each_modality() -> None:
    planes = random_planes(1, 4, 32, 32)
    planes[:, :3] = planes[:, 3:]  # both cameras show the same
    shared = random_paper_net(NARROW, 0)
    rgb, thermal = shared.code(planes).chunk(2, 1)
    torch.testing.assert_close(rgb, thermal)
    separate = random_paper_net(PaperShape(width=1 / 32, share_encoder="per_modality"), 0)
    rgb, thermal = separate.code(planes).chunk(2, 1)
    assert not torch.allclose(rgb, thermal)


@pytest.mark.parametrize("share_encoder", ["all", "per_modality"])
def test_every_encoder_takes_the_given_weights(share_encoder: str) -> None:
    net = random_paper_net(PaperShape(1 / 32, share_encoder), 0)  # type: ignore[arg-type]
    given = random_vgg16(7, 1 / 32)
    use_encoder(net, given)
    planes = random_planes(1, 4, 32, 32)
    rgb, thermal = net.code(planes).chunk(2, 1)
    torch.testing.assert_close(rgb, given(normalize(planes[:, :3])))
    torch.testing.assert_close(thermal, given(normalize(planes[:, 3:])))


@pytest.mark.parametrize(
    "shape",
    [
        PaperShape(1 / 32, decoder="lite"),
        PaperShape(1 / 32, upsampling="bilinear"),
        PaperShape(1 / 32, decoder_relu=False),
        PaperShape(1 / 32, share_encoder="per_modality"),
    ],
    ids=["lite", "bilinear", "linear", "per modality"],
)
def test_every_variant_answers_in_the_size_of_its_input(shape: PaperShape) -> None:
    logits = random_paper_net(shape, 0)(
        random_planes(2, 4, 32, 48), random_planes(2, 3, 4, 32, 48)
    )
    assert logits.shape == (2, 3, 32, 48)


@pytest.mark.parametrize("relu", [True, False], ids=["with ReLUs", "linear"])
def test_only_relus_compare_the_target_with_the_frame(relu: bool) -> None:
    """Without them, as in the relatives' code, a target adds the same map to every frame."""
    net = random_paper_net(PaperShape(1 / 32, decoder_relu=relu), 0)
    frames, targets = random_planes(2, 4, 32, 32), random_planes(2, 4, 32, 32).flip(-1)
    logits = net(frames, targets.expand(2, -1, -1, -1, -1))
    of_first, of_second = logits[:, 0] - logits[:, 1]
    is_same = torch.allclose(of_first, of_second, atol=1e-4 * logits.abs().max().item())
    assert is_same is not relu


def test_each_target_is_sought_in_its_own_frame(net: PaperAttentionNet) -> None:
    """Several targets of one frame share its codes, and give what each gives alone."""
    frames, targets = random_planes(2, 4, 32, 32), random_planes(2, 3, 4, 32, 32)
    together = net(frames, targets)
    for frame in range(2):
        for target in range(3):
            alone = net(frames[frame : frame + 1], targets[frame : frame + 1, target : target + 1])
            torch.testing.assert_close(together[frame, target], alone[0, 0], rtol=1e-4, atol=1e-5)


def test_a_map_is_the_sigmoid_of_the_logits(net: PaperAttentionNet) -> None:
    first, later, box = random_pair(0), random_pair(1), Box(10, 12, 20, 15)
    as_protocol: GlobalAttentionNet = net
    strength = as_protocol.attend(later, as_protocol.code_target(first, box))
    assert strength.shape == (192, 256)
    assert strength.dtype == np.float32
    frame = torch.from_numpy(frame_planes(later))[None]
    target = torch.from_numpy(target_planes(first, box))[None, None]
    expected = net(frame, target)[0, 0].sigmoid().detach().numpy()
    np.testing.assert_allclose(strength, expected, atol=1e-6)
    assert 0 <= strength.min() < strength.max() <= 1


def test_a_target_is_coded_once(net: PaperAttentionNet) -> None:
    """In later frames only the frame is coded: two images, not four."""
    code = net.code_target(random_pair(0), Box(-5, -5, 30, 30))
    images: list[int] = []
    net.encoder.register_forward_hook(lambda _net, inputs, _output: images.append(len(inputs[0])))
    maps = [net.attend(random_pair(seed), code) for seed in (1, 2, 1)]
    assert images == [2, 2, 2]
    np.testing.assert_array_equal(maps[0], maps[2])
    assert not np.allclose(maps[0], maps[1])


def test_the_map_depends_on_the_target(net: PaperAttentionNet) -> None:
    pair = random_pair(0)
    codes = [net.code_target(pair, box) for box in (Box(0, 0, 20, 20), Box(30, 20, 20, 20))]
    assert not np.allclose(net.attend(pair, codes[0]), net.attend(pair, codes[1]))


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("share_encoder", "none", "all or per_modality"),
        ("decoder", "big", "reversed_vgg or lite"),
        ("upsampling", "cubic", "nearest or bilinear"),
        ("width", 0.0, r"\(0, 1\]"),
        ("width", 2.0, r"\(0, 1\]"),
    ],
)
def test_other_choices_are_refused(name: str, value: object, reason: str) -> None:
    with pytest.raises(ConfigError, match=f"{name} must .*{reason}"):
        PaperShape(**{name: value})  # type: ignore[arg-type]


def test_random_weights_follow_the_seed() -> None:
    first, again, other = (random_paper_net(NARROW, seed) for seed in (1, 1, 2))
    name = "decoder.0.weight"
    torch.testing.assert_close(first.state_dict()[name], again.state_dict()[name])
    assert not torch.allclose(first.state_dict()[name], other.state_dict()[name])


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_gives_the_same_map(net: PaperAttentionNet) -> None:
    pair, box = random_pair(0), Box(10, 12, 20, 15)
    expected = net.attend(pair, net.code_target(pair, box))
    net.to("cuda")
    np.testing.assert_allclose(net.attend(pair, net.code_target(pair, box)), expected, atol=5e-3)
