# netvet: everything a developer or CI runs. Needs Go only.
SHELL       := /bin/bash
VERSION     ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
COMMIT      ?= $(shell git rev-parse HEAD 2>/dev/null)
LDFLAGS     := -s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT)
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
FUZZTIME    ?= 30s
BENCH       ?= .
BENCHCOUNT  ?= 1
SEED        ?= 1
DRAW        ?= 40

.PHONY: build build-full osv-reference test race golden generate draw fuzz bench lint demo clean

build: ## build bin/netvet
	CGO_ENABLED=0 go build -trimpath -ldflags "$(LDFLAGS)" -o bin/netvet ./cmd/netvet

build-full: ## build bin/netvet with osv-scanner linked in, for --osv-engine osv-scanner: 1,100 packages more, minutes when cold
	CGO_ENABLED=0 go build -trimpath -tags osvscanner -ldflags "$(LDFLAGS)" -o bin/netvet ./cmd/netvet

demo: build ## the main job on the sample in testdata/demo
	bin/netvet scan --profile cn-ciio --as-of 2026-11-22 testdata/demo

test: ## all tests; those that need the corpus of real files skip without it
	go test ./...

race: ## all tests under the race detector
	go test -race ./...

golden: ## rewrite golden files and generated tables, then read the diff
	go test ./sbom ./scanner ./scanner/report ./cmd/netvet -update
	go test ./sbom -run Readme -update-readme

generate: ## compile the supplier data, the registries of identifiers and the rules into vendors/*.gen and rules/library.gen
	go test ./vendors -run 'TestRegistry$$' -update
	go test ./vendors -run 'TestIndex' -update
	go test ./rules -run 'TestSnapshot$$' -update

draw: ## DRAW findings over the corpus of real files, by lot with SEED, to be judged by hand (rules/JUDGED.md)
	go test ./scanner -run TestDrawFindings -draw $(DRAW) -seed $(SEED) -v

osv-reference: ## run osv-scanner on the corpus and rewrite the table of its findings that the index is tested against
	go test -tags osvscanner ./scanner/evidence -run 'TestOSVScannerReference$$' -update-reference

fuzz: ## every fuzz target for FUZZTIME each
	@set -e; for pkg in $$(go list ./...); do \
	  for target in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
	    echo "== $$pkg $$target"; go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 5x $$pkg; \
	  done; done

bench: ## benchmarks: speed and peak memory of every long format, and of a million components (minutes); compare two outputs with benchstat
	go test -run '^$$' -bench '$(BENCH)' -benchmem -count $(BENCHCOUNT) -timeout 60m ./...

lint: ## formatting, vet, staticcheck, tidy go.mod, the data files
	@test -z "$$(gofmt -l .)" || { echo "gofmt would change:"; gofmt -l .; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...
	go mod tidy -diff
	go test ./vendors ./rules -run 'Lint' -count 1

clean:
	rm -rf bin
