package sbom

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"

	"github.com/netvet/netvet"
)

// masscan reads what Masscan writes as JSON (-oJ) or JSON lines (-oD). Its XML is
// that of Nmap.
func masscan() Format {
	return Format{
		Name:   "masscan",
		Title:  "Masscan, JSON and JSON lines",
		Expect: `Masscan JSON (records with "ip", "timestamp" and "ports")`,
		Detect: detectMasscan,
		Read:   readMasscan,
	}
}

var masscanRecord = regexp.MustCompile(`^\s*\[?[\s,]*\{\s*"ip"\s*:\s*"[0-9a-fA-F.:]+"\s*,\s*"timestamp"\s*:`)

func detectMasscan(s Sample) float64 {
	return boolSure(masscanRecord.Match(s.Head) && (bytes.Contains(s.Head, []byte(`"ports"`)) || bytes.Contains(s.Head, []byte(`"proto"`))))
}

// readMasscan reads one record a line. The array around them is not always valid:
// old versions end its last record with a comma, and a stopped scan does not end it.
func readMasscan(ctx context.Context, src *Stream, emit func(Record) error) (Info, error) {
	f := newFaults(emit)
	lines := bufio.NewScanner(src.Reader)
	lines.Buffer(nil, src.Options.withDefaultLimits().MaxString)
	seen, finished := 0, true
	for n := 1; lines.Scan(); n++ {
		line := bytes.TrimSpace(lines.Bytes())
		switch string(line) {
		case "[":
			finished = false
			continue
		case "]":
			finished = true
			continue
		case "", ",", "[]":
			continue
		}
		line = bytes.Trim(line, ", \t")
		place := "line " + strconv.Itoa(n)
		j := newJSONTokens(bytes.NewReader(bytes.TrimPrefix(line, []byte("["))), src.Options, func(string, string) {})
		v, err := j.held()
		if err == nil {
			err = j.end()
		}
		if err != nil {
			f.add("line that is no record", place, "the line is no record of Masscan: "+err.Error())
			continue
		}
		if v.has("finished") {
			continue
		}
		for _, o := range masscanPorts(v, place) {
			seen++
			if err := emit(Observation{o}); err != nil {
				return Info{}, err
			}
		}
		if f.err != nil || ctx.Err() != nil {
			return Info{}, errors.Join(f.err, ctx.Err())
		}
	}
	if err := lines.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) || errors.Is(err, io.ErrUnexpectedEOF) {
			return Info{}, fmt.Errorf("a line longer than --max-string allows: %w", err)
		}
		return Info{}, err
	}
	if !finished {
		f.add("unfinished scan", "", "the list does not end: hosts or ports may be missing")
	}
	if seen == 0 && len(f.kinds) == 0 {
		f.add("no open ports", "", "the scan saw no open port")
	}
	return Info{}, f.finish()
}

// masscanPorts are the open ports of a record: a list of them, or in JSON lines one.
func masscanPorts(v jsonValue, place string) []netvet.Observation {
	ports := v.list("ports")
	if !v.has("ports") {
		ports = []jsonValue{v}
	}
	seconds, _ := strconv.ParseFloat(v.text("timestamp"), 64)
	at := unixTime(seconds)
	var found []netvet.Observation
	for _, port := range ports {
		data, service := port.get("data"), port.get("service")
		state := port.first("status")
		if state == "" {
			state = data.first("status")
		}
		name := service.text("name")
		if name == "" {
			name = data.text("service_name")
		}
		banner := service.text("banner")
		if banner == "" {
			banner = data.text("banner")
		}
		if state != "open" && (state != "" || name == "") || port.text("port") == "" {
			continue
		}
		found = append(found, netvet.Observation{Target: v.text("ip"), Kind: "port", Name: portName(port.text("port"), port.text("proto")), Source: "masscan", From: at, To: at,
			Pointer: place, Detail: factDetail("service", name, "banner", banner, "reason", port.text("reason"))})
	}
	return found
}
