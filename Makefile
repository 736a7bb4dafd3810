# Every door to this project. `make` alone lists them.
#
# `make run` needs git, make, Rust and Node; `make test` installs the rest of what it needs
# from the system's packages (see scripts/services.sh).

CARGO   ?= cargo
NPM     ?= npm
LISTEN  ?= 127.0.0.1:8080
DIR     ?= clearcue-demo

# How often each property of the rules of money is tried by `make properties`.
CASES  ?= 1000000
MONEY_RULES := bundle_cuts extras pool_properties refunds statements

UI_SOURCES := $(shell find ui/src ui/public -type f 2>/dev/null) ui/package.json ui/vite.config.js
ASSETS     := crates/web/assets/app.css
# nextest runs each test in a process of its own and says more when one fails; cargo's own
# runner does where it isn't installed.
RUNNER     := $(shell $(CARGO) nextest --version >/dev/null 2>&1 && echo "nextest run --no-fail-fast" || echo "test --no-fail-fast")

.PHONY: help run ui build test properties soak test-rust test-ui test-e2e services bench judges wasm lint lint-deps docs fmt clean

help:
	@echo "make run      build and start the furnished demo on http://$(LISTEN)"
	@echo "make test     install what tests need, run all of them"
	@echo "make properties  hold the rules of money at a million cases each (CASES=…)"
	@echo "make soak     kill the program a thousand times under load (KILLS=…, ON=postgres)"
	@echo "make bench    time the walk's steps, quotes and keys against baselines"
	@echo "make judges   have other people's tools check our keys"
	@echo "make wasm     build the licence key's verification for WebAssembly and check it"
	@echo "make lint     format, clippy, dependencies, the house's directions"
	@echo "make docs     the API documentation, in target/doc"
	@echo "make ui       build the pages' scripts and styles only"
	@echo "make fmt      format everything"

run: build
	./target/release/clearcue demo --dir $(DIR) --listen $(LISTEN)

build: ui
	$(CARGO) build --release --locked --bin clearcue

ui: $(ASSETS)

ui/node_modules: ui/package-lock.json
	cd ui && $(NPM) ci --no-audit --no-fund --silent
	@touch $@

$(ASSETS): ui/node_modules $(UI_SOURCES)
	cd ui && $(NPM) run build --silent
	@touch $@

test: services ui test-ui test-rust test-e2e
	@echo "All tests passed."

services:
	@scripts/services.sh ensure

# Shares, telescoping, closes, reversals, cuts of clip time: whatever the figures.
properties:
	PROPTEST_CASES=$(CASES) $(CARGO) test --release --locked -p ledger --test it -- properties exchanges
	PROPTEST_CASES=$(CASES) $(CARGO) test --release --locked -p domain --test it -- $(MONEY_RULES)

# How often `make soak` kills the program, and on which engine.
KILLS   ?= 1000
ON      ?= sqlite

soak: ui
	CARGO=$(CARGO) CLEARCUE_KILLS=$(KILLS) scripts/soak.sh $(ON)

test-ui: ui/node_modules
	cd ui && $(NPM) run check --silent && $(NPM) test --silent

test-rust: services ui
	. scripts/services.sh && $(CARGO) $(RUNNER) --locked --workspace

test-e2e: services ui
	$(CARGO) build --locked --bin clearcue
	cd e2e && $(NPM) ci --no-audit --no-fund --silent && $(NPM) test --silent

bench: ui
	$(CARGO) run --release --locked -p bench
	$(CARGO) run --release --locked -p bench --example close
	$(CARGO) build --release --locked --bin clearcue
	$(CARGO) run --release --locked -p bench --example meter
	$(CARGO) run --release --locked -p domain --example quote_speed
	$(CARGO) run --release --locked -p domain --example covers_speed
	$(CARGO) bench --locked -p licence-key --bench verify

judges:
	scripts/judges/run.sh

wasm:
	scripts/wasm.sh

lint: ui lint-deps
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	cd ui && $(NPM) run check --silent

lint-deps:
	node scripts/house.mjs
	@$(CARGO) deny --version >/dev/null 2>&1 || $(CARGO) install cargo-deny --locked
	$(CARGO) deny --all-features check bans licenses sources

docs: ui
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --workspace --no-deps
	@echo "Open target/doc/app/index.html"

fmt:
	$(CARGO) fmt --all

clean:
	$(CARGO) clean
	rm -rf ui/node_modules e2e/node_modules crates/web/assets/app.*
