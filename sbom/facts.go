package sbom

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// What the formats that speak of facts about products have in common: the
// spelling of details, peers and times, and the certain look at the head of a
// JSON document.

// maxFact is the length up to which one value is shown in a detail, in bytes.
const maxFact = 512

// factDetail writes pairs of a key and a value as "key=value; key=value" and leaves
// out the keys without a value. Values come from foreign hosts and documents: one
// that could be taken for several pairs is quoted.
func factDetail(pairs ...string) string {
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		value := strings.TrimSpace(pairs[i+1])
		if value == "" {
			continue
		}
		if len(value) > maxFact {
			value = strings.ToValidUTF8(value[:maxFact], "") + "..."
		}
		if strings.ContainsFunc(value, endsPair) {
			value = strconv.Quote(value)
		}
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		b.WriteString(pairs[i] + "=" + value)
	}
	return b.String()
}

func endsPair(r rune) bool { return r == ';' || r == '"' || unicode.IsControl(r) }

// peerName names whom a device talks to and over what: "update.example.com
// 443/tcp". Observed and declared peers are spelled alike, ports as a scan of
// ports spells them.
func peerName(host, ports, protocol string) string {
	return strings.TrimSpace(host + " " + portName(ports, protocol))
}

// portName is "443/tcp", or what of it is known.
func portName(ports, protocol string) string {
	if ports == "" {
		return protocol
	}
	if protocol == "" {
		return ports
	}
	return ports + "/" + protocol
}

// countText writes a count; none is empty.
func countText(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// unixTime returns seconds since 1970 as RFC 3339, or empty when it is no time
// of the years that a record can be from.
func unixTime(seconds float64) string {
	if !(seconds > 0 && seconds < maxUnixTime) {
		return ""
	}
	whole := int64(seconds)
	return time.Unix(whole, int64((seconds-float64(whole))*1e6)*1000).UTC().Format(time.RFC3339)
}

// maxUnixTime is the end of the year 9999, the last that RFC 3339 can write.
const maxUnixTime = 253402300800

// errSeen ends the look at the head of a document: enough was seen.
var errSeen = errors.New("seen")

// lookAtJSON walks the members of a JSON object as far as the head goes, until
// member returns an error. What is broken or cut off is left to the reader.
func lookAtJSON(head []byte, member func(j *jsonTokens, key string) error) {
	if !bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("{")) {
		return
	}
	j := newJSONTokens(bytes.NewReader(head), Options{Lenient: true}.withDefaultLimits(), func(string, string) {})
	_ = j.object(func(key []byte) error { return member(j, string(key)) })
}

// withDefaultLimits is withDefaults without the formats, for use by Detect.
func (o Options) withDefaultLimits() Options {
	o.Formats = []Format{}
	return o.withDefaults()
}

// isInventoryKey reports whether a top-level key says that a JSON document is a
// bill of materials, whatever else it holds.
func isInventoryKey(key string) bool {
	switch key {
	case "bomFormat", "spdxVersion", "SPDXID", "@graph":
		return true
	}
	return false
}

// heldJSON walks a document of which the reader holds much until the end, because
// what explains the rest may come last.
func heldJSON(src *Stream, f *faults) *jsonTokens {
	return newJSONTokens(&heldReader{r: src.Reader, left: maxHeld}, src.Options, func(pointer, reason string) {
		f.add("value of the wrong type, or given twice", pointer, reason)
	})
}

// heldReader stops a document that is too large to be held.
type heldReader struct {
	r    io.Reader
	left int64
}

func (h *heldReader) Read(p []byte) (int, error) {
	if h.left <= 0 {
		return 0, fmt.Errorf("larger than %d bytes, which a document of this format may not be: give it in parts", maxHeld)
	}
	n, err := h.r.Read(p)
	h.left -= int64(n)
	return n, err
}

// jsonDocument reads a document that must be an object.
func jsonDocument(j *jsonTokens, member func(key []byte) error) error {
	if kind := j.kind(); kind != '{' {
		if err := j.skip(); err != nil {
			return err
		}
		return errors.New("the document is " + jsonKindName(kind) + ", expected an object")
	}
	if err := j.object(member); err != nil {
		return err
	}
	return j.end()
}

// scalarText reads a string, number or boolean as it is written; anything else,
// null among it, is passed over and empty. It is for places where tools write
// values of several types, or none.
func scalarText(j *jsonTokens) (string, error) {
	switch j.kind() {
	case '"':
		return j.string()
	case '0':
		return j.number()
	case 't', 'f':
		raw, err := j.scalar()
		return string(raw), err
	}
	return "", j.skip()
}

// textList reads a list of strings. One string counts as a list of one.
func textList(j *jsonTokens) (list []string, err error) {
	if j.kind() == '"' {
		text, err := j.string()
		return []string{text}, err
	}
	err = j.array(func(int) error {
		text, err := j.string()
		if text != "" && len(list) < maxListed {
			list = append(list, text)
		}
		return err
	})
	return list, err
}

// factBudget bounds what a document may make a reader hold or yield.
type factBudget struct{ left, limit int }

func newFactBudget(opt Options) factBudget {
	return factBudget{opt.MaxComponents, opt.MaxComponents}
}

func (b *factBudget) take(n int) error {
	if b.left -= n; b.left < 0 {
		return fmt.Errorf("more than %d entries in one document: raise --max-components to read it", b.limit)
	}
	return nil
}
