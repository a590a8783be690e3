package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/netvet/netvet"
)

// failOn is the flag --fail-on: conditions that turn the exit code, and how
// many products have met each.
type failOn struct {
	conditions []*condition
	incomplete bool
}

type condition struct {
	text string
	met  func(p *netvet.RegisterProduct) bool
	n    int
}

func (f *failOn) Type() string { return "conditions" }

func (f *failOn) String() string {
	var words []string
	for _, c := range f.conditions {
		words = append(words, c.text)
	}
	if f.incomplete {
		words = append(words, "incomplete")
	}
	return strings.Join(words, ",")
}

func (f *failOn) Set(value string) error {
	for text := range strings.SplitSeq(value, ",") {
		if text == "incomplete" {
			f.incomplete = true
			continue
		}
		c, err := newCondition(text)
		if err != nil {
			return err
		}
		f.conditions = append(f.conditions, c)
	}
	return nil
}

func newCondition(text string) (*condition, error) {
	key, value, _ := strings.Cut(text, "=")
	c := &condition{text: text}
	switch key {
	case "verdict":
		at := netvet.Verdict(value)
		if at.Rank() < 0 {
			return nil, fmt.Errorf("unknown verdict %q%s", value, didYouMean(value, plain(netvet.Verdicts())))
		}
		c.met = func(p *netvet.RegisterProduct) bool { return p.Verdict.Rank() >= at.Rank() }
	case "level":
		at := netvet.Level(value)
		if at.Rank() < 0 {
			return nil, fmt.Errorf("unknown level %q%s", value, didYouMean(value, plain(netvet.Levels())))
		}
		c.met = func(p *netvet.RegisterProduct) bool { return p.Level.Rank() >= at.Rank() }
	case "score":
		at, err := number(value, 100)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", text, err)
		}
		c.met = func(p *netvet.RegisterProduct) bool { return p.Score >= at }
	case "coverage":
		at, err := number(value, 1)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", text, err)
		}
		c.met = func(p *netvet.RegisterProduct) bool { return p.Coverage < at }
	default:
		return nil, fmt.Errorf("unknown condition %q%s", text, didYouMean(key, []string{"verdict", "level", "score", "coverage", "incomplete"}))
	}
	return c, nil
}

func number(value string, most float64) (float64, error) {
	x, err := strconv.ParseFloat(value, 64)
	if err != nil || !(x >= 0 && x <= most) {
		return 0, fmt.Errorf("%q is no number from 0 to %v", value, most)
	}
	return x, nil
}

func plain[T ~string](words []T) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = string(w)
	}
	return out
}

// look counts a product towards the conditions that it meets.
func (f *failOn) look(p *netvet.RegisterProduct) {
	for _, c := range f.conditions {
		if c.met(p) {
			c.n++
		}
	}
}

// met tells which conditions were met, in words, and the exit code that gives.
func (f *failOn) met(r *netvet.Register) (string, int) {
	var words []string
	for _, c := range f.conditions {
		if c.n > 0 {
			words = append(words, fmt.Sprintf("%s by %d of %d products", c.text, c.n, r.Summary.Products))
		}
	}
	code := exitDone
	if len(words) > 0 {
		code = exitMet
	}
	if f.incomplete && r.Incomplete {
		words = append(words, fmt.Sprintf("incomplete: %d gaps", r.Summary.Gaps))
		if code == exitDone {
			code = exitIncomplete
		}
	}
	return strings.Join(words, "; "), code
}

// reset starts counting anew, for the next profile.
func (f *failOn) reset() {
	for _, c := range f.conditions {
		c.n = 0
	}
}
