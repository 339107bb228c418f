# make demo   the Rabi example on the simulated laboratory, as a plot in the terminal
# make test   the whole test suite
# make build  the release binary, .build/release/larmor

SWIFT ?= swift
SUDO := $(shell [ "$$(id -u)" -eq 0 ] || echo sudo)
STRICT := --explicit-target-dependency-import-check error
RELEASE := -c release --static-swift-stdlib --omit-frame-pointers $(STRICT)
LARMOR := .build/release/larmor

.PHONY: demo test build packages emulator clean

demo: build
	$(LARMOR) run examples/rabi.exp

build: packages
	$(SWIFT) build $(RELEASE) --product larmor

test: build emulator
	.ci/speed
	.ci/cross-build
	.ci/engines
	.ci/bare-metal/run
	.ci/fuzz 30
	.ci/instructions
	$(SWIFT) test $(STRICT)

# The system packages that the build needs, installed where they are missing.
packages:
	@[ -e /usr/include/cminpack-1/cminpack.h ] || { \
	  $(SUDO) apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq libcminpack-dev; }

# The system packages with which the tests run code for arm64, and for bare RISC-V.
emulator:
	@[ -x /usr/bin/qemu-aarch64 ] && [ -x /usr/bin/aarch64-linux-gnu-gcc ] && \
	  [ -x /usr/bin/qemu-system-riscv32 ] || { \
	  $(SUDO) apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends \
	    gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user qemu-system-misc; }

clean:
	rm -rf .build
