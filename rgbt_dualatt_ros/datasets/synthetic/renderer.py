"""SceneRenderer: one scene's frames in order, as its two cameras deliver them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.datasets.synthetic.atmosphere import Glare, Smoke
from rgbt_dualatt_ros.datasets.synthetic.backdrop import Backdrop, View
from rgbt_dualatt_ros.datasets.synthetic.compositing import blur_sprite, lay_shadow, lay_sprite
from rgbt_dualatt_ros.datasets.synthetic.noise import stream
from rgbt_dualatt_ros.datasets.synthetic.places import build_backdrop
from rgbt_dualatt_ros.datasets.synthetic.scene_config import SceneConfig
from rgbt_dualatt_ros.datasets.synthetic.script import Script
from rgbt_dualatt_ros.datasets.synthetic.sensors import ColourCamera, Exposure, ThermalCamera
from rgbt_dualatt_ros.datasets.synthetic.stage import Placed, Stage

_FAR_BEHIND_M = 5.0
_DAY_NOISE, _NIGHT_NOISE = 2.0, 7.0
_THERMAL_SHUTTER = 0.3


@dataclass(frozen=True, slots=True)
class Rendered:
    """One frame as both cameras deliver it.

    Attributes:
        rgb: `(H, W, 3)` uint8, red first.
        thermal16: `(H, W)` uint16, hundredths of a kelvin.
    """

    rgb: NDArray[np.uint8]
    thermal16: NDArray[np.uint16]


class SceneRenderer:
    """Paints the frames of one script; every call of `frames` starts from the beginning."""

    def __init__(self, config: SceneConfig, script: Script, stage: Stage) -> None:
        """The backdrop is painted once, when the first frame is asked for."""
        self._config, self._script, self._stage = config, script, stage
        self._backdrop: Backdrop | None = None

    def frames(self) -> Iterator[Rendered]:
        """Every frame in order."""
        config, script = self._config, self._script
        if self._backdrop is None:
            farthest = max(float(a.path.z.max()) for a in (script.target, *script.others))
            self._backdrop = build_backdrop(
                script.place,
                script.lens,
                (script.weather, script.lighting),
                farthest + _FAR_BEHIND_M,
                stream(config.seed, "backdrop"),
            )
        rgb_camera = ColourCamera(config.size, stream(config.seed, "colour camera"))
        thermal_camera = ThermalCamera(config.size, stream(config.seed, "thermal camera"))
        smoke = Smoke(config.size, stream(config.seed, "smoke"))
        glare = Glare(config.size, stream(config.seed, "glare")) if config.glare else None
        for frame in range(config.length):
            view = self._scene(self._backdrop, frame)
            time_s = frame / config.fps
            colour = smoke.lay(
                view.colour, float(script.smoke[frame]), time_s, script.cameras[frame]
            )
            if glare is not None:
                colour = glare.lay(colour, config.glare, time_s)
            exposure = self._exposure(frame, script.shutter)
            thermal_exposure = self._exposure(frame, min(script.shutter, _THERMAL_SHUTTER))
            yield Rendered(
                rgb_camera.expose(colour, exposure),
                thermal_camera.expose(view.warmth, thermal_exposure),
            )

    def _scene(self, backdrop: Backdrop, frame: int) -> View:
        script = self._script
        view = backdrop.view(script.cameras[frame])
        for placed in self._stage.all_placed(frame):
            lay_shadow(
                view,
                placed.sprite,
                placed.foot,
                -0.75 * script.weather.sun_side,
                script.weather.shadow,
            )
            self._lay(view, placed, frame)
        return view

    def _lay(self, view: View, placed: Placed, frame: int) -> None:
        script = self._script
        light = 1.0 if placed.glows else script.lighting.at_point(placed.x, placed.z)
        if placed.actor is None:
            lay_sprite(view, placed.sprite, light, 1.0)
            return
        tint = np.array(script.weather.tint, np.float32) * light
        shutter = script.shutter
        sprite = blur_sprite(placed.sprite, placed.smear[0] * shutter, placed.smear[1] * shutter)
        lay_sprite(view, sprite, tint, float(script.contrast[frame]))

    def _exposure(self, frame: int, shutter: float) -> Exposure:
        cameras = self._script.cameras
        now, before = cameras[frame], cameras[max(frame - 1, 0)]
        noise = _NIGHT_NOISE if self._script.weather.night else _DAY_NOISE
        return Exposure(
            (now.pan - before.pan) * shutter, (now.tilt - before.tilt) * shutter, noise
        )
