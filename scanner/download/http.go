package download

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// This is the only file of the program that reaches the network.

// client asks for one address at a time. Proxies are those of the environment
// (HTTP_PROXY, HTTPS_PROXY, NO_PROXY).
type client struct {
	http  *http.Client
	agent string
	idle  time.Duration // how long nothing may come
}

// newClient has no limit on the whole of an answer, which may take hours on a
// slow line, but on every wait for the next bytes.
func newClient(agent string, idle time.Duration) *client {
	return &client{agent: agent, idle: idle, http: &http.Client{Transport: &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: idle, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   idle,
		ResponseHeaderTimeout: idle,
		ForceAttemptHTTP2:     true,
		DisableCompression:    true, // a range of a compressed answer would be of other bytes
	}}}
}

// question is what is asked of a server.
type question struct {
	address  string
	hosts    []string // others to which it may redirect
	etag     string   // ask only for what is newer than this ...
	modified string   // ... or this
	offset   int64    // ask for the rest from here ...
	ifRange  string   // ... of this state
}

// answer is what came, with its body still to be read.
type answer struct {
	status     int
	body       io.ReadCloser
	total      int64 // bytes of the whole, -1 when not stated
	etag       string
	modified   string
	html       bool
	retryAfter time.Duration
	sums       map[string]string // in hex, of the whole, by "sha256" and "md5"
	redirects  []string          // hosts
}

// Statuses by their names.
const (
	statusOK          = http.StatusOK
	statusPartial     = http.StatusPartialContent
	statusNotModified = http.StatusNotModified
	statusNotFound    = http.StatusNotFound
	statusBadRange    = http.StatusRequestedRangeNotSatisfiable
	statusTooMany     = http.StatusTooManyRequests
)

func statusText(status int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
}

// errRedirect marks a redirect that is not followed: trying again does not help.
var errRedirect = errors.New("refused to follow a redirect")

// errUnreachable marks a server that gave no answer at all.
var errUnreachable = errors.New("no answer")

var errIdle = errors.New("nothing came for too long")

// ask sends a question. The answer must be closed.
func (c *client) ask(ctx context.Context, q question) (*answer, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, q.address, nil)
	if err != nil {
		cancel(nil)
		return nil, err
	}
	setHeaders(request.Header, q, c.agent)
	a := &answer{}
	following := *c.http
	following.CheckRedirect = func(to *http.Request, via []*http.Request) error {
		if err := mayFollow(via[0].URL, via[len(via)-1].URL, to.URL, q.hosts, len(via)); err != nil {
			return err
		}
		a.redirects = append(a.redirects, to.URL.Host)
		return nil
	}
	r, err := following.Do(request)
	if err != nil {
		cancel(nil)
		if !errors.Is(err, errRedirect) {
			err = fmt.Errorf("%w: %w", errUnreachable, err)
		}
		return nil, err
	}
	a.read(r, q)
	a.body = newLiving(r.Body, c.idle, cancel, ctx)
	return a, nil
}

// maxShort bounds a list of checksums or parts.
const maxShort = 1 << 20

// short gets a short text.
func (c *client) short(ctx context.Context, address string, hosts []string) (string, error) {
	a, err := c.ask(ctx, question{address: address, hosts: hosts})
	if err != nil {
		return "", err
	}
	defer a.body.Close()
	if a.status != statusOK {
		return "", fmt.Errorf("%s: the server answers %s", redacted(address), statusText(a.status))
	}
	text, err := io.ReadAll(io.LimitReader(a.body, maxShort+1))
	if err != nil {
		return "", fmt.Errorf("%s: %w", redacted(address), err)
	}
	if len(text) > maxShort {
		return "", fmt.Errorf("%s: it has more than %d bytes", redacted(address), maxShort)
	}
	return string(text), nil
}

func setHeaders(h http.Header, q question, agent string) {
	h.Set("User-Agent", agent)
	h.Set("Accept-Encoding", "identity")
	if q.offset > 0 {
		h.Set("Range", fmt.Sprintf("bytes=%d-", q.offset))
		h.Set("If-Range", q.ifRange)
		return
	}
	if q.etag != "" {
		h.Set("If-None-Match", q.etag)
	}
	if q.modified != "" {
		h.Set("If-Modified-Since", q.modified)
	}
}

// maxRedirects is what browsers and curl follow, roughly.
const maxRedirects = 10

// mayFollow says whether a redirect leads where the source may lead.
func mayFollow(first, from, to *url.URL, hosts []string, hops int) error {
	switch {
	case hops > maxRedirects:
		return fmt.Errorf("%w: more than %d of them", errRedirect, maxRedirects)
	case to.Scheme != "https" && (from.Scheme != "http" || !loopback(to)):
		return fmt.Errorf("%w to %s: it is not encrypted", errRedirect, to.Redacted())
	case to.Host != first.Host && !slices.Contains(hosts, to.Host) && !slices.Contains(hosts, to.Hostname()):
		return fmt.Errorf("%w to the host %s: if it belongs to the publisher, name it under hosts of the source", errRedirect, to.Host)
	}
	return nil
}

// read takes from the headers what matters.
func (a *answer) read(r *http.Response, q question) {
	a.status, a.total = r.StatusCode, r.ContentLength
	a.etag, a.modified = r.Header.Get("ETag"), r.Header.Get("Last-Modified")
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	a.html = strings.TrimSpace(strings.ToLower(kind)) == "text/html"
	if seconds, err := strconv.Atoi(r.Header.Get("Retry-After")); err == nil {
		a.retryAfter = time.Duration(max(0, min(seconds, 3600))) * time.Second
	}
	a.sums = publishedSums(r.Header)
	if a.status == statusPartial {
		a.total = totalOfRange(r.Header.Get("Content-Range"), q.offset)
	}
}

// totalOfRange reads "bytes 100-199/200"; -1 when the range does not begin at the
// offset or goes short of the end.
func totalOfRange(header string, offset int64) int64 {
	var first, last, total int64
	if n, err := fmt.Sscanf(header, "bytes %d-%d/%d", &first, &last, &total); n != 3 || err != nil || first != offset || last != total-1 {
		return -1
	}
	return total
}

// publishedSums collects the checksums that servers send: RFC 9530, its
// predecessor RFC 3230, RFC 1864, and that of Google Cloud Storage.
func publishedSums(h http.Header) map[string]string {
	sums := map[string]string{}
	take := func(name, encoded string) {
		if b, err := base64.StdEncoding.DecodeString(strings.Trim(encoded, ": ")); err == nil {
			sums[name] = hex.EncodeToString(b)
		}
	}
	names := map[string]string{"sha-256": "sha256", "md5": "md5"}
	for _, header := range []string{"X-Goog-Hash", "Digest", "Repr-Digest"} {
		for field := range strings.SplitSeq(strings.Join(h.Values(header), ","), ",") {
			name, encoded, _ := strings.Cut(strings.TrimSpace(field), "=")
			if known := names[strings.ToLower(name)]; known != "" {
				take(known, encoded)
			}
		}
	}
	if md5 := h.Get("Content-MD5"); md5 != "" && h.Get("Content-Range") == "" {
		take("md5", md5)
	}
	return sums
}

// living is a body that must not stand still.
type living struct {
	body   io.ReadCloser
	idle   time.Duration
	timer  *time.Timer
	cancel context.CancelCauseFunc
	ctx    context.Context
}

func newLiving(body io.ReadCloser, idle time.Duration, cancel context.CancelCauseFunc, ctx context.Context) *living {
	return &living{body, idle, time.AfterFunc(idle, func() { cancel(errIdle) }), cancel, ctx}
}

func (l *living) Read(p []byte) (int, error) {
	l.timer.Reset(l.idle)
	n, err := l.body.Read(p)
	l.timer.Stop()
	if err != nil && errors.Is(context.Cause(l.ctx), errIdle) {
		err = fmt.Errorf("%w (%s)", errIdle, l.idle)
	}
	return n, err
}

func (l *living) Close() error {
	l.timer.Stop()
	l.cancel(nil)
	return l.body.Close()
}
