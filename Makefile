# Tandem: make demo builds everything and shows a report; make test runs the tests.
SHELL := /bin/bash
PREFIX ?= /usr/local
RESULTS ?= results
BENCHMARK_PEOPLE ?= 1000000
FUZZ_SECONDS ?= 600
SWIFT_FILES := Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Sources
# Release builds and tests share their products only without testable imports.
TEST_FLAGS := -c release --disable-testable-imports --disable-xctest

.PHONY: help setup build test fuzz benchmark-reading benchmark-regression benchmark-mixed benchmark-trends demo lint format notebooks docs install clean

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

setup: ## check the Swift toolchain and install missing C libraries
	@.ci/setup

build: setup ## build the command line
	swift build -c release --product tandem

test: setup ## run all tests
	@swift build -c release --product tandem
	@set -o pipefail; log=$$(mktemp); trap 'rm -f "$$log"' EXIT; \
	swift test $(TEST_FLAGS) 2>&1 | tee "$$log" | grep -vE '^◇|^✔ Test ("|[A-Za-z]+\()|^✔ Suite |^\[[0-9]+/[0-9]+\]|Test case passing' ; \
	status=$${PIPESTATUS[0]}; \
	if [[ $$status -eq 0 ]] && ! grep -qE 'Test run with [1-9][0-9]* tests' "$$log"; then echo 'no test ran' >&2; exit 1; fi; \
	exit $$status

fuzz: setup ## look for files on which the CSV scanners disagree, FUZZ_SECONDS=600 long
	swift build -c release --package-path Tests/Fuzz --product FuzzCSV --scratch-path .build-fuzz \
	  -Xswiftc -sanitize=fuzzer,address -Xswiftc -use-ld=lld -Xswiftc -parse-as-library
	@mkdir -p .build-fuzz/corpus .build-fuzz/artifacts
	@# With Swift's own crash handler the fuzzer would not see a crash.
	SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0 .build-fuzz/release/FuzzCSV -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -timeout=10 \
	  -dict=Tests/Fuzz/csv.dict -artifact_prefix=.build-fuzz/artifacts/ -print_final_stats=1 \
	  .build-fuzz/corpus Data/malformed

benchmark-reading: build ## time the CSV reader beside pyarrow and polars (pip install pyarrow polars)
	swift build -c release --package-path Benchmarks --scratch-path .build-benchmarks --product ReadingTimes
	@mkdir -p .build-benchmarks/data
	[[ -d .build-benchmarks/data/cohort ]] || .build/release/tandem simulate --people $(BENCHMARK_PEOPLE) --seed 7 --truth-people 0 -o .build-benchmarks/data/cohort
	python3 Benchmarks/Rivals/reading.py .build-benchmarks/data/cohort/visits.csv .build-benchmarks/release/ReadingTimes | tee .build-benchmarks/reading.txt

benchmark-mixed: ## time mixed models and MMRM beside lme4, mixedlm, glmmTMB and nlme (those installed)
	swift build -c release --package-path Benchmarks --scratch-path .build-benchmarks --product MixedTimes
	@mkdir -p .build-benchmarks/data
	python3 Benchmarks/Rivals/mixed.py .build-benchmarks/release/MixedTimes .build-benchmarks/data | tee .build-benchmarks/mixed.txt

benchmark-regression: ## time regressions beside R and glum (needs python3 with numpy; R and glum where installed)
	swift build -c release --package-path Benchmarks --scratch-path .build-benchmarks --product RegressionTimes
	@mkdir -p .build-benchmarks/data
	python3 Benchmarks/Rivals/regression.py .build-benchmarks/release/RegressionTimes .build-benchmarks/data | tee .build-benchmarks/regression.txt

benchmark-trends: build ## time people's trends beside polars, DuckDB and R (those installed)
	swift build -c release --package-path Benchmarks --scratch-path .build-benchmarks --product TrendTimes
	@mkdir -p .build-benchmarks/data
	@{ python3 Benchmarks/Rivals/trends.py .build/release/tandem .build-benchmarks/data $(BENCHMARK_PEOPLE) 5; \
	echo 'fits alone, 1000000 people with 10 visits, 2 threads:'; .build-benchmarks/release/TrendTimes 1000000 10 2 7; } \
	  | tee .build-benchmarks/trends.txt

demo: build ## run the batch on the bundled cohorts and say where the report is
	.build/release/tandem run Data/demo/plan.yaml -o $(RESULTS)

lint: ## check format and rules
	swift format lint --strict -r -p $(SWIFT_FILES)
	@! grep -n 'unsafeFlags' Package.swift || { echo 'unsafeFlags would bar others from depending on the package' >&2; exit 1; }

format: ## rewrite sources in the house format
	swift format -i -r -p $(SWIFT_FILES)

notebooks: build ## run the notebooks and rewrite the output they show
	TANDEM_UPDATE_NOTEBOOKS=1 swift test $(TEST_FLAGS) --filter NotebookTests

docs: setup ## make the documentation as web pages in docs-out/
	swift package --allow-writing-to-directory docs-out generate-documentation \
	  --enable-experimental-combined-documentation --warnings-as-errors --transform-for-static-hosting \
	  $(foreach target,LinearAlgebra Distributions CohortTables Estimation Outcomes Figures Reporting Tandem,--target $(target)) \
	  --output-path docs-out

install: setup ## put tandem on the PATH: make install PREFIX=/usr/local
	swift build -c release --product tandem --static-swift-stdlib --scratch-path .build-install
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -s -m 755 .build-install/release/tandem "$(DESTDIR)$(PREFIX)/bin/tandem"

clean: ## remove what was built
	rm -rf .build .build-fuzz .build-benchmarks .build-install docs-out $(RESULTS)
