package download

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

var today = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// archive is a zip file of about 100 kB that does not compress.
func archive(t testing.TB, seed uint64) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("a.json")
	if err != nil {
		t.Fatal(err)
	}
	noise := make([]byte, 100_000)
	r := rand.NewChaCha8([32]byte{byte(seed)})
	if _, err := r.Read(noise); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(noise); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// publisher is a server that does what a test wants.
type publisher struct {
	*httptest.Server
	asked []*http.Request
}

func publish(t testing.TB, serve func(w http.ResponseWriter, r *http.Request, n int)) *publisher {
	p := &publisher{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.asked = append(p.asked, r)
		serve(w, r, len(p.asked))
	}))
	t.Cleanup(p.Close)
	return p
}

// whole serves a file as servers do: with ranges and conditions.
func whole(w http.ResponseWriter, r *http.Request, text []byte, etag string) {
	w.Header().Set("ETag", etag)
	http.ServeContent(w, r, "all.zip", time.Time{}, bytes.NewReader(text))
}

// breaksOff lets the line break after n bytes of the body.
func breaksOff(w http.ResponseWriter, text []byte, n int, etag string) {
	w.Header().Set("ETag", etag)
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	_, _ = w.Write(text[:n])
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

func source(url string) Source {
	return Source{ID: "osv", URL: []string{url}, File: "downloads/osv/all.zip", Kind: kindZip, MaxMiB: 1}
}

func update(dir string, s ...Source) Update {
	c := newClient("netvet-test", 2*time.Second)
	return Update{Sources: s, Dir: dir, Now: today, client: c, pause: time.Millisecond}
}

func run(t *testing.T, u Update) Result {
	t.Helper()
	results := u.Run(t.Context())
	if len(results) != 1 {
		t.Fatalf("%d results", len(results))
	}
	return results[0]
}

func wants(t *testing.T, r Result, text []byte) {
	t.Helper()
	if r.Err != nil || len(r.Paths) != 1 {
		t.Fatalf("%d files, %v", len(r.Paths), r.Err)
	}
	if have, err := os.ReadFile(r.Paths[0]); err != nil || !bytes.Equal(have, text) {
		t.Errorf("%d bytes (%v), want %d: are others", len(have), err, len(text))
	}
	left, err := filepath.Glob(r.Paths[0] + partialSuffix + "*")
	if err != nil || len(left) > 0 {
		t.Errorf("%v was left behind", left)
	}
}

func fails(t *testing.T, r Result, want string) {
	t.Helper()
	if r.Err == nil || !strings.Contains(r.Err.Error(), want) {
		t.Errorf("error %v, want %q", r.Err, want)
	}
}

func TestUnchangedIsNotGotAgain(t *testing.T) {
	text := archive(t, 1)
	p := publish(t, func(w http.ResponseWriter, r *http.Request, _ int) { whole(w, r, text, `"1"`) })
	u := update(t.TempDir(), source(p.URL))
	wants(t, run(t, u), text)
	u.Now = today.AddDate(0, 0, 1)
	r := run(t, u)
	wants(t, r, text)
	if r.New != 0 || r.Unchanged != 1 || r.Bytes != 0 || !r.Fetched.Equal(u.Now) {
		t.Errorf("the second time: %+v", r)
	}
	if err := os.Truncate(r.Paths[0], 10); err != nil { // somebody spoils the file: all of it again
		t.Fatal(err)
	}
	wants(t, run(t, u), text)
	text = archive(t, 2)
	r = run(t, u) // the same state by its name, but a server that says so is believed
	if r.Unchanged != 1 {
		t.Errorf("%+v", r)
	}
}

// TestGoesOnWhereItStopped breaks the line after any number of bytes.
func TestGoesOnWhereItStopped(t *testing.T) {
	text := archive(t, 1)
	for _, n := range []int{0, 1, 511, 50_000, len(text) - 1} {
		p := publish(t, func(w http.ResponseWriter, r *http.Request, asked int) {
			if asked == 1 {
				breaksOff(w, text, n, `"1"`)
			}
			whole(w, r, text, `"1"`)
		})
		r := run(t, update(t.TempDir(), source(p.URL)))
		wants(t, r, text)
		if want := fmt.Sprintf("bytes=%d-", n); n > 0 && (len(p.asked) != 2 || p.asked[1].Header.Get("Range") != want || p.asked[1].Header.Get("If-Range") != `"1"`) {
			t.Errorf("after %d bytes it asked %d times, for %q", n, len(p.asked), p.asked[1].Header.Get("Range"))
		}
		if r.Bytes != int64(len(text)) {
			t.Errorf("after %d bytes: %d came over the line, want %d", n, r.Bytes, len(text))
		}
	}
}

// TestNextRunGoesOn ends the first run in the middle.
func TestNextRunGoesOn(t *testing.T) {
	text, broken := archive(t, 1), true
	p := publish(t, func(w http.ResponseWriter, r *http.Request, asked int) {
		switch {
		case broken && asked == 1:
			breaksOff(w, text, 40_000, `"1"`)
		case broken:
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			whole(w, r, text, `"1"`)
		}
	})
	u := update(t.TempDir(), source(p.URL))
	fails(t, run(t, u), "the next run goes on from there")
	broken = false
	r := run(t, u)
	wants(t, r, text)
	if r.Bytes != int64(len(text)-40_000) {
		t.Errorf("%d bytes came over the line the second time", r.Bytes)
	}
}

func TestChangedWhileInterrupted(t *testing.T) {
	old, text := archive(t, 1), archive(t, 2)
	for name, second := range map[string]func(w http.ResponseWriter, r *http.Request){
		"new state":   func(w http.ResponseWriter, r *http.Request) { whole(w, r, text, `"2"`) },
		"no ranges":   func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(text) },
		"wrong range": func(w http.ResponseWriter, r *http.Request) { badRange(w, r, text) },
		"no end": func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Range") == "" {
				whole(w, r, text, `"2"`)
				return
			}
			w.Header().Set("Content-Range", "bytes */10")
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
		},
		"halves that do not fit": func(w http.ResponseWriter, r *http.Request) {
			r.Header.Del("If-Range")
			whole(w, r, text, `"2"`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := publish(t, func(w http.ResponseWriter, r *http.Request, asked int) {
				if asked == 1 {
					w.Header().Set("Repr-Digest", digest(old))
					breaksOff(w, old, 50_000, `"1"`)
				}
				w.Header().Set("Repr-Digest", digest(text))
				second(w, r)
			})
			wants(t, run(t, update(t.TempDir(), source(p.URL))), text)
		})
	}
}

func badRange(w http.ResponseWriter, r *http.Request, text []byte) {
	if r.Header.Get("Range") == "" {
		_, _ = w.Write(text)
		return
	}
	w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-%d/%d", len(text)-1, len(text)))
	w.WriteHeader(http.StatusPartialContent)
	_, _ = w.Write(text)
}

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
}

// TestOldStays gives answers that must not replace what is there.
func TestOldStays(t *testing.T) {
	old, text := archive(t, 1), archive(t, 2)
	for name, c := range map[string]struct {
		serve func(w http.ResponseWriter)
		want  string
	}{
		"page": {func(w http.ResponseWriter) { fmt.Fprint(w, "<!DOCTYPE html><title>Log in</title>") }, "is a page (HTML)"},
		"page unnamed": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/zip")
			fmt.Fprint(w, "\n<HTML>")
		}, "is a page (HTML)"},
		"text":           {func(w http.ResponseWriter) { fmt.Fprint(w, "sorry") }, "is not zip"},
		"empty":          {func(http.ResponseWriter) {}, "is empty"},
		"cut, unsaid":    {func(w http.ResponseWriter) { w.(http.Flusher).Flush(); _, _ = w.Write(text[:50_000]) }, "truncated or damaged"},
		"too long, said": {func(w http.ResponseWriter) { w.Header().Set("Content-Length", "9999999999") }, "more than max_mib"},
		"too long": {func(w http.ResponseWriter) {
			w.(http.Flusher).Flush()
			_, _ = w.Write(make([]byte, 1<<20+1))
		}, "more than max_mib"},
		"digest": {func(w http.ResponseWriter) {
			w.Header().Set("Digest", "SHA-256="+strings.TrimSuffix(digest(old)[9:], ":"))
			_, _ = w.Write(text)
		}, "checksum"},
		"md5": {func(w http.ResponseWriter) {
			sum := md5.Sum(old)
			w.Header().Set("X-Goog-Hash", "crc32c=n03x6A==,md5="+base64.StdEncoding.EncodeToString(sum[:]))
			_, _ = w.Write(text)
		}, "checksum"},
		"forbidden": {func(w http.ResponseWriter) { w.WriteHeader(http.StatusForbidden) }, "403 Forbidden"},
		"busy":      {func(w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) }, "given up after 6 tries"},
		"gone":      {func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) }, "no such file"},
		"odd":       {func(w http.ResponseWriter) { w.WriteHeader(http.StatusNoContent) }, "204 No Content"},
		"unasked":   {func(w http.ResponseWriter) { w.WriteHeader(http.StatusPartialContent); _, _ = w.Write(text) }, "does not go on"},
	} {
		t.Run(name, func(t *testing.T) {
			p := publish(t, func(w http.ResponseWriter, _ *http.Request, n int) {
				if n == 1 {
					_, _ = w.Write(old)
					return
				}
				c.serve(w)
			})
			u := update(t.TempDir(), source(p.URL))
			wants(t, run(t, u), old)
			u.Now = today.AddDate(0, 0, 9)
			r := run(t, u)
			fails(t, r, c.want)
			if !r.Fetched.Equal(today) {
				t.Errorf("the file is said to be of %s", r.Fetched)
			}
			r.Err = nil
			wants(t, r, old)
		})
	}
}

// raw serves bytes that no server library would send.
func raw(t *testing.T, answer string) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 4096))
			_, _ = io.WriteString(c, answer)
			c.Close()
		}
	}()
	return "http://" + l.Addr().String()
}

func TestLyingServers(t *testing.T) {
	text := string(archive(t, 1))
	head := "HTTP/1.1 200 OK\r\nConnection: close\r\n"
	for name, c := range map[string]struct{ answer, want string }{
		"says more":  {head + "Content-Length: 999999\r\n\r\n" + text, "the line broke after"},
		"says less":  {head + "Content-Length: 5000\r\n\r\n" + text, "truncated or damaged"},
		"two truths": {head + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n" + text, "no answer"},
		"no HTTP":    {"SSH-2.0-OpenSSH_9.9\r\n", "no answer"},
		"cut chunk":  {head + "Transfer-Encoding: chunked\r\n\r\nffff\r\nPK\x03\x04", "the line broke after"},
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t, update(t.TempDir(), source(raw(t, c.answer))))
			fails(t, r, c.want)
			if len(r.Paths) > 0 {
				t.Errorf("it left %v", r.Paths)
			}
		})
	}
}

func TestRedirects(t *testing.T) {
	text := archive(t, 1)
	other := publish(t, func(w http.ResponseWriter, r *http.Request, _ int) { whole(w, r, text, `"1"`) })
	otherHost := strings.TrimPrefix(other.URL, "http://")
	to := ""
	p := publish(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		if r.URL.Path == "/here" {
			whole(w, r, text, `"1"`)
			return
		}
		http.Redirect(w, r, to, http.StatusFound)
	})
	s := source(p.URL)
	to = "/here"
	wants(t, run(t, update(t.TempDir(), s)), text)
	to = other.URL + "/all.zip"
	fails(t, run(t, update(t.TempDir(), s)), "to the host "+otherHost)
	to = "http://plain.example/all.zip"
	fails(t, run(t, update(t.TempDir(), s)), "not encrypted")
	to = "/again"
	fails(t, run(t, update(t.TempDir(), s)), "more than 10")
	s.Hosts = []string{otherHost}
	to = other.URL + "/all.zip"
	r := run(t, update(t.TempDir(), s))
	wants(t, r, text)
	if !slices.Equal(r.Redirects, []string{otherHost}) {
		t.Errorf("redirects %v", r.Redirects)
	}
}

func TestTLS(t *testing.T) {
	text := archive(t, 1)
	plain := publish(t, func(w http.ResponseWriter, r *http.Request, _ int) { whole(w, r, text, `"1"`) })
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/down" {
			http.Redirect(w, r, plain.URL, http.StatusFound)
			return
		}
		whole(w, r, text, `"1"`)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	u := update(t.TempDir(), source(server.URL))
	fails(t, run(t, u), "certificate")
	u.client = &client{http: server.Client(), idle: time.Second}
	wants(t, run(t, u), text)
	u.Sources[0].URL = []string{server.URL + "/down"}
	u.Sources[0].Hosts = []string{"127.0.0.1"}
	fails(t, run(t, u), "not encrypted")
}

// TestSlowBodies tells a line that is slow from one that is dead.
func TestSlowBodies(t *testing.T) {
	text := archive(t, 1)
	dead := make(chan struct{})
	p := publish(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
		for i, step := 0, len(text)/10+1; i < len(text); i += step {
			_, _ = w.Write(text[i:min(i+step, len(text))])
			w.(http.Flusher).Flush()
			if r.URL.Path == "/dead" && i > 0 {
				<-dead
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
	})
	defer close(dead)
	u := update(t.TempDir(), source(p.URL))
	u.client = newClient("", 600*time.Millisecond) // less than all of it takes
	wants(t, run(t, u), text)
	u.Sources[0].URL[0] += "/dead"
	fails(t, run(t, u), "nothing came for too long")
}

func TestCompressedOnItsWay(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(`{"vulnerabilities":[]}`)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	cut := false
	p := publish(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		if r.Header.Get("Accept-Encoding") != "identity" {
			t.Errorf("it accepts %q", r.Header.Get("Accept-Encoding"))
		}
		w.Header().Set("Content-Encoding", "gzip") // all the same
		text := b.Bytes()
		if cut {
			text = text[:b.Len()-5]
		}
		_, _ = w.Write(text)
	})
	for _, kind := range []string{kindJSON, kindGzip} {
		s := source(p.URL)
		s.Kind, cut = kind, false
		wants(t, run(t, update(t.TempDir(), s)), b.Bytes())
		cut = true
		fails(t, run(t, update(t.TempDir(), s)), "truncated or damaged")
	}
}

func TestOneSourceDoesNotKeepTheOthers(t *testing.T) {
	text := archive(t, 1)
	p := publish(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		if strings.HasPrefix(r.URL.Path, "/npm") {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		whole(w, r, text, `"1"`)
	})
	nobody := source("http://127.0.0.1:1/all.zip")
	nobody.ID, nobody.Parts, nobody.File = "gone", []string{"a", "b", "c"}, "downloads/gone/{part}.zip"
	parts := source(p.URL + "/{part}/all.zip")
	parts.Parts, parts.File = []string{"PyPI", "npm", "Red Hat"}, "osv-scalibr/{part}/all.zip"
	own := Source{ID: "eol-table", Path: t.TempDir()}
	off := Source{ID: "epss", Off: true}
	results := update(t.TempDir(), nobody, parts, own, off).Run(t.Context())
	if len(results) != 3 {
		t.Fatalf("%d results", len(results))
	}
	fails(t, results[0], "no answer")
	if n := strings.Count(results[0].Err.Error(), "no answer"); n != 1 {
		t.Errorf("a server that is not there was asked for %d files", n)
	}
	fails(t, results[1], "osv-scalibr/npm/all.zip: ")
	if len(results[1].Paths) != 2 || results[1].New != 2 || p.asked[2].URL.Path != "/Red Hat/all.zip" {
		t.Errorf("%+v", results[1])
	}
	if results[2].Err != nil || len(results[2].Paths) != 1 || !results[2].Fetched.IsZero() {
		t.Errorf("%+v", results[2])
	}
}

func TestDaysAndLists(t *testing.T) {
	text := archive(t, 1)
	sum := sha256.Sum256(text)
	list := fmt.Sprintf("%x  other.zip\n%x *2026-11-20.zip\n", sha256.Sum256(nil), sum)
	p := publish(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		switch r.URL.Path {
		case "/2026-11-20.zip":
			whole(w, r, text, `"1"`)
		case "/SHA256SUMS":
			fmt.Fprint(w, list)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	})
	s := source(p.URL + "/{date}.zip")
	s.Checksum = p.URL + "/SHA256SUMS"
	wants(t, run(t, update(t.TempDir(), s)), text)
	list = strings.Replace(list, "*2026", "*2025", 1)
	fails(t, run(t, update(t.TempDir(), s)), "no checksum of 2026-11-20.zip")
	list = fmt.Sprintf("%x\n", sha256.Sum256(nil))
	fails(t, run(t, update(t.TempDir(), s)), "not the published one")
	s.URL = []string{p.URL + "/{date}.none"}
	fails(t, run(t, update(t.TempDir(), s)), "2026-11-19.none")
}

func TestPartsFromAList(t *testing.T) {
	text, list := archive(t, 1), "PyPI\nDebian\nDebian:12\nGIT\n\nRed Hat\n"
	p := publish(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		if r.URL.Path == "/ecosystems.txt" {
			fmt.Fprint(w, list)
			return
		}
		whole(w, r, text, `"1"`)
	})
	s := source(p.URL + "/{part}/all.zip")
	s.File, s.PartsFrom, s.Without = "osv-scalibr/{part}/all.zip", p.URL+"/ecosystems.txt", []string{"GIT"}
	u := update(t.TempDir(), s)
	if r := run(t, u); r.Err != nil || r.New != 3 {
		t.Errorf("%+v", r)
	}
	for bad, want := range map[string]string{"../../etc\n": "no list of parts", "<html>*</html>": "no list of parts", "": "names no part", strings.Repeat("x", 1<<20+1): "more than"} {
		list = bad
		r := run(t, u)
		fails(t, r, want)
		if len(r.Paths) != 3 {
			t.Errorf("%d files of before are left", len(r.Paths))
		}
	}
}
