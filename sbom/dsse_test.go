package sbom

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func FuzzDSSE(f *testing.F) {
	fuzzFormat(f, dsseFormat(), `{"_type":"x","predicateType":"y","predicate":{"bomFormat":"CycloneDX","specVersion":"1.6"}}`)
}

const (
	attestedBOM = `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"zl\u00edb?>>"}]}`
	signatures  = `,"signatures":[{"keyid":"","sig":"MEUC"}]`
)

func statementText(predicate string) string {
	return `{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://cyclonedx.org/bom","predicate":` + predicate + `}`
}

func envelopeText(payload, rest string) string {
	return `{"payload":"` + payload + `","payloadType":"application/vnd.in-toto+json"` + rest + `}`
}

// TestEnvelopes reads one bill of materials in the wrappings there are.
func TestEnvelopes(t *testing.T) {
	statement := statementText(attestedBOM)
	standard := base64.StdEncoding.EncodeToString([]byte(statement))
	if !strings.ContainsAny(standard, "+/") {
		t.Fatal("the text does not show the difference between the alphabets")
	}
	escaped := strings.NewReplacer("/", `\/`, "+", `\u002b`, "=", `\u003D`).Replace(standard)
	tests := []struct {
		name, text string
		signed     bool
	}{
		{"statement", statement, false},
		{"statement, predicate first", `{"predicate":` + attestedBOM + `,"predicateType":"x","_type":"y"}`, false},
		{"statement, wrapped predicate", statementText(`{"Timestamp":"t","Data":` + attestedBOM + `}`), false},
		{"statement, predicate as text", statementText(fmt.Sprintf("%q", attestedBOM)), false},
		{"envelope", envelopeText(standard, signatures), true},
		{"envelope, URL alphabet", envelopeText(base64.RawURLEncoding.EncodeToString([]byte(statement)), signatures), true},
		{"envelope, escapes", envelopeText(escaped, signatures), true},
		{"envelope, other order", `{"signatures":[{}],"payloadType":"x", "payload" :` + "\n" + `"` + standard + `"}`, true},
		{"envelope around the document itself", envelopeText(base64.StdEncoding.EncodeToString([]byte(attestedBOM)), signatures), true},
		{"bundle", `{"mediaType":"m","dsseEnvelope":` + envelopeText(standard, signatures) + `,"verificationMaterial":{"payload":["]}"]}}`, true},
		{"two", envelopeText(standard, signatures) + "\n" + envelopeText(standard, signatures) + "\n", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, pieces := range []bool{false, true} {
				in := textInput("att.json", test.text)
				if pieces {
					in.Open = slowly([]byte(test.text))
				}
				got := readInput(t, in, Options{})
				if got.Error != "" || got.Format != "in-toto" || len(got.Gaps) > 0 {
					t.Fatalf("%s: %s %v", got.Format, got.Error, got.Gaps)
				}
				for _, p := range got.Products {
					if len(p.Components) != 1 || p.Components[0].Name != "zlíb?>>" || p.Product.BOM.Signed != test.signed {
						t.Errorf("read %+v", p)
					}
				}
			}
		})
	}
}

func TestEnvelopesRefused(t *testing.T) {
	code := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	statement := statementText(attestedBOM)
	inner := envelopeText(code(statement), signatures)
	tests := []struct{ name, text, want string }{
		{"inside another", envelopeText(code(inner), signatures), "an envelope inside another is not read"},
		{"inside a predicate", envelopeText(code(statementText(inner)), signatures), "an envelope inside another is not read"},
		{"no signature", envelopeText(code(statement), ""), "the envelope has no signature"},
		{"empty signatures", envelopeText(code(statement), `,"signatures":[]`), "the envelope has no signature"},
		{"signatures inside do not count", envelopeText(code(`{"_type":"x","predicateType":"y","predicate":`+attestedBOM+signatures+`}`), ""), "the envelope has no signature"},
		{"not base64", envelopeText("e30*", signatures), "illegal base64 data"},
		{"payload no text", `{"payload":{},"payloadType":"x","signatures":[{}]}`, "/payload is no string"},
		{"cut off", envelopeText(code(statement), signatures)[:90], "cut off"},
		{"payload cut off", envelopeText(code(statement[:len(statement)-9]), signatures), "cut off"},
		{"payload twice", `{"payload":"","payload":"","payloadType":"x"}`, "given twice"},
		{"another predicate", envelopeText(code(`{"_type":"x","predicateType":"https://slsa.dev/provenance/v1","predicate":{}}`), signatures),
			`what it holds is not read: this is JSON of no known format (predicate of type "https://slsa.dev/provenance/v1")`},
		{"no predicate", `{"_type":"x","predicateType":"y","subject":[]}`, "nothing to read"},
		{"more behind the predicate", envelopeText(code(statementText(attestedBOM+"{}")), signatures), "at byte"},
		{"a broken second", inner + "\n{", "envelope 2: "},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			opt := Options{}
			opt.Format = "in-toto"
			got := readInput(t, textInput("bad", test.text), opt)
			if !strings.Contains(got.Error, test.want) {
				t.Errorf("error %q does not say %q", got.Error, test.want)
			}
			for _, p := range got.Products {
				if p.ended && len(got.Products) == 1 && !strings.Contains(test.name, "second") {
					t.Error("a product ends in spite of the error")
				}
			}
		})
	}
}

// TestEnvelopeOfAnySize reads a payload that is longer than any string may be.
func TestEnvelopeOfAnySize(t *testing.T) {
	const parts = 200_000
	text := func() io.Reader {
		bom, to := io.Pipe()
		go func() {
			payload := base64.NewEncoder(base64.StdEncoding, to)
			w := bufio.NewWriter(payload)
			fmt.Fprint(w, `{"_type":"x","predicateType":"y","predicate":{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"device","name":"p"}},"components":[`)
			for i := range parts {
				fmt.Fprintf(w, `{"type":"library","name":"part-%d"},`, i)
			}
			fmt.Fprint(w, `{"type":"library","name":"last"}]}}`)
			w.Flush()
			payload.Close()
			to.Close()
		}()
		return io.MultiReader(strings.NewReader(`{"payload":"`), bom, strings.NewReader(`","payloadType":"x","signatures":[{}]}`))
	}
	in := Input{Name: "att", Open: func() (io.ReadCloser, error) { return io.NopCloser(iotest.HalfReader(text())), nil }}
	got := readInput(t, in, Options{})
	if got.Error != "" || got.Counts["components"] != parts+1 {
		t.Errorf("%d components: %s", got.Counts["components"], got.Error)
	}
}
