package scanner

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/sbom"
)

var (
	drawCount = flag.Int("draw", 0, "draw so many findings over the corpus, to be judged by hand")
	drawSeed  = flag.Uint64("seed", 1, "seed of the draw")
)

// drawn are the folders of the corpus that hold products, or what was seen of
// them. Files that were broken on purpose are left out.
var drawn = []string{"redfish", "hosts", "network", "dcim", "cloud", observedFolder, "sbom"}

// drawOrder are those, and what was seen held against documents made up for the draw.
func drawOrder() []string { return slices.Concat(drawn, []string{comparedFolder}) }

const (
	observedFolder = "observed"
	comparedFolder = "compared"
)

// mostOfInput is how many findings of one input a draw holds.
const mostOfInput = 2

// stratum is what findings are drawn from in turn: one question put to one kind
// of input, so that frequent findings do not fill the draw.
type stratum struct{ folder, format, rule string }

type drawnFinding struct {
	stratum
	product netvet.RegisterProduct
	finding netvet.Finding
}

// TestDrawFindings prints findings over the corpus as a sheet to judge by hand:
//
//	go test ./scanner -run TestDrawFindings -draw 40 -seed 1 -v
//
// Findings are those that fail, and unknowns that rest on evidence, under
// cn-ciio and neutral together; rules/JUDGED.md keeps what became of them.
func TestDrawFindings(t *testing.T) {
	if *drawCount == 0 {
		t.Skip("no findings are drawn without -draw N")
	}
	needCorpus(t)
	strata := map[stratum][]drawnFinding{}
	for _, folder := range drawOrder() {
		seen := map[string]bool{}
		for _, profile := range []string{"cn-ciio", "neutral"} {
			for _, f := range folderFindings(t, folder, profile) {
				// The neutral questions are those of the Measures: asked once.
				key := f.product.ID + f.rule + f.finding.Subject.Name + f.finding.Subject.Version + f.finding.Subject.Ref
				if !seen[key] {
					seen[key] = true
					strata[f.stratum] = append(strata[f.stratum], f)
				}
			}
		}
	}
	total := 0
	for _, list := range strata {
		total += len(list)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d: %d of %d findings in %d strata (rule and kind of input)\n", *drawSeed, *drawCount, total, len(strata))
	for i, f := range draw(strata, *drawCount, *drawSeed) {
		f.write(&b, i+1)
	}
	t.Log("\n" + b.String())
}

// draw takes folders in turn, and of each the stratum whose rule has been drawn
// least so far, by lot where several are equal; of it a finding of an input that
// has been drawn least.
func draw(strata map[stratum][]drawnFinding, n int, seed uint64) (out []drawnFinding) {
	random := rand.New(rand.NewPCG(seed, 0))
	byFolder := map[string][]stratum{}
	for s := range strata {
		byFolder[s.folder] = append(byFolder[s.folder], s)
	}
	for _, folder := range drawOrder() {
		list := byFolder[folder]
		slices.SortFunc(list, func(a, b stratum) int { return cmp.Or(cmp.Compare(a.format, b.format), cmp.Compare(a.rule, b.rule)) })
		random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	}
	times, inputs := map[string]int{}, map[string]int{}
	for left := true; left && len(out) < n; {
		left = false
		for _, folder := range drawOrder() {
			list := byFolder[folder]
			if len(list) == 0 || len(out) == n {
				continue
			}
			least := 0
			for i := range list {
				if times[list[i].rule] < times[list[least].rule] {
					least = i
				}
			}
			s := list[least]
			byFolder[folder] = slices.Delete(list, least, least+1)
			left = true
			f := fresh(strata[s], inputs, random)
			if inputs[f.input()] == mostOfInput {
				continue
			}
			times[s.rule]++
			inputs[f.input()]++
			out = append(out, f)
		}
	}
	return out
}

// fresh draws from the findings of the inputs that have been drawn least.
func fresh(list []drawnFinding, inputs map[string]int, random *rand.Rand) drawnFinding {
	least := slices.MinFunc(list, func(a, b drawnFinding) int { return cmp.Compare(inputs[a.input()], inputs[b.input()]) })
	var equal []drawnFinding
	for _, f := range list {
		if inputs[f.input()] == inputs[least.input()] {
			equal = append(equal, f)
		}
	}
	return equal[random.IntN(len(equal))]
}

// input is the file that a finding rests on: that of its evidence, else that of
// its product.
func (f *drawnFinding) input() string {
	for _, e := range f.finding.Evidence {
		if e.Input != nil && *e.Input != madeHosts {
			return *e.Input
		}
	}
	if len(f.product.Sources) > 0 {
		return f.product.Sources[0].Input
	}
	return ""
}

// folderFindings scans one folder of the corpus. What was seen of hosts that no
// file lists gets a product for each, so that rules may judge it.
func folderFindings(t *testing.T, folder, profile string) (out []drawnFinding) {
	t.Helper()
	s := testScanner(t, profile)
	dir := folder
	if folder == comparedFolder {
		dir = observedFolder
	}
	inputs, gaps, err := sbom.Walk([]string{filepath.Join(filepath.Dir(corpus), dir)}, nil, s.Options)
	if err != nil {
		t.Fatal(err)
	}
	inputs = slices.DeleteFunc(inputs, func(in sbom.Input) bool { return strings.Contains(in.Name, "bad-derived") })
	if dir == observedFolder {
		var hosts sbom.Input
		hosts, s.Context = observedHosts(t, s, inputs)
		if folder == comparedFolder {
			s.Context.Products, s.Context.Bindings = madeDocuments(s.Context.Bindings)
		}
		inputs = append(inputs, hosts)
	}
	var results []Result
	register, err := s.Each(context.Background(), inputs, gaps, Sink{Product: func(r Result) error { results = append(results, r); return nil }})
	var broken InputErrors
	if err != nil && !errors.As(err, &broken) {
		t.Fatal(err)
	}
	formats := map[string]string{}
	for _, in := range register.Inputs {
		formats[in.Name] = in.Format
	}
	for _, r := range results {
		for _, f := range r.Findings {
			if folder == comparedFolder && !slices.ContainsFunc(f.Evidence, func(e netvet.FindingEvidence) bool { return e.Verdict != nil }) {
				continue
			}
			if len(f.Evidence) > 0 && !slices.ContainsFunc(f.Evidence, func(e netvet.FindingEvidence) bool { return e.Input == nil || *e.Input != madeHosts }) {
				continue // it says something of the table that the draw made up
			}
			if f.Outcome == netvet.OutcomeFail || f.Outcome == netvet.OutcomeUnknown && len(f.Evidence) > 0 {
				_, rule, _ := strings.Cut(f.Rule, "/")
				format := folder
				if len(r.Product.Sources) > 0 {
					format = formats[r.Product.Sources[0].Input]
				}
				out = append(out, drawnFinding{stratum{folder, format, rule}, r.Product, f})
			}
		}
	}
	return out
}

// observedHosts makes a table of the hosts and devices that scans, logs and
// specifications speak of, and a context that binds them to its rows.
func observedHosts(t *testing.T, s *Scanner, inputs []sbom.Input) (sbom.Input, *Context) {
	t.Helper()
	c := &Context{file: "netvet.yaml"}
	observing := []string{"nmap", "masscan", "zeek", "mud"}
	var table bytes.Buffer
	table.WriteString("Name,Serial Number\n")
	for _, input := range inputs {
		if format, err := sbom.Detect(input, s.Options); err != nil || !slices.Contains(observing, format.Name) {
			continue
		}
		known := map[string]bool{}
		bind := func(target string) {
			if known[target] || len(known) == 20 || strings.ContainsAny(target, `*?[\`) {
				return
			}
			known[target] = true
			serial := "OBSERVED-" + strconv.Itoa(len(c.Bindings))
			fmt.Fprintf(&table, "observed host %d,%s\n", len(c.Bindings), serial)
			c.Bindings = append(c.Bindings, ContextBinding{Input: input.Name, Target: target, Product: ContextMatch{Serial: serial}})
		}
		if _, _, err := sbom.Read(context.Background(), input, s.Options, func(r sbom.Record) error {
			switch r := r.(type) {
			case sbom.Observation:
				bind(r.Target)
			case sbom.Declaration:
				bind(r.Target)
			}
			return nil
		}); err != nil {
			continue // the scan names it
		}
		if len(known) > 0 {
			c.Observations = append(c.Observations, ContextObservation{Input: input.Name, Authorisation: ContextAuthorisation{By: "owner of the corpus", Date: "2026-11-01"}})
		}
	}
	return in(madeHosts, table.String()), c
}

// madeHosts is the table of products that the draw makes up.
const madeHosts = "hosts.csv"

// madeDocuments gives every product that was seen a datasheet, and binds what a
// MUD file declares to a product that a scan or log speaks of, so that what is
// declared and what was observed meet.
func madeDocuments(bindings []ContextBinding) (products []ContextProduct, out []ContextBinding) {
	var seen, declared []ContextBinding
	for _, b := range bindings {
		if strings.Contains(strings.ToLower(b.Input), "mud") {
			declared = append(declared, b)
			continue
		}
		seen = append(seen, b)
		if len(seen)%2 == 0 {
			products = append(products, ContextProduct{Match: b.Product, Declared: []ContextDeclared{{
				Document: "datasheet made up for the draw", Date: "2026-11-01", Ports: []string{"443/tcp"}, Peers: []string{"192.0.2.1 443/tcp"},
			}}})
		}
	}
	for i, b := range declared {
		b.Product = seen[(2*i)%len(seen)].Product // those without a datasheet
		out = append(out, b)
	}
	return products, append(out, seen...)
}

func (f *drawnFinding) write(b *strings.Builder, n int) {
	p := &f.product
	text := func(s *string) string {
		if s == nil {
			return "-"
		}
		return *s
	}
	category := "-"
	if p.Category != nil {
		category = string(*p.Category)
	}
	fmt.Fprintf(b, "\n%d. %s %s %s (%s)\n", n, f.finding.Rule, f.finding.Outcome, f.finding.Severity, f.format)
	fmt.Fprintf(b, "   product: %s | %s | %s | %s | %d components\n", text(p.Manufacturer), text(p.Model), text(p.Name), category, p.Components)
	fmt.Fprintf(b, "   message: %s\n", f.finding.Message)
	fmt.Fprintf(b, "   subject: %s %s %s (%d)\n", f.finding.Subject.Kind, f.finding.Subject.Name, f.finding.Subject.Version, f.finding.Count)
	for i, e := range f.finding.Evidence {
		if i == 4 {
			fmt.Fprintf(b, "   ... %d more\n", len(f.finding.Evidence)-i)
			break
		}
		fmt.Fprintf(b, "   evidence: %s | %s %s | %s\n", e.Text, text(e.Input), text(e.Pointer), text(e.Verdict))
	}
}
