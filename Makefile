# All the set-up there is. Every target makes what it needs; the versions are those of constraints.txt.
PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test check docs claims slow bench results clean

demo: .venv/installed  ## train the default network on handwritten digits, test it, write its report
	$(BIN)/svertka train auto digits runs/demo --overwrite

test: .venv/tested  ## all tests but the slow ones
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses auto --dist loadfile -m "not slow"

check: .venv/tested  ## lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: .venv/tested  ## the site, with the course and its notebooks, in docs/_build/html
	OMP_NUM_THREADS=1 $(BIN)/sphinx-build --fail-on-warning --keep-going --quiet docs docs/_build/html

claims: .venv/tested  ## what papers say, tried again at small sizes
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses auto --dist loadfile -m slow tests/claims

slow: .venv/tested  ## other tests that train for minutes
	$(BIN)/pytest -m slow tests/contracts/test_learning.py
	$(BIN)/pytest -m slow --ignore tests/contracts/test_learning.py --ignore tests/claims

bench: .venv/peers  ## time to accuracy, whether loading keeps up, and our networks against their peers
	$(BIN)/python benchmarks/time_to_accuracy.py
	$(BIN)/python benchmarks/loading.py
	$(BIN)/python benchmarks/layouts.py
	$(BIN)/python benchmarks/zoo.py
	$(BIN)/python benchmarks/filters.py
	$(BIN)/python benchmarks/sphere.py
	$(BIN)/python benchmarks/dense.py
	$(BIN)/python benchmarks/engines.py

results: .venv/tested  ## the table of docs/results.md
	$(BIN)/python benchmarks/results.py

clean:  ## remove what was made, but no runs
	rm -rf .venv build dist docs/_build .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(INSTALL) --editable .
	@touch $@

# The peers that tests compare with are left out where they cannot be had; they must not bring another torch.
.venv/tested: .venv/installed
	$(INSTALL) --editable ".[test]"
	-$(INSTALL) --no-deps torchvision timm
	@touch $@

# Peers that ask for torch come without what they ask for, so that they bring no other. Those of the sphere are left out
# where they cannot be had.
.venv/peers: .venv/tested
	$(INSTALL) opencv-python-headless scikit-image
	$(INSTALL) --no-deps kornia kornia_rs
	-$(INSTALL) --no-deps monai
	-$(INSTALL) --no-deps e3nn opt-einsum-fx opt_einsum sympy mpmath
	-$(INSTALL) --no-deps torch-harmonics
	-$(INSTALL) --no-deps s2fft jax jaxlib ml_dtypes
	@touch $@
