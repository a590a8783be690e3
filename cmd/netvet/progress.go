package main

import (
	"fmt"
	"path"
	"time"

	"github.com/netvet/netvet/scanner"
	"github.com/netvet/netvet/scanner/report"
)

// progressEvery is how often the line of progress is drawn.
const progressEvery = 200 * time.Millisecond

// progress draws one line on a terminal that says how far a run is.
type progress struct {
	p     *program
	drawn time.Time
	shown bool
}

// newProgress returns nil when nobody watches.
func (p *program) newProgress() *progress {
	if p.quiet || p.noProgress || p.logFormat.value == "json" || !isTerminal(p.stderr) {
		return nil
	}
	return &progress{p: p, drawn: time.Now()}
}

func (g *progress) report(s scanner.Progress) {
	g.draw("%d of %d inputs, %d products: %.50s", s.Inputs, s.Of, s.Products, report.Visible(path.Base(s.Input)))
}

// count shows how many records of a source there are so far.
func (g *progress) count(source string, records int) {
	g.draw("%s: %d records", source, records)
}

// download shows how much of a file has come.
func (g *progress) download(file string, have, of int64) {
	total := ""
	if of >= 0 {
		total = " of " + megabytes(of)
	}
	g.draw("%.50s: %s%s", report.Visible(file), megabytes(have), total)
}

// draw writes the line anew, unless it was written a moment ago.
func (g *progress) draw(format string, args ...any) {
	now := time.Now()
	if now.Sub(g.drawn) < progressEvery {
		return
	}
	g.drawn, g.shown = now, true
	fmt.Fprintf(g.p.stderr, "\r\x1b[K"+format, args...)
}

// done wipes the line.
func (g *progress) done() {
	if g != nil && g.shown {
		fmt.Fprint(g.p.stderr, "\r\x1b[K")
		g.shown = false
	}
}
