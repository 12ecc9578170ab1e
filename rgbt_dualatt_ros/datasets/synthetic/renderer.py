"""SceneRenderer: one scene's frames in order, as its two cameras deliver them."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.datasets.synthetic.atmosphere import Glare, Smoke
from rgbt_dualatt_ros.datasets.synthetic.backdrop import Backdrop, View
from rgbt_dualatt_ros.datasets.synthetic.car import Car
from rgbt_dualatt_ros.datasets.synthetic.compositing import blur_sprite, lay_sprite
from rgbt_dualatt_ros.datasets.synthetic.headlights import lay_headlights
from rgbt_dualatt_ros.datasets.synthetic.noise import stream
from rgbt_dualatt_ros.datasets.synthetic.places import build_backdrop
from rgbt_dualatt_ros.datasets.synthetic.scene_config import SceneConfig
from rgbt_dualatt_ros.datasets.synthetic.script import Actor, Script
from rgbt_dualatt_ros.datasets.synthetic.sensors import ColourCamera, Exposure, ThermalCamera
from rgbt_dualatt_ros.datasets.synthetic.shadows import cast_shadow, lay_shadow
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
        """Nothing is painted yet."""
        self._config, self._script, self._stage = config, script, stage

    def frames(self, only: Container[int] | None = None) -> Iterator[Rendered]:
        """Every frame in order, or those numbered in `only`; sensor noise depends on which."""
        config, script = self._config, self._script
        # Painted again for every run: kept, it would cost 20 MB for each scene of a benchmark.
        backdrop = self._paint_backdrop()
        rgb_camera = ColourCamera(config.size, stream(config.seed, "colour camera"))
        thermal_camera = ThermalCamera(config.size, stream(config.seed, "thermal camera"))
        smoke = Smoke(config.size, stream(config.seed, "smoke"))
        glare = (
            Glare(config.size, script.weather.sun_side, stream(config.seed, "glare"))
            if config.glare
            else None
        )
        for frame in range(config.length):
            if only is not None and frame not in only:
                continue
            view = self._scene(backdrop, frame)
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

    def _paint_backdrop(self) -> Backdrop:
        script = self._script
        farthest = max(float(actor.path.z.max()) for actor in (script.target, *script.others))
        return build_backdrop(
            script.place,
            script.lens,
            (script.weather, script.lighting),
            farthest + _FAR_BEHIND_M,
            stream(self._config.seed, "backdrop"),
        )

    def _scene(self, backdrop: Backdrop, frame: int) -> View:
        script = self._script
        view = backdrop.view(script.cameras[frame])
        for placed in self._stage.all_placed(frame):
            light = script.lighting.at_point(placed.x, placed.z)
            if placed.prop is not None:
                lay_shadow(view, placed.prop.shades, round(placed.foot[0]), round(placed.foot[1]))
                lay_sprite(view, placed.sprite, 1.0 if placed.prop.glows else light, 1.0)
            elif placed.actor is not None:
                lay_shadow(view, cast_shadow(placed.sprite, placed.foot, script.weather))
                self._lay_actor(view, placed, placed.actor, (frame, light))
        return view

    def _lay_actor(
        self, view: View, placed: Placed, actor: Actor, moment: tuple[int, float]
    ) -> None:
        # `moment` is the frame and the light where the actor stands.
        script, (frame, light) = self._script, moment
        tint = np.array(script.weather.tint, np.float32) * light
        shutter = script.shutter
        sprite = blur_sprite(placed.sprite, placed.smear[0] * shutter, placed.smear[1] * shutter)
        lay_sprite(view, sprite, tint, float(script.contrast[frame]))
        if script.lighting.night and isinstance(actor.body, Car) and placed.placement is not None:
            lay_headlights(view, actor.body, placed.placement)

    def _exposure(self, frame: int, shutter: float) -> Exposure:
        cameras = self._script.cameras
        now, before = cameras[frame], cameras[max(frame - 1, 0)]
        noise = _NIGHT_NOISE if self._script.weather.night else _DAY_NOISE
        return Exposure(
            (now.pan - before.pan) * shutter, (now.tilt - before.tilt) * shutter, noise
        )
