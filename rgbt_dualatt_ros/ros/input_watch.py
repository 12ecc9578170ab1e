"""Why nothing comes out: what the two image topics did lately, and one line that says so.

Knows no ROS; the node fills in what it hears and asks for the line.
"""

from __future__ import annotations

import itertools
import statistics
from collections import deque
from dataclasses import dataclass, field

from rgbt_dualatt_ros.core.time_units import NS_PER_MS, NS_PER_S
from rgbt_dualatt_ros.ros.transport import profile_variable

# Stamps looked back on: one second at 30 Hz.
_RECENT = 30
# With fewer of them nothing can be said of losses.
_FEWEST = 10
# A gap of more than so many usual ones is a pause or a leap of time, when it is a rare one.
_BREAK_PERIODS = 20
_MOST_BREAKS = 2
# A single image without a stamp is a slip, of which the count `unstamped` tells.
_ZEROS_WORTH_SAYING = 2
# With this share of the images missing between those that came, transport is to blame, not jitter.
_LOSS_WORTH_SAYING = 0.4
_ADVICE_NO_STAMP = "the driver must fill in header.stamp"
_ADVICE_NO_PUBLISHER = "remap it or start the camera"


@dataclass(slots=True)
class StreamWatch:
    """What one image topic did.

    Attributes:
        topic: its full name, as subscribed to.
        publishers: how many offer a type we take; filled in by the node.
        other_types: types on offer that we do not take.
        refused_policy: name of the QoS policy by which a publisher did not fit, or empty.
        zero_stamps: messages without a stamp since the last one with a stamp.
    """

    topic: str
    publishers: int = 0
    other_types: tuple[str, ...] = ()
    refused_policy: str = ""
    received: int = 0
    zero_stamps: int = 0
    last_arrival_ns: int = 0
    stamps: deque[int] = field(default_factory=lambda: deque(maxlen=_RECENT))

    def saw(self, stamp_ns: int, arrival_ns: int) -> None:
        """Note one message; `arrival_ns` on a clock that never jumps."""
        self.received += 1
        self.last_arrival_ns = arrival_ns
        if stamp_ns == 0:
            self.zero_stamps += 1
            self.stamps.clear()  # what was left out is no loss
            return
        self.zero_stamps = 0
        if self.stamps and stamp_ns < self.stamps[-1]:
            self.stamps.clear()  # time jumped: gaps across the jump mean nothing
        self.stamps.append(stamp_ns)

    def lost_share(self) -> float:
        """Share of the images that are missing between those that came, in [0, 1]; 0: too few.

        The shortest gaps are taken for the period of the camera.
        """
        stamps = self._stamps_since_break()
        if len(stamps) < _FEWEST:
            return 0.0
        gaps = sorted(b - a for a, b in itertools.pairwise(stamps))
        period = max(1, gaps[len(gaps) // 10])
        expected = (stamps[-1] - stamps[0]) / period
        return max(0.0, 1.0 - (len(stamps) - 1) / expected)

    def _stamps_since_break(self) -> list[int]:
        """The recent stamps after the camera paused or its time leapt ahead, if it did.

        One gap or two far above the rest are a break; more are how this camera's images get lost.
        """
        stamps = list(self.stamps)
        gaps = [b - a for a, b in itertools.pairwise(stamps)]
        if not gaps:
            return stamps
        longest = _BREAK_PERIODS * statistics.median(gaps)
        breaks = [index + 1 for index, gap in enumerate(gaps) if gap > longest]
        return stamps[breaks[-1] :] if 0 < len(breaks) <= _MOST_BREAKS else stamps


@dataclass(frozen=True, slots=True)
class InputWatch:
    """Both topics and the limits by which silence is judged.

    Attributes:
        start_ns: when the node began to listen, on the clock of `StreamWatch.saw`.
        silence_ns: silence of this length is worth a line.
        slop_ns: largest stamp difference of a pair.
        thermal_offset_ns: added to thermal stamps before pairing.
    """

    rgb: StreamWatch
    thermal: StreamWatch
    start_ns: int
    silence_ns: int
    slop_ns: int
    thermal_offset_ns: int

    def explain(self, now_ns: int, last_pair_ns: int) -> str:
        """One line that names the cause when no pairs come; empty when all is well.

        Args:
            now_ns: on the clock of `StreamWatch.saw`.
            last_pair_ns: when the last pair was made, on the same clock; 0: never.
        """
        found = [self._explain_stream(stream, now_ns) for stream in (self.rgb, self.thermal)]
        facts = [fact for fact, _ in found if fact]
        if not facts and now_ns - max(last_pair_ns, self.start_ns) > self.silence_ns:
            return self._explain_missing_pairs()
        # What is wrong with both is to be mended in one way, said once.
        advice = dict.fromkeys(advice for _, advice in found if advice)
        return ": ".join(each for each in ("; ".join(facts), "; ".join(advice)) if each)

    def _explain_stream(self, stream: StreamWatch, now_ns: int) -> tuple[str, str]:
        """What is wrong with one topic, and what to do; both empty when nothing is."""
        if stream.zero_stamps >= _ZEROS_WORTH_SAYING:
            return f"the images on {stream.topic} have no stamp", _ADVICE_NO_STAMP
        silent_ns = now_ns - max(stream.last_arrival_ns, self.start_ns)
        if silent_ns > self.silence_ns:
            return _explain_silence(stream, silent_ns / NS_PER_S)
        lost = stream.lost_share()
        if lost < _LOSS_WORTH_SAYING:
            return "", ""
        return f"{lost:.0%} of the images on {stream.topic} are missing", _advice_large_images()

    def _explain_missing_pairs(self) -> str:
        slop_ms = self.slop_ns / NS_PER_MS
        deltas = self._nearest_deltas()
        if not deltas:
            return "both topics send images, but no pair could be made of them"
        median_ms = statistics.median(deltas) / NS_PER_MS
        return (
            f"no pairs: the nearest stamps of {self.rgb.topic} and {self.thermal.topic} differ by "
            f"{median_ms:.1f} ms (median), more than sync.slop_ms {slop_ms:g}; raise it, or set "
            "sync.thermal_offset_ms when the difference is constant"
        )

    def _nearest_deltas(self) -> list[int]:
        """Colour minus nearest thermal stamp for each recent colour image, ns."""
        thermal = [stamp + self.thermal_offset_ns for stamp in self.thermal.stamps]
        if not thermal:
            return []
        return [min((stamp - other for other in thermal), key=abs) for stamp in self.rgb.stamps]


def _advice_large_images() -> str:
    return (
        "large best-effort images get lost in the default transport; set "
        f"{profile_variable()} in the camera's process too, or ask `rgbt-dualatt doctor`"
    )


def _explain_silence(stream: StreamWatch, silent_s: float) -> tuple[str, str]:
    if stream.refused_policy:
        return (
            f"a publisher on {stream.topic} does not fit by its QoS ({stream.refused_policy})",
            "set input.reliability or qos_overrides",
        )
    if stream.publishers == 0:
        types = ", ".join(stream.other_types)
        others = f" (there is one of {types})" if types else ""
        return f"no publisher of images on {stream.topic}{others}", _ADVICE_NO_PUBLISHER
    if stream.received == 0:
        return (
            f"{stream.topic} has a publisher, but no image has come in {silent_s:.0f} s",
            f"if it is sending, {_advice_large_images()}",
        )
    return f"{stream.topic} has been silent for {silent_s:.0f} s", ""
