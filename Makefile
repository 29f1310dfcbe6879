# The only door: make help lists what there is.

SHELL := /bin/bash
.DELETE_ON_ERROR:

# MARCH=native make ... compiles for this machine's CPU; without it for any x86-64-v2. Package.swift reads it.
export MARCH
ifeq ($(MARCH),)
unexport MARCH
endif

# Debian's own Python, which has scapy and pytest from Debian's packages; another python3 may come first on PATH.
PYTHON := /usr/bin/python3
# One configuration for the product and its tests, so that everything is compiled once.
BUILD := swift build -c release --build-tests
BINARY := .build/release/viaduct
PREFIX ?= /usr/local
SWIFT_SOURCES := Package.swift Sources Tests Benchmarks

.PHONY: all
all: build

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-19s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: dependencies
dependencies: ## Install the Debian packages that are missing
	@scripts/install-dependencies

.PHONY: build
build: build-dependencies .build/packages-resolved ## Build the gateway and its tests (the default)
	$(BUILD)

.PHONY: build-dependencies
build-dependencies:
	@scripts/install-dependencies build

.build/packages-resolved: Package.swift Package.resolved
	scripts/resolve-packages
	@touch $@

# Missing only where resolving afresh was interrupted.
Package.resolved:

.PHONY: test
test: dependencies build ## Run every test: unit, thread sanitizer, hot path, end to end
	@$(PYTHON) scripts/test

.PHONY: demo
demo: build run-dependencies ## Two hosts and a kernel VXLAN endpoint through the gateway, with traffic
	@$(PYTHON) scripts/demo

.PHONY: run
run: build run-dependencies ## Run the gateway in the foreground with the ports of the demo
	@scripts/run

.PHONY: run-dependencies
run-dependencies:
	@scripts/install-dependencies run

.PHONY: bench
bench: dependencies build ## Measure against the bar and beside testpmd and Open vSwitch (11 minutes)
	@Benchmarks/run

.PHONY: bench-quick
bench-quick: dependencies build ## The same with fewer and shorter windows (2 minutes)
	@Benchmarks/run --quick

.PHONY: bench-pictures
bench-pictures: ## Draw docs/pictures from the result that is kept there (RESULT=FILE: keep and draw another)
	@Benchmarks/run --pictures $(or $(RESULT),docs/pictures/bench.json)

.PHONY: check-hot-path
check-hot-path: build ## Fail when a function that a worker executes retains, allocates or locks
	@scripts/check-hot-path

.PHONY: check-instructions
check-instructions: dependencies build ## Fail when a packet costs other than the known number of instructions
	@scripts/check-instructions

.PHONY: check-arm64
check-arm64: ## Compile the C shims, and check the types of the data plane, for ARM64 (downloads Debian's headers for it)
	@scripts/check-arm64

.PHONY: lint
lint: ## Check the formatting of Swift sources and the syntax of scripts
	swift format lint --strict --parallel --recursive $(SWIFT_SOURCES)
	scripts/lint-scripts

.PHONY: format
format: ## Format the Swift sources in place
	swift format format --in-place --parallel --recursive $(SWIFT_SOURCES)

.PHONY: install
install: build ## Install the binary and a configuration under PREFIX (default /usr/local; DESTDIR is honoured)
	install -D -m 755 $(BINARY) $(DESTDIR)$(PREFIX)/bin/viaduct
	@# A configuration that is there already is the administrator's.
	test -e $(DESTDIR)/etc/viaduct/gateway.yaml || install -D -m 644 Config/gateway.yaml $(DESTDIR)/etc/viaduct/gateway.yaml
	test ! -e Config/viaduct.service || install -D -m 644 Config/viaduct.service $(DESTDIR)$(PREFIX)/lib/systemd/system/viaduct.service

.PHONY: clean
clean: ## Remove everything that was built
	rm -rf .build
