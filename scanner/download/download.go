// Package download gets the sources of the offline data from where they are
// published, or from a mirror: what has not changed is not got again, what was
// interrupted goes on where it stopped, and what a source gave before stays until
// all of the new is there and is what it must be. Addresses are data, in
// sources.yaml. Only http.go reaches the network.
package download

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Update says what to get, and where to put it.
type Update struct {
	Sources  []Source
	Only     []string // ids of the sources to ask for; of the others what there is counts; empty for all
	Dir      string
	Now      time.Time
	Agent    string                                    // how the program calls itself
	Progress func(source, file string, have, of int64) // of is -1 when not stated; may be nil

	client *client       // nil for the network
	pause  time.Duration // before the first repetition; 0 for defaultPause
}

const (
	defaultIdle  = time.Minute // a living line gives something in that time
	defaultPause = time.Second // doubled each time
	maxTries     = 6
)

// Result is how it went with one source.
type Result struct {
	Source    string
	Paths     []string  // files on disk, old ones among them when new ones could not be had
	Fetched   time.Time // when all of these were last known to be the newest; zero for files of the user
	New       int       // files that were got
	Unchanged int       // files of which the server said that they are the newest
	Bytes     int64     // that came over the line
	Redirects []string  // hosts that were redirected to
	SHA256    []string  // of the files, in their order
	Err       error     // joined, one for each file that could not be had
}

// Run goes through all sources. One that fails does not keep the others.
func (u Update) Run(ctx context.Context) []Result {
	u.pause = cmp.Or(u.pause, defaultPause)
	if u.client == nil {
		u.client = newClient(u.Agent, defaultIdle)
	}
	var results []Result
	for _, s := range u.Sources {
		if s.Off {
			continue
		}
		results = append(results, u.source(ctx, s))
	}
	return results
}

func (u Update) source(ctx context.Context, s Source) Result {
	r := Result{Source: s.ID}
	if s.Path != "" {
		_, r.Err = os.Stat(s.Path)
		if r.Err == nil {
			r.Paths = []string{s.Path}
		}
		return r
	}
	if len(u.Only) > 0 && !slices.Contains(u.Only, s.ID) {
		u.before(s, &r)
		return r
	}
	parts, err := u.parts(ctx, s)
	if err != nil {
		r.Err = err
		u.before(s, &r)
		return r
	}
	var faults []error
	unreachable := false
	for _, part := range parts {
		name := strings.ReplaceAll(s.File, "{part}", part)
		t := u.transfer(s, name)
		if !unreachable { // else the other files of the source are not there either
			if err := t.run(ctx, s.addresses(part, u.Now.UTC())); err != nil {
				faults = append(faults, fmt.Errorf("%s: %w", name, err))
				unreachable = errors.Is(err, errUnreachable)
			}
		}
		r.add(t)
	}
	r.Err = errors.Join(faults...)
	return r
}

// maxParts bounds a list of parts.
const maxParts = 1000

// parts lists what {part} stands for.
func (u Update) parts(ctx context.Context, s Source) ([]string, error) {
	switch {
	case len(s.Parts) > 0:
		return s.Parts, nil
	case s.PartsFrom == "":
		return []string{""}, nil
	}
	text, err := u.client.short(ctx, s.PartsFrom, s.Hosts)
	if err != nil {
		return nil, err
	}
	var parts []string
	for line := range strings.Lines(text) {
		part := strings.TrimSpace(line)
		if part == "" || strings.Contains(part, ":") || slices.Contains(s.Without, part) {
			continue
		}
		if !validPart(part) || len(parts) == maxParts {
			return nil, fmt.Errorf("%s: it is no list of parts", redacted(s.PartsFrom))
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return nil, fmt.Errorf("%s: it names no part", redacted(s.PartsFrom))
	}
	return parts, nil
}

// before takes up the files of earlier runs, of whatever part.
func (u Update) before(s Source, r *Result) {
	pattern := filepath.Join(u.Dir, filepath.FromSlash(strings.ReplaceAll(s.File, "{part}", "*")))
	files, _ := filepath.Glob(pattern) // what is wrong with a pattern was found before
	for _, file := range files {
		r.add(&transfer{file: file})
	}
}

func (u Update) transfer(s Source, name string) *transfer {
	t := &transfer{source: s, file: filepath.Join(u.Dir, filepath.FromSlash(name)), client: u.client, now: u.Now, pause: u.pause}
	if u.Progress != nil {
		t.tell = func(have, of int64) { u.Progress(s.ID, name, have, of) }
	}
	return t
}

// add takes up what became of one file.
func (r *Result) add(t *transfer) {
	r.Bytes += t.bytes
	for _, host := range t.redirects {
		if !slices.Contains(r.Redirects, host) {
			r.Redirects = append(r.Redirects, host)
		}
	}
	switch t.outcome {
	case got:
		r.New++
	case unchanged:
		r.Unchanged++
	}
	have, ok := readState(t.file)
	if !ok {
		return
	}
	r.Paths = append(r.Paths, t.file)
	r.SHA256 = append(r.SHA256, have.SHA256)
	if r.Fetched.IsZero() || have.Checked.Before(r.Fetched) {
		r.Fetched = have.Checked
	}
}
