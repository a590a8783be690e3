package main

import (
	"crypto/sha256"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// publish DIR starts a server of a folder. PUBLISHER is its address, and what
// the files of the working directory say of $PUBLISHER is filled in.
func publish(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: publish folder")
	}
	server := httptest.NewServer(files(ts.MkAbs(args[0])))
	ts.Defer(server.Close)
	fillIn(ts, "$PUBLISHER", server.URL)
}

// publish-behind-proxy DIR starts a server of a folder for https://example.com,
// which can only be reached by a proxy, and has the program trust it.
func publishBehindProxy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: publish-behind-proxy folder")
	}
	server := httptest.NewTLSServer(files(ts.MkAbs(args[0])))
	ts.Defer(server.Close)
	proxy := httptest.NewServer(tunnelTo(server.Listener.Addr().String()))
	ts.Defer(proxy.Close)
	cert := ts.MkAbs("publisher.pem")
	ts.Check(os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o644))
	ts.Setenv("SSL_CERT_FILE", cert)
	ts.Setenv("HTTPS_PROXY", proxy.URL)
	fillIn(ts, "$PUBLISHER", "https://example.com")
}

// files serves a folder and tells states of a file apart by their content: files
// of a test are written in one second.
func files(dir string) http.HandlerFunc {
	server := http.FileServer(http.Dir(dir))
	return func(w http.ResponseWriter, r *http.Request) {
		if text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(r.URL.Path))); err == nil {
			w.Header().Set("ETag", fmt.Sprintf(`"%x"`, sha256.Sum256(text)))
		}
		server.ServeHTTP(w, r)
	}
}

// tunnelTo is a proxy that leads to one server, whatever is asked for.
func tunnelTo(address string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.Host != "example.com:443" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		there, err := net.Dial("tcp", address)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer there.Close()
		here, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer here.Close()
		_, _ = io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(there, here) }()
		_, _ = io.Copy(here, there)
	}
}

// fillIn replaces a word in the YAML files of the working directory.
func fillIn(ts *testscript.TestScript, word, by string) {
	files, err := filepath.Glob(ts.MkAbs("*.yaml"))
	ts.Check(err)
	for _, name := range files {
		text, err := os.ReadFile(name)
		ts.Check(err)
		ts.Check(os.WriteFile(name, []byte(strings.ReplaceAll(string(text), word, by)), 0o644))
	}
}
