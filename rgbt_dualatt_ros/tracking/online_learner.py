"""OnlineLearner: first-frame fit, short- and long-term updates, hard negative mining."""

from __future__ import annotations

import logging

import torch

from rgbt_dualatt_ros.core.explanation import LearningReport
from rgbt_dualatt_ros.core.learning_config import LearningConfig
from rgbt_dualatt_ros.core.tracker_config import TrackerConfig
from rgbt_dualatt_ros.models.classifier_head import ClassifierHead
from rgbt_dualatt_ros.tracking.frame_features import LearningSource, Samples
from rgbt_dualatt_ros.tracking.head_trainer import HeadTrainer
from rgbt_dualatt_ros.tracking.sample_memory import SampleMemory

_LOG = logging.getLogger(__name__)


def mine_hard_negatives(head: ClassifierHead, negatives: Samples, count: int) -> Samples:
    """The `count` rows of `negatives` that look most like the target."""
    with torch.no_grad():
        scores = head.score(negatives.features)
    return negatives.rows(scores.topk(min(count, len(negatives))).indices)


class OnlineLearner:
    """Keeps the head and its memory of one target; the features themselves never change.

    An update need not be done at once: with `learning.spread` its steps are spread evenly over
    the frames until the next one, so that no frame takes much longer than another.
    """

    def __init__(
        self, head: ClassifierHead, source: LearningSource, config: TrackerConfig
    ) -> None:
        self._head = head
        self._source = source
        self._config = config
        memory, learning = config.memory, config.learning
        self._positives = SampleMemory(memory.long_term, learning.positives_per_frame, memory)
        self._negatives = SampleMemory(memory.short_term, learning.negatives_per_frame, memory)
        self._generator = torch.Generator(next(head.parameters()).device)
        self._trainer = HeadTrainer(head, source, config, self._generator)
        self._hard_negatives: Samples | None = None
        self._steps_left = 0
        self._steps_per_frame = 0
        self._last_frames = memory.long_term
        self._frame = 0
        # It is done anew for each target; here only to learn at once whether the weights fit.
        head.reinitialize(torch.Generator(), source.trained_layers)

    @property
    def report(self) -> LearningReport:
        """How the learning of the present target goes."""
        return self._trainer.report

    @property
    def memory_bytes(self) -> int:
        """Memory reserved for samples."""
        return self._positives.bytes + self._negatives.bytes

    def reseed(self, seed: int) -> None:
        """Return the random numbers to their beginning."""
        self._generator.manual_seed(seed)

    def fit_first_frame(self, positives: Samples, negatives: Samples) -> None:
        """Train the head anew on samples of the first frame and of altered views of it."""
        first, learning = self._config.first_frame, self._learning
        seed = int(self._random_rows(2**31 - 1, 1))
        self._head.reinitialize(torch.Generator().manual_seed(seed), self._source.trained_layers)
        self._trainer.restart_report()
        self._trainer.restart_descent(first.rate)
        for _ in range(first.iterations):
            pool = negatives.rows(self._random_rows(len(negatives), first.mining_pool))
            hard = mine_hard_negatives(self._head, pool, learning.batch_negatives)
            chosen = self._random_rows(len(positives), learning.batch_positives)
            self._trainer.step(positives.rows(chosen), hard)
        self._positives.restart(self._kept(positives, first.kept_positives))
        self._negatives.restart(self._kept(negatives, first.kept_negatives))
        self._frame = 0
        self._steps_left = 0
        _LOG.info(
            "first frame learned from %d target and %d background samples: %s",
            len(positives),
            len(negatives),
            describe_report(self.report),
        )

    def remember(self, positives: Samples, negatives: Samples) -> None:
        """Store the samples of a trusted frame."""
        self._positives.add(positives)
        self._negatives.add(negatives)

    def count_frame(self, *, is_trusted: bool) -> None:
        """One frame more; a trusted one starts a long-term update when it is time."""
        self._frame += is_trusted or self._learning.counts_failures
        interval = self._interval()
        if is_trusted and self._frame % interval == 0:
            self._start_update(self._config.memory.long_term, interval)

    def work(self) -> None:
        """Do this frame's share of the steps of the update that is under way."""
        steps = min(self._steps_left, self._steps_per_frame)
        for _ in range(steps):
            self._update_step()
        self._steps_left -= steps
        if steps and self._steps_left == 0 and _LOG.isEnabledFor(logging.DEBUG):
            _LOG.debug("update done: %s", describe_report(self.report))

    def update_short_term(self) -> None:
        """The target is uncertain: start an update from the newest frames only."""
        self._start_update(self._config.memory.short_term, self._interval())

    @property
    def _learning(self) -> LearningConfig:
        return self._config.learning

    def _interval(self) -> int:
        is_early = self._frame <= self._learning.early_frames
        return self._learning.early_interval if is_early else self._learning.interval

    def _start_update(self, last_frames: int, frames: int) -> None:
        learning = self._learning
        if learning.mining == "once":
            pool = self._draw_background()
            count = max(learning.batch_negatives, round(learning.mining_share * len(pool)))
            self._hard_negatives = mine_hard_negatives(self._head, pool, count)
        self._trainer.restart_descent(learning.rate)
        self._last_frames = last_frames
        self._steps_left = learning.iterations
        self._steps_per_frame = -(-learning.iterations // (frames if learning.spread else 1))

    def _update_step(self) -> None:
        learning = self._learning
        positives = self._positives.draw(
            learning.batch_positives, self._last_frames, self._generator
        )
        self._trainer.step(positives, self._negatives_of_step())

    def _negatives_of_step(self) -> Samples:
        count = self._learning.batch_negatives
        if self._learning.mining == "each_step" or self._hard_negatives is None:
            return mine_hard_negatives(self._head, self._draw_background(), count)
        return self._hard_negatives.rows(self._random_rows(len(self._hard_negatives), count))

    def _kept(self, samples: Samples, count: int) -> Samples:
        """`count` samples drawn with repetition, or all when that many are wanted."""
        if count >= len(samples):
            return samples
        return samples.rows(self._random_rows(len(samples), count))

    def _draw_background(self) -> Samples:
        return self._negatives.draw(
            self._learning.mining_pool, self._config.memory.short_term, self._generator
        )

    def _random_rows(self, below: int, count: int) -> torch.Tensor:
        device = self._generator.device
        return torch.randint(below, (count,), generator=self._generator, device=device)


def describe_report(report: LearningReport) -> str:
    """One line for the log."""
    spreads = " ".join(f"{each:.2f}" for each in report.spreads)
    return (
        f"{report.steps} steps ({report.skipped} skipped, {report.unattended} without maps), "
        f"cross entropy {report.classification_loss:.3f}, attention penalty "
        f"{report.target_penalty:.2f} + {report.background_penalty:.2f}, sigma/mu {spreads}"
    )
