# `make demo` and `make test` set everything up by themselves; nothing else is needed.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test install lint types unit system vendor clean

demo: $(VENV)/installed ## score the demo recordings, each with its planted mistakes
	@$(BIN)/enunciate demo

test: lint types unit ## ruff, mypy strict on the package, pytest with the real engines

install: $(VENV)/installed ## only set up: the command is then .venv/bin/enunciate

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/installed-dev
	$(BIN)/mypy

unit: $(VENV)/installed-dev system
	$(BIN)/python -m pytest

system: ## what the tests need of the system: a microphone without hardware, a browser, a database server
	@sh .ci/system-packages "the virtual microphone of the tests" pulseaudio pulseaudio-utils libasound2-plugins libportaudio2
	@sh .ci/system-packages "the tests of the HTML pages" chromium chromium-driver
	@sh .ci/system-packages "the tests of the history on a server" postgresql

vendor: ## fetch wavesurfer.js anew with npm (WAVESURFER=8.0.1 for a version); nothing else needs npm
	@.ci/vendor $(WAVESURFER)

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
