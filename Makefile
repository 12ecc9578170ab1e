# The way in for a checkout without ROS installed: everything is made and run inside .venv.
# On an apt installation of ROS 2 use colcon instead (README.md).

# What a sourced ROS 2 or another environment has set would mix with the packages of .venv.
unexport PYTHONPATH PYTHONHOME AMENT_PREFIX_PATH CMAKE_PREFIX_PATH COLCON_PREFIX_PATH LD_LIBRARY_PATH
unexport RMW_IMPLEMENTATION _ROS_WHEELS_BOOTSTRAP_COMPLETE VIRTUAL_ENV

PYTHON ?=
DEMO_ARGS ?=
TEST_ARGS ?=
TEST_JOBS ?= 2
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint generate clean distclean

help:  ## what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup:  ## make .venv ready (8 GB of disk, 3 to 6 minutes the first time); every other target does this itself
	@tools/set_up.sh

demo: setup  ## render a hard colour and thermal bag, track it live over ROS 2, score it (DEMO_ARGS=--short)
	@.venv/bin/rgbt-dualatt demo $(DEMO_ARGS)

test: setup  ## all tests (TEST_ARGS="test/unit -k box" for some; TEST_JOBS=0 one after the other)
	@.venv/bin/python -m pytest --require-ros -n $(TEST_JOBS) --dist loadfile $(TEST_ARGS)

lint: setup  ## ruff, mypy --strict and the import rules
	@tools/lint.sh

generate: setup  ## write config/tracker.yaml and the parameter table from the settings
	@.venv/bin/python tools/write_generated.py

clean:  ## remove what was built, keep .venv
	@rm -rf build install log output .ruff_cache .mypy_cache .pytest_cache .hypothesis .import_linter_cache
	@rm -f .venv/.set_up/package

distclean: clean  ## remove .venv too
	@rm -rf .venv
