# `make demo` and `make test` set everything up by themselves; nothing else is needed.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test install lint types unit microphone clean

demo: $(VENV)/installed ## score the demo recordings, each with its planted mistakes
	@$(BIN)/enunciate demo

test: lint types unit ## ruff, mypy strict on the package, pytest with the real engines

install: $(VENV)/installed ## only set up: the command is then .venv/bin/enunciate

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/installed-dev
	$(BIN)/mypy

unit: $(VENV)/installed-dev microphone
	$(BIN)/python -m pytest

microphone: ## what the tests' microphone consists of; it needs no hardware
	@sh .ci/system-packages "the virtual microphone of the tests" pulseaudio pulseaudio-utils libasound2-plugins libportaudio2

clean:
	rm -rf $(VENV) build *.egg-info

$(VENV)/bin/python:
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh .ci/venv

$(VENV)/installed: pyproject.toml $(VENV)/bin/python
	@echo "Setting up enunciate in $(VENV) (about two minutes the first time) ..."
	@$(PIP) install --editable .
	@$(BIN)/python -c "import sounddevice" 2>/dev/null || sh .ci/system-packages "recording from a microphone" libportaudio2 || true
	@touch $@

$(VENV)/installed-dev: pyproject.toml $(VENV)/bin/python
	@$(PIP) install --editable '.[dev]'
	@touch $@ $(VENV)/installed
