# ROS 2 from PyPI wheels, installed in a virtual environment: find it, and mend what the wheels export.
# Nothing here does anything on an apt installation of ROS 2.

# Before find_package(ament_cmake): use the environment's own Python, and let the ament index be found.
macro(wheel_prefix_find)
  find_file(_wheel_venv pyvenv.cfg
    PATHS ${CMAKE_PREFIX_PATH} ENV VIRTUAL_ENV ENV AMENT_PREFIX_PATH NO_DEFAULT_PATH NO_CACHE)
  if(_wheel_venv)
    get_filename_component(_wheel_venv "${_wheel_venv}" DIRECTORY)
    if(EXISTS "${_wheel_venv}/share/ament_cmake_core")
      list(APPEND CMAKE_PREFIX_PATH "${_wheel_venv}")
      if(NOT DEFINED Python3_EXECUTABLE)
        set(Python3_EXECUTABLE "${_wheel_venv}/bin/python3")
      endif()
      if(NOT ":$ENV{AMENT_PREFIX_PATH}:" MATCHES ":${_wheel_venv}:")
        set(ENV{AMENT_PREFIX_PATH} "${_wheel_venv}:$ENV{AMENT_PREFIX_PATH}")
      endif()
    endif()
  endif()
endmacro()

# After the last find_package, those of rosidl_generate_interfaces included: the imported targets carry include folders of the machine that built the
# wheels; replace them by those of this Python. Safe to repeat.
function(wheel_prefix_mend_targets)
  get_directory_property(targets IMPORTED_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(folders ${target} INTERFACE_INCLUDE_DIRECTORIES)
    if(folders MATCHES "(^|;)/opt/python/")
      list(FILTER folders EXCLUDE REGEX "^/opt/python/")
      list(APPEND folders ${Python3_INCLUDE_DIRS} ${Python3_NumPy_INCLUDE_DIRS})
      list(REMOVE_DUPLICATES folders)
      set_target_properties(${target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${folders}")
    endif()
  endforeach()
endfunction()
