package kit

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

const bucketEPSS = "epss" // id -> probability in millionths, percentile in millionths, day

// EPSS is how probable it is that a weakness is exploited within 30 days, by the
// model of FIRST.
type EPSS struct {
	Probability float64
	Percentile  float64
	Date        string
}

func epssSource() Source {
	return Source{
		ID: "epss", Title: "EPSS scores", Accepts: "epss_scores-<date>.csv.gz, or answers of its interface (JSON)",
		Licence: "free to use with attribution to FIRST", URL: "https://www.first.org/epss/data_stats",
		Match: func(name string) bool {
			name = strings.ToLower(name)
			return strings.HasSuffix(name, ".json") || strings.HasSuffix(name, ".csv")
		},
		Read: readEPSS,
	}
}

// readEPSS reads the table of a day, or JSON of one or more scores.
func readEPSS(_ context.Context, f File, in *Intake) error {
	lines := bufio.NewReader(f.Reader)
	first, err := lines.Peek(1)
	if err != nil {
		return ErrOtherKind
	}
	if first[0] == '{' || first[0] == '[' {
		return readEPSSJSON(File{f.Name, lines}, in)
	}
	return readEPSSTable(f.Name, bufio.NewScanner(lines), in)
}

// readEPSSTable reads "cve,epss,percentile" under a comment that holds the day.
func readEPSSTable(name string, lines *bufio.Scanner, in *Intake) error {
	day, begun := "", false
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if _, date, ok := strings.Cut(line, "score_date:"); ok && strings.HasPrefix(line, "#") {
			day, _, _ = strings.Cut(date, "T")
			continue
		}
		cells := strings.Split(strings.TrimSpace(line), ",")
		if !begun {
			if begun = cells[0] == "cve"; !begun {
				return ErrOtherKind
			}
			continue
		}
		if len(cells) < 3 || !in.epss(cells[0], cells[1], cells[2], day) {
			in.Skip("line that is no score", fmt.Sprintf("%s line %d", name, n))
		}
	}
	if err := lines.Err(); err != nil {
		return &UnreadableError{err}
	}
	return nil
}

// readEPSSJSON reads the answer of FIRST's interface, or one score by itself.
func readEPSSJSON(f File, in *Intake) error {
	text, err := f.ReadAll()
	if err != nil {
		return err
	}
	type score struct {
		CVE        string      `json:"cve"`
		EPSS       json.Number `json:"epss"`
		Percentile json.Number `json:"percentile"`
		Date       string      `json:"date"`
	}
	var doc struct {
		Data []score `json:"data"`
		Item score   `json:"item"`
		score
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		if json.Valid(text) {
			return ErrOtherKind
		}
		return &UnreadableError{err}
	}
	taken := 0
	for _, s := range append(doc.Data, doc.Item, doc.score) {
		if s.CVE == "" {
			continue
		}
		if !in.epss(s.CVE, s.EPSS.String(), s.Percentile.String(), s.Date) {
			in.Skip("score that is no number from 0 to 1", f.Name+": "+s.CVE)
		}
		taken++
	}
	if taken == 0 {
		return ErrOtherKind
	}
	return nil
}

const millionths = 1e6

func (in *Intake) epss(id, probability, percentile, day string) bool {
	p, errP := strconv.ParseFloat(probability, 64)
	c, errC := strconv.ParseFloat(percentile, 64)
	if errP != nil || errC != nil || id == "" || !(p >= 0 && p <= 1) || !(c >= 0 && c <= 1) {
		return false
	}
	if have, ok := decodeEPSS(in.Get(bucketEPSS, []byte(id))); ok && have.Date > day {
		in.Skip("score that a newer one replaces", id)
		return true
	}
	var e encoder
	e.number(int(math.Round(p * millionths)))
	e.number(int(math.Round(c * millionths)))
	e.text(day)
	in.Put(bucketEPSS, []byte(id), e.b)
	in.Record(day)
	return true
}

func decodeEPSS(value []byte) (EPSS, bool) {
	d := decoder{b: value}
	s := EPSS{float64(d.number()) / millionths, float64(d.number()) / millionths, d.text()}
	return s, value != nil && !d.bad
}

// EPSS returns the score of a weakness.
func (k *Kit) EPSS(id string) (s EPSS, known bool, err error) {
	known, err = k.find(bucketEPSS, id, func(value []byte) (ok bool) { s, ok = decodeEPSS(value); return ok })
	return s, known, err
}
