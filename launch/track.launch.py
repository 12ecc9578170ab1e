"""Start the tracker on live cameras, with rviz when asked for.

ros2 launch rgbt_dualatt track.launch.py \
    rgb_topic:=/camera/color/image_raw thermal_topic:=/thermal/image_raw initial_box:=300,200,40,90
"""

from __future__ import annotations

from pathlib import Path

from launch import LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction, SetEnvironmentVariable
from launch.launch_description_entity import LaunchDescriptionEntity
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from rgbt_dualatt_ros.core.share_files import find_share_file
from rgbt_dualatt_ros.ros.transport import profile_variable, set_default_transport

ARGUMENTS = {
    "rgb_topic": ("rgb/image_raw", "colour images"),
    "thermal_topic": ("thermal/image_raw", "thermal images, 8 or 16 bits"),
    "transport": ("", "auto, raw or compressed images; auto takes what the camera offers"),
    "device": ("", "auto, cpu, cuda or cuda:N"),
    "preset": ("", "realtime, paper, dat or py_mdnet: a named set of settings; single ones win"),
    "initial_box": ("", "x,y,w,h in px of the first colour image; none: wait for ~/initialize"),
    "params_file": ("", "YAML of settings, as config/tracker.yaml; the arguments here win"),
    "namespace": ("", "of the node and its relative topics"),
    "use_sim_time": ("false", "take the time from /clock, as for a bag played with --clock"),
    "log_level": ("info", "debug, info, warn, error"),
    "rviz": ("false", "show overlay, mosaic, attention and images in rviz2"),
    "large_data": ("true", "let large images through Fast DDS, unless you have set a profile"),
    "python": ("", "interpreter of the node; none: the one it was built with, see the README"),
}
# Arguments that stand for one setting; not given, the file's or the default value holds.
SETTINGS = {"transport": "input.transport", "device": "device", "preset": "preset"}


def generate_launch_description() -> LaunchDescription:
    """The arguments, and what depends on them."""
    declared = [
        DeclareLaunchArgument(name, default_value=default, description=text)
        for name, (default, text) in ARGUMENTS.items()
    ]
    return LaunchDescription([*declared, OpaqueFunction(function=_start)])


def _start(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    given = {name: LaunchConfiguration(name).perform(context).strip() for name in ARGUMENTS}
    # rviz first: where it is not installed, launch stops here and leaves no node behind.
    rviz = [_rviz(given)] if _is_true("rviz", given) else []
    return [*_transport(context, given), *rviz, _tracker(given)]


def _tracker(given: dict[str, str]) -> Node:
    chosen = {
        SETTINGS[name]: ParameterValue(given[name], value_type=str)
        for name in SETTINGS
        if given[name]
    }
    if given["initial_box"]:
        chosen["target.box"] = _box(given["initial_box"])
    files = [given["params_file"]] if given["params_file"] else []
    if files and not Path(files[0]).is_file():  # launch only warns, and the defaults would run
        raise FileNotFoundError(f"params_file:={files[0]} does not exist")
    return Node(
        package="rgbt_dualatt",
        executable="tracker_node",
        namespace=given["namespace"],
        parameters=[*files, {**chosen, "use_sim_time": _is_true("use_sim_time", given)}],
        remappings=[
            ("rgb/image_raw", given["rgb_topic"]),
            ("thermal/image_raw", given["thermal_topic"]),
        ],
        ros_arguments=["--log-level", given["log_level"]],
        prefix=given["python"] or None,
        output="screen",
        emulate_tty=True,
    )


def _rviz(given: dict[str, str]) -> Node:
    config, tried = find_share_file("config/rviz/tracker.rviz")
    if config is None:
        raise RuntimeError(f"the rviz settings are not at {', '.join(map(str, tried))}")
    return Node(
        package="rviz2",
        executable="rviz2",
        arguments=["-d", str(config)],
        namespace=given["namespace"],
        parameters=[{"use_sim_time": _is_true("use_sim_time", given)}],
        # The file names absolute topics; these are where they are now.
        remappings=[
            ("/tracker/overlay", "tracker/overlay"),
            ("/tracker/mosaic", "tracker/mosaic"),
            ("/tracker/attention/local", "tracker/attention/local"),
            ("/tracker/attention/global", "tracker/attention/global"),
            ("/rgb/image_raw", given["rgb_topic"]),
            ("/thermal/image_raw", given["thermal_topic"]),
        ],
    )


def _transport(context: LaunchContext, given: dict[str, str]) -> list[LaunchDescriptionEntity]:
    if not _is_true("large_data", given):
        # A choice of the user's own, which the node then leaves alone.
        return [SetEnvironmentVariable("FASTDDS_BUILTIN_TRANSPORTS", "DEFAULT")]
    environment = dict(context.environment)
    profile = set_default_transport(environment)
    if profile is None:
        return []
    return [SetEnvironmentVariable(profile_variable(environment), str(profile))]


def _box(text: str) -> list[float]:
    try:
        numbers = [float(part) for part in text.strip("[]").split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != 4:
        raise ValueError(f"initial_box:={text} is not x,y,w,h in px, as 300,200,40,90")
    return numbers


def _is_true(name: str, given: dict[str, str]) -> bool:
    text = given[name].lower()
    if text not in ("true", "false", "1", "0"):
        raise ValueError(f"{name}:={given[name]} is neither true nor false")
    return text in ("true", "1")
