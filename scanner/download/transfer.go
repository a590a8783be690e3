package download

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

type outcome int

const (
	failed outcome = iota
	got
	unchanged
)

// transfer gets one file.
type transfer struct {
	source Source
	file   string
	client *client
	now    time.Time
	pause  time.Duration
	tell   func(have, of int64) // may be nil

	outcome   outcome
	bytes     int64
	redirects []string
}

var errNotFound = errors.New("the server has no such file")

// passing is a fault that may be gone the next time.
type passing struct {
	error
	wait time.Duration // that the server asks for
}

func (p passing) Unwrap() error { return p.error }

// run tries one address after the other, as long as there is nothing there.
func (t *transfer) run(ctx context.Context, addresses []string) error {
	if err := os.MkdirAll(filepath.Dir(t.file), 0o755); err != nil {
		return err
	}
	var faults []error
	for _, address := range addresses {
		err := t.repeat(ctx, address)
		if err == nil {
			return nil
		}
		faults = append(faults, err)
		if !errors.Is(err, errNotFound) {
			return err
		}
	}
	return errors.Join(faults...)
}

// repeat asks again when the line broke or the server was busy.
func (t *transfer) repeat(ctx context.Context, address string) error {
	pause := t.pause
	for try := 1; ; try++ {
		before := t.bytes
		err := t.once(ctx, address)
		if t.bytes-before >= headway {
			try, pause = 1, t.pause
		}
		var again passing
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case !errors.As(err, &again):
			return err
		case try == maxTries, errors.Is(err, errUnreachable) && try == 2:
			return fmt.Errorf("given up after %d tries, the next run goes on from there: %w", try, err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(max(pause, again.wait)):
		}
		pause *= 2
	}
}

// headway is how many bytes make a try a good one although the line broke.
const headway = 1 << 20

// once asks for what is missing and takes what comes.
func (t *transfer) once(ctx context.Context, address string) error {
	begun := t.begun(address)
	q := question{address: address, hosts: t.source.Hosts, offset: begun.Bytes, ifRange: begun.validator()}
	have, ok := readState(t.file)
	if ok && have.URL == address && begun.Bytes == 0 {
		q.etag, q.modified = have.ETag, have.Modified
	}
	a, err := t.client.ask(ctx, q)
	if errors.Is(err, errRedirect) {
		return err
	}
	if err != nil {
		return passing{error: err}
	}
	defer a.body.Close()
	t.redirects = append(t.redirects, a.redirects...)
	switch {
	case a.status == statusNotModified && q.etag+q.modified != "":
		have.Checked = t.now
		t.outcome = unchanged
		return have.write(t.file)
	case a.status == statusOK:
		return t.take(ctx, a, state{URL: address, ETag: a.etag, Modified: a.modified})
	case a.status == statusPartial && q.offset > 0 && a.total > q.offset:
		return t.take(ctx, a, begun)
	case a.status == statusPartial || a.status == statusBadRange:
		t.drop()
		return passing{error: fmt.Errorf("%s: the server does not go on where it stopped (%s)", redacted(address), statusText(a.status))}
	case a.status == statusNotFound:
		return fmt.Errorf("%s: %w", redacted(address), errNotFound)
	}
	err = fmt.Errorf("%s: the server answers %s", redacted(address), statusText(a.status))
	if a.status == statusTooMany || a.status >= 500 {
		return passing{err, min(a.retryAfter, maxWait)}
	}
	return err
}

// maxWait is how long a busy server can make a run wait.
const maxWait = time.Minute

func redacted(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "the address"
	}
	return u.Redacted()
}

// begun is what there is of an earlier download of the same address that can be
// gone on with.
func (t *transfer) begun(address string) state {
	var s state
	partial := t.file + partialSuffix
	text, err := os.ReadFile(partial + stateSuffix)
	if err != nil || json.Unmarshal(text, &s) != nil || s.URL != address || s.validator() == "" {
		t.drop()
		return state{}
	}
	info, err := os.Stat(partial)
	if err != nil || info.Size() == 0 {
		t.drop()
		return state{}
	}
	s.Bytes = info.Size()
	return s
}

// drop throws away what there is of the next download.
func (t *transfer) drop() {
	_ = os.Remove(t.file + partialSuffix + stateSuffix) // what is not there need not go
	_ = os.Remove(t.file + partialSuffix)
}

// take writes the body behind what there is already, and when that is all makes
// it the file.
func (t *transfer) take(ctx context.Context, a *answer, s state) error {
	limit := t.source.MaxMiB << 20
	if a.total > limit {
		t.drop()
		return fmt.Errorf("%s: it has %d bytes, more than max_mib of the source allows (%d MiB)", redacted(s.URL), a.total, t.source.MaxMiB)
	}
	if a.html && s.Bytes == 0 {
		return fmt.Errorf("%s: %w", redacted(s.URL), errHTML)
	}
	resumed := s.Bytes > 0
	size, err := t.append(a, s, limit)
	switch {
	case errors.Is(err, errTooLong):
		t.drop()
		return fmt.Errorf("%s: it has more than max_mib of the source allows (%d MiB)", redacted(s.URL), t.source.MaxMiB)
	case err != nil:
		return err
	case a.total >= 0 && size != a.total:
		return passing{error: fmt.Errorf("%s: %d bytes came of %d", redacted(s.URL), size, a.total)}
	}
	s.Bytes = size
	if err := t.inspect(ctx, a, &s); err != nil {
		t.drop()
		if resumed { // the two halves may not belong together: all of it again
			return passing{error: err}
		}
		return err
	}
	return t.install(s)
}

var errTooLong = errors.New("too long")

// append writes the body to the partial file. What came before the line broke
// stays for the next try.
func (t *transfer) append(a *answer, s state, limit int64) (size int64, err error) {
	partial := t.file + partialSuffix
	if s.Bytes == 0 {
		t.drop()
		if err := s.write(partial); err != nil {
			return 0, err
		}
	}
	f, err := os.OpenFile(partial, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return 0, err
	}
	line := &counting{r: io.LimitReader(a.body, limit-s.Bytes+1), have: s.Bytes, of: a.total, tell: t.tell}
	n, err := io.Copy(f, line)
	t.bytes += n
	err = errors.Join(err, f.Sync(), f.Close())
	switch {
	case line.err != nil:
		return 0, passing{error: fmt.Errorf("%s: the line broke after %d bytes: %w", redacted(s.URL), s.Bytes+n, line.err)}
	case err != nil:
		return 0, err
	case s.Bytes+n > limit:
		return 0, errTooLong
	}
	return s.Bytes + n, nil
}

// counting tells how far a download is, and keeps faults of the line apart from
// those of the disk.
type counting struct {
	r        io.Reader
	have, of int64
	tell     func(have, of int64)
	err      error
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.have += int64(n)
	if c.tell != nil {
		c.tell(c.have, c.of)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		c.err = err
	}
	return n, err
}

// inspect compares what came with its checksums and with what it must be.
func (t *transfer) inspect(ctx context.Context, a *answer, s *state) error {
	partial := t.file + partialSuffix
	if err := looksLike(partial, t.source.Kind); err != nil {
		return fmt.Errorf("%s: %w", redacted(s.URL), err)
	}
	sums, err := sumsOf(partial)
	if err != nil {
		return err
	}
	s.SHA256 = sums["sha256"]
	want := a.sums
	if t.source.Checksum != "" {
		listed, err := t.listedSum(ctx, s.URL)
		if err != nil {
			return err
		}
		want["sha256"] = listed
	}
	for name, sum := range want {
		if sums[name] != sum {
			return fmt.Errorf("%s: its checksum is not the published one (%s %s, published %s)", redacted(s.URL), name, sums[name], sum)
		}
	}
	return nil
}

func sumsOf(file string) (map[string]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	hashes := map[string]hash.Hash{"sha256": sha256.New(), "md5": md5.New()} // MD5 against damage, not against attack
	if _, err := io.Copy(io.MultiWriter(hashes["sha256"], hashes["md5"]), f); err != nil {
		return nil, err
	}
	sums := map[string]string{}
	for name, h := range hashes {
		sums[name] = hex.EncodeToString(h.Sum(nil))
	}
	return sums, nil
}

// listedSum gets the published list of checksums and finds the file in it.
func (t *transfer) listedSum(ctx context.Context, address string) (string, error) {
	text, err := t.client.short(ctx, t.source.Checksum, t.source.Hosts)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(text) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		name = strings.TrimLeft(name, " *")
		if len(sum) == 2*sha256.Size && (name == "" || path.Base(name) == path.Base(u.Path)) {
			return strings.ToLower(sum), nil
		}
	}
	return "", fmt.Errorf("%s: it has no checksum of %s", redacted(t.source.Checksum), path.Base(u.Path))
}

// install makes what came the file.
func (t *transfer) install(s state) error {
	s.Checked = t.now
	if err := os.Rename(t.file+partialSuffix, t.file); err != nil {
		return err
	}
	t.drop()
	t.outcome = got
	return s.write(t.file)
}
