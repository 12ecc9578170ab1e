"""Play a bag into the tracker, with rviz when asked for.

ros2 launch rgbt_dualatt replay.launch.py bag:=/path/to/bag initial_box:=300,200,40,90 rviz:=true

Live playing shows what a robot would see, drops included. For numbers that repeat, use
`rgbt-dualatt evaluate --bag`, which takes every frame once.
"""

from __future__ import annotations

from pathlib import Path

from launch import LaunchContext, LaunchDescription
from launch.actions import (
    DeclareLaunchArgument,
    EmitEvent,
    ExecuteProcess,
    IncludeLaunchDescription,
    OpaqueFunction,
    RegisterEventHandler,
)
from launch.event_handlers import OnProcessExit
from launch.events import Shutdown
from launch.launch_description_entity import LaunchDescriptionEntity
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration

ARGUMENTS = {
    "rate": ("1.0", "speed of playing"),
    "loop": ("false", "start again at the end"),
    "delay": ("3.0", "seconds to wait for the node before playing"),
}


def generate_launch_description() -> LaunchDescription:
    """The tracker's own arguments (track.launch.py), those of the bag, and the player."""
    declared = [
        DeclareLaunchArgument(name, default_value=default, description=text)
        for name, (default, text) in ARGUMENTS.items()
    ]
    tracker = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(str(Path(__file__).parent / "track.launch.py")),
        launch_arguments={"use_sim_time": "true"}.items(),
    )
    bag = DeclareLaunchArgument("bag", description="folder or file of the rosbag2")
    return LaunchDescription([bag, *declared, tracker, OpaqueFunction(function=_play)])


def _play(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    bag, rate, loop, delay = (
        LaunchConfiguration(name).perform(context) for name in ("bag", *ARGUMENTS)
    )
    options = ["--clock", "100", "--rate", rate, "--delay", delay, "--disable-keyboard-controls"]
    if loop.lower() in ("true", "1"):
        options.append("--loop")
    player = ExecuteProcess(cmd=["ros2", "bag", "play", bag, *options], output="screen")
    done = EmitEvent(event=Shutdown(reason="the bag has ended"))
    return [player, RegisterEventHandler(OnProcessExit(target_action=player, on_exit=[done]))]
