package sbom

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/netvet/netvet"
)

func zeekLog() Format {
	return Format{
		Name:   "zeek",
		Title:  "Zeek logs: connections, DNS, TLS, software, known hosts and services, certificates, protocols; TSV and JSON lines",
		Expect: "a Zeek log (TSV with #fields, or JSON lines)",
		Detect: detectZeek,
		Read:   readZeek,
	}
}

// detectZeek takes every log in TSV, so that one of another kind is named, and
// lines of JSON that have what all records of Zeek have, or are of a log of what is
// known of hosts.
func detectZeek(s Sample) float64 {
	has := func(word string) bool { return bytes.Contains(s.Head, []byte(word)) }
	switch {
	case bytes.HasPrefix(s.Head, []byte("#separator ")) && has("\n#fields") && has("\n#path"),
		bytes.HasPrefix(s.Head, []byte("#fields\tts\tuid\tid.orig_h\t")):
		return 1
	}
	line, _, _ := bytes.Cut(bytes.TrimLeft(s.Head, " \t\r\n"), []byte("\n"))
	if !bytes.HasPrefix(line, []byte("{")) || !bytes.Contains(line, []byte(`"ts"`)) {
		return 0
	}
	r := zeekReader{src: &Stream{Options: Options{Lenient: true}.withDefaultLimits()}}
	row, err := r.zeekRowOf(line)
	if _, timed := zeekTime(row["ts"]); err != nil || !timed {
		return 0
	}
	conversation := row["id.orig_h"] != "" && row["id.resp_h"] != "" && (row["uid"] != "" || row["_path"] != "")
	known := zeekPathOfFields(func(field string) bool { return row[field] != "" }) != "" && (row["host"] != "" || row["uid"] != "" || row["certificate.subject"] != "" || row["mac"] != "")
	return boolSure(conversation || known || row["_path"] != "" && (row["_write_ts"] != "" || row["host"] != ""))
}

// decodeLine reads one line of JSON.
func decodeLine(line []byte, opt Options, out any) error {
	return decodeJSON(&Stream{Reader: bytes.NewReader(line), Options: opt}, out)
}

// zeekRecord is one record of a log, as far as it is used. Times and ports come
// as numbers or as text.
type zeekRecord struct {
	Path     string `json:"_path"`
	TS       any    `json:"ts"`
	From     string `json:"id.orig_h"`
	To       string `json:"id.resp_h"`
	Port     any    `json:"id.resp_p"`
	Duration any    `json:"duration"`

	Protocol string `json:"proto"` // conn, dns
	Service  string `json:"service"`
	State    string `json:"conn_state"`
	Sent     any    `json:"orig_bytes"`
	Received any    `json:"resp_bytes"`

	Query    string `json:"query"` // dns
	Type     string `json:"qtype_name"`
	Code     string `json:"rcode_name"`
	Answers  any    `json:"answers"`
	ID       any    `json:"trans_id"`
	Rejected any    `json:"rejected"`

	Version     string `json:"version"` // ssl
	Cipher      string `json:"cipher"`
	Server      string `json:"server_name"`
	Established any    `json:"established"`
	Subject     string `json:"subject"`
	Issuer      string `json:"issuer"`
	Validation  string `json:"validation_status"`
}

// path tells which log a record is from.
func (r *zeekRecord) path() string {
	switch {
	case isZeekPath(r.Path):
		return r.Path
	case r.Path != "":
	case r.State != "":
		return "conn"
	case r.ID != nil && r.Protocol != "", r.Query != "" && r.Rejected != nil:
		return "dns"
	case r.Established != nil:
		return "ssl"
	}
	return ""
}

// isZeekPath tells the logs that are read.
func isZeekPath(path string) bool { return path == "conn" || path == "dns" || path == "ssl" }

// zeekFlow is what all records of one source, destination and port have in
// common, or all queries of one source for one name.
type zeekFlow struct {
	observation                         netvet.Observation
	count, answered, refused            int64
	sent, received                      int64
	from, to                            float64 // seconds since 1970
	servers, services, answers, ciphers []string
	issuers, subjects, validations      []string
}

type zeekKey struct{ kind, from, to string }

const (
	// maxFlows bounds what is told apart in one log, so that a log of a scan
	// costs no more than this many observations.
	maxFlows = 100_000
	// maxWordsOfFlow bounds each list of what was seen in a flow.
	maxWordsOfFlow = 8
)

type zeekReader struct {
	src    *Stream
	faults *faults
	flows  map[zeekKey]*zeekFlow
	order  []*zeekFlow
	left   zeekFlow // counts the records of flows beyond the bound
	lines  int

	separator, setSeparator, empty, unset string
	tsv                                   string // path, of a log in TSV
	fields                                []string
}

func readZeek(ctx context.Context, src *Stream, emit func(Record) error) (Info, error) {
	r := &zeekReader{src: src, faults: newFaults(emit), flows: make(map[zeekKey]*zeekFlow), separator: "\t", setSeparator: ",", empty: "(empty)", unset: "-"}
	if err := r.read(ctx); err != nil {
		return Info{}, err
	}
	for _, flow := range r.order {
		if err := emit(Observation{flow.finish()}); err != nil {
			return Info{}, err
		}
	}
	if n := r.left.count; n > 0 {
		r.faults.gap("", fmt.Sprintf("%d records from %s to %s are not told apart: the log has more than %d pairs of hosts, names and ports; give it in parts",
			n, unixTime(r.left.from), unixTime(r.left.to), maxFlows))
	}
	if len(r.order) == 0 && len(r.faults.kinds) == 0 {
		r.faults.gap("", "the log holds no records")
	}
	note := fmt.Sprintf("%d lines; equal flows are one observation with their count", r.lines)
	return Info{Notes: []string{note}}, r.faults.finish()
}

func (r *zeekReader) read(ctx context.Context) error {
	lines := bufio.NewReaderSize(r.src.Reader, headSize)
	for {
		line, err := r.line(lines)
		if err != nil && err != io.EOF {
			return err
		}
		if len(line) > 0 {
			r.take(line)
		}
		if r.faults.err != nil {
			return r.faults.err
		}
		if len(line) > 0 || err == nil {
			r.lines++
		}
		if err == io.EOF {
			return nil
		}
		if r.lines%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// line reads the next line without its end. It is valid until the next.
func (r *zeekReader) line(lines *bufio.Reader) ([]byte, error) {
	line, err := lines.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		long := bytes.Clone(line)
		for errors.Is(err, bufio.ErrBufferFull) {
			line, err = lines.ReadSlice('\n')
			if long = append(long, line...); len(long) > r.src.Options.MaxString {
				return nil, fmt.Errorf("line %d is longer than %d bytes", r.lines+1, r.src.Options.MaxString)
			}
		}
		line = long
	}
	return bytes.TrimRight(line, "\r\n"), err
}

func (r *zeekReader) take(line []byte) {
	var record zeekRecord
	path := ""
	switch {
	case line[0] == '#':
		r.header(string(line))
		return
	case r.fields != nil:
		if r.tsv != "" && !isZeekPath(r.tsv) {
			r.otherLine(string(line))
			return
		}
		if !r.row(string(line), &record) {
			return
		}
		if path = r.tsv; path == "" {
			path = record.path()
		}
	default:
		if len(bytes.TrimSpace(line)) == 0 {
			return
		}
		if err := decodeLine(line, r.src.Options, &record); err != nil {
			r.nested(line, err) // of another log a field may be of another type
			return
		}
		if path = record.path(); path == "" || record.From == "" {
			r.nested(line, nil)
			return
		}
	}
	r.add(path, &record)
}

// nested reads a line of JSON of another log, or of one whose fields are nested. A
// misfit is what keeps it from being a plain record of connections, DNS or TLS.
func (r *zeekReader) nested(line []byte, misfit error) {
	row, err := r.zeekRowOf(line)
	if err != nil {
		r.fault("line that is no record", "the line is no JSON record: "+err.Error())
		return
	}
	var record zeekRecord
	for field, cell := range row {
		r.cell(&record, field, cell)
	}
	record.Path = row["_path"]
	if path := record.path(); path != "" && record.From != "" {
		if misfit != nil {
			r.fault("line that is no record", "the line is no JSON record: "+misfit.Error())
			return
		}
		r.add(path, &record)
		return
	}
	path := cmp.Or(row["_path"], zeekPathOfFields(func(field string) bool { return row[field] != "" }))
	if path == "" { // the name of the file is that of the log
		path, _, _ = strings.Cut(filepath.Base(r.src.Name), ".")
	}
	if zeekAside(path) {
		r.fault("log of another kind", fmt.Sprintf("a log of kind %q says nothing of hosts: not read", short(path)))
		return
	}
	r.other(path, row)
}

// otherLine reads a line in TSV of another log.
func (r *zeekReader) otherLine(line string) {
	if zeekAside(r.tsv) {
		return // said once, at the header
	}
	cells, ok := r.cells(line)
	if !ok {
		return
	}
	row := make(zeekRow, len(cells))
	for i, cell := range cells {
		if cell != r.unset && cell != r.empty {
			row[r.fields[i]] = cell
		}
	}
	r.other(r.tsv, row)
}

func (r *zeekReader) fault(kind, reason string) {
	r.faults.add(kind, r.place(), reason)
}

func (r *zeekReader) place() string { return "line " + strconv.Itoa(r.lines+1) }

// header reads a line that begins with "#". Logs that were joined have several
// headers.
func (r *zeekReader) header(line string) {
	if value, ok := strings.CutPrefix(line, "#separator "); ok {
		if text, err := strconv.Unquote(`"` + value + `"`); err == nil && text != "" {
			r.separator = text
		}
		return
	}
	name, value, _ := strings.Cut(line, r.separator)
	switch name {
	case "#set_separator":
		r.setSeparator = value
	case "#empty_field":
		r.empty = value
	case "#unset_field":
		r.unset = value
	case "#path":
		r.tsv, r.fields = value, nil
		if zeekAside(value) {
			r.fault("log of another kind", fmt.Sprintf("a log of kind %q says nothing of hosts: not read", short(value)))
		}
	case "#fields":
		r.fields = strings.Split(value, r.separator)
	}
}

// row reads a line of a log in TSV.
func (r *zeekReader) row(line string, record *zeekRecord) bool {
	cells, ok := r.cells(line)
	if !ok {
		return false
	}
	for i, cell := range cells {
		if cell == r.unset || cell == r.empty {
			continue
		}
		r.cell(record, r.fields[i], cell)
	}
	return true
}

// cells splits a line of a log in TSV.
func (r *zeekReader) cells(line string) ([]string, bool) {
	cells := strings.Split(line, r.separator)
	if len(cells) != len(r.fields) {
		r.fault("line of another length", fmt.Sprintf("the line has %d fields, the header names %d", len(cells), len(r.fields)))
		return nil, false
	}
	return cells, true
}

func (r *zeekReader) cell(record *zeekRecord, field, cell string) {
	switch field {
	case "ts":
		record.TS = cell
	case "id.orig_h":
		record.From = cell
	case "id.resp_h":
		record.To = cell
	case "id.resp_p":
		record.Port = cell
	case "duration":
		record.Duration = cell
	case "proto":
		record.Protocol = cell
	case "service":
		record.Service = cell
	case "conn_state":
		record.State = cell
	case "orig_bytes":
		record.Sent = cell
	case "resp_bytes":
		record.Received = cell
	case "query":
		record.Query = cell
	case "qtype_name":
		record.Type = cell
	case "rcode_name":
		record.Code = cell
	case "trans_id":
		record.ID = cell
	case "rejected":
		record.Rejected = cell
	case "answers":
		var list []any
		for _, answer := range strings.Split(cell, r.setSeparator) {
			list = append(list, answer)
		}
		record.Answers = list
	case "version":
		record.Version = cell
	case "cipher":
		record.Cipher = cell
	case "server_name":
		record.Server = cell
	case "established":
		record.Established = cell
	case "subject":
		record.Subject = cell
	case "issuer":
		record.Issuer = cell
	case "validation_status":
		record.Validation = cell
	}
}

// add counts a record to its flow.
func (r *zeekReader) add(path string, record *zeekRecord) {
	at, timed := zeekTime(record.TS)
	switch {
	case path == "":
		r.fault("record of another kind", "the record is of no conn, dns or ssl log")
		return
	case record.From == "" || record.To == "":
		r.fault("record without a host", "the record has no id.orig_h or no id.resp_h: who talked to whom is not known")
		return
	case !timed:
		r.fault("record without a time", fmt.Sprintf("ts is %q, which is no time", short(fmt.Sprint(record.TS))))
		return
	}
	port, ok := zeekPort(record.Port)
	if !ok {
		r.fault("record without a port", fmt.Sprintf("id.resp_p is %q, expected a port", short(fmt.Sprint(record.Port))))
		return
	}
	o := netvet.Observation{Target: record.From, Source: "zeek " + path, Pointer: r.place()}
	if strings.HasPrefix(record.Protocol, "icmp") {
		port = "" // the field holds the code of the message
	}
	switch path {
	case "conn":
		o.Kind, o.Name = "peer", peerName(record.To, port, record.Protocol)
	case "dns":
		if record.Query == "" {
			r.fault("query without a name", "the record names nothing that was asked for")
			return
		}
		o.Kind, o.Name = "dns", strings.ToLower(record.Query) // some resolvers vary the case as a guard
	case "ssl":
		o.Kind, o.Name = "tls", peerName(serverOr(record.Server, record.To), port, "")
	}
	if len(o.Name) > maxFact || len(o.Target) > maxFact {
		r.fault("overlong name", fmt.Sprintf("a host or name of more than %d bytes", maxFact))
		return
	}
	flow := r.flow(o, record.To)
	flow.see(at, at+zeekSeconds(record.Duration))
	flow.take(path, record, peerName(record.To, port, record.Protocol))
}

func serverOr(server, address string) string {
	if server == "" {
		return address
	}
	return strings.ToLower(server)
}

// flow finds the flow that an observation belongs to. The same name at several
// servers of DNS is one flow, at several servers of TLS it is not.
func (r *zeekReader) flow(o netvet.Observation, server string) *zeekFlow {
	key := zeekKey{o.Kind, o.Target, o.Name}
	if o.Kind == "tls" || o.Detail != "" { // what another log says is told apart
		key.to += " " + server
	}
	flow := r.flows[key]
	if flow == nil {
		if len(r.order) >= maxFlows {
			return &r.left
		}
		o.Target, o.Name = strings.Clone(o.Target), strings.Clone(o.Name) // not the whole line
		flow = &zeekFlow{observation: o}
		r.flows[zeekKey{o.Kind, o.Target, o.Name + strings.Clone(key.to[len(o.Name):])}] = flow
		r.order = append(r.order, flow)
	}
	return flow
}

// see widens the time in which the flow was seen.
func (f *zeekFlow) see(from, to float64) {
	if f.count == 0 || from < f.from {
		f.from = from
	}
	f.to = max(f.to, to)
	f.count++
}

func (f *zeekFlow) take(path string, record *zeekRecord, server string) {
	switch path {
	case "conn":
		if hasAnswer(record.State) {
			f.answered++
		}
		f.sent, f.received = addBytes(f.sent, record.Sent), addBytes(f.received, record.Received)
		addWord(&f.services, record.Service)
	case "dns":
		addWord(&f.servers, server)
		addWord(&f.services, record.Type)
		if record.Code == "NOERROR" {
			f.answered++
		} else if record.Code != "" {
			f.refused++
		}
		answers, _ := record.Answers.([]any)
		for _, answer := range answers {
			if text, ok := answer.(string); ok {
				addWord(&f.answers, text)
			}
		}
	case "ssl":
		if established := fmt.Sprint(record.Established); established == "true" || established == "T" {
			f.answered++
		}
		addWord(&f.servers, server)
		addWord(&f.services, record.Version)
		addWord(&f.ciphers, record.Cipher)
		addWord(&f.subjects, record.Subject)
		addWord(&f.issuers, record.Issuer)
		addWord(&f.validations, record.Validation)
	}
}

// hasAnswer tells from the state of a connection whether the other side took
// part in it (Zeek, base/protocols/conn).
func hasAnswer(state string) bool {
	switch state {
	case "SF", "S1", "S2", "S3", "RSTO", "RSTR", "RSTRH", "SHR":
		return true
	}
	return false
}

// finish describes the flow.
func (f *zeekFlow) finish() netvet.Observation {
	o := f.observation
	o.From, o.To = unixTime(f.from), unixTime(f.to)
	count := strconv.FormatInt(f.count, 10)
	if o.Detail != "" {
		o.Detail += "; count=" + count
		return o
	}
	answered := strconv.FormatInt(f.answered, 10)
	join := func(list []string) string { return strings.Join(list, ", ") }
	switch o.Kind {
	case "peer":
		o.Detail = factDetail("direction", fromDevice, "count", count, "answered", answered, "service", join(f.services), "sent", countText(f.sent), "received", countText(f.received))
	case "dns":
		o.Detail = factDetail("count", count, "answered", answered, "failed", countText(f.refused), "types", join(f.services), "answers", join(f.answers), "server", join(f.servers))
	case "tls":
		o.Detail = factDetail("count", count, "established", answered, "server", join(f.servers), "version", join(f.services), "cipher", join(f.ciphers),
			"subject", join(f.subjects), "issuer", join(f.issuers), "validation", join(f.validations))
	}
	return o
}

// addWord adds to a short list what it does not have yet. One more stands for
// all that it has no room for.
func addWord(list *[]string, word string) {
	if word == "" || len(*list) > maxWordsOfFlow || slices.Contains(*list, word) {
		return
	}
	if len(*list) == maxWordsOfFlow {
		word = "..."
	}
	*list = append(*list, strings.Clone(word[:min(len(word), maxFact)]))
}

// leastMilliseconds tells milliseconds, which a log may have instead of seconds:
// as seconds it is the year 5138, as milliseconds 1973.
const leastMilliseconds = 1e11

// zeekTime reads seconds or milliseconds since 1970, or a time as in RFC 3339.
func zeekTime(value any) (float64, bool) {
	seconds, ok := value.(float64)
	if text, isText := value.(string); isText {
		if at, err := time.Parse(time.RFC3339, text); err == nil {
			return float64(at.UnixMicro()) / 1e6, true
		}
		parsed, err := strconv.ParseFloat(text, 64)
		seconds, ok = parsed, err == nil
	}
	if seconds >= leastMilliseconds {
		seconds /= 1000
	}
	return seconds, ok && unixTime(seconds) != ""
}

func zeekSeconds(value any) float64 {
	seconds, _ := zeekNumber(value)
	if seconds > 0 && seconds < maxUnixTime {
		return seconds
	}
	return 0
}

func zeekNumber(value any) (float64, bool) {
	switch v := value.(type) {
	case float64:
		return v, true
	case string:
		n, err := strconv.ParseFloat(v, 64)
		return n, err == nil && !math.IsNaN(n)
	}
	return 0, false
}

// zeekPort reads a port; 0 is that of protocols without ports.
func zeekPort(value any) (string, bool) {
	n, ok := zeekNumber(value)
	if !ok || n != math.Trunc(n) || n < 0 || n > math.MaxUint16 {
		return "", false
	}
	return strconv.Itoa(int(n)), true
}

// addBytes adds a count of bytes; one that cannot be is left out.
func addBytes(sum int64, value any) int64 {
	n, ok := zeekNumber(value)
	if !ok || n < 0 || n > math.MaxInt64/4 || sum > math.MaxInt64/4 {
		return sum
	}
	return sum + int64(n)
}
