package kit

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/netvet/netvet"
)

const bucketLifeTable = "life-table" // maker, 0, row -> model pattern and dates

// LifeRow is a row of a table of ends of life: the models of a maker and their
// dates.
type LifeRow struct {
	Maker    string // as written
	Pattern  string // of the model: * is anything, ? one letter; case, spaces and signs do not matter
	Sale     netvet.Date
	Security netvet.Date
	End      netvet.Date
	Source   string
	Date     netvet.Date // of the source
}

// lifeColumns are the columns of the table; maker, model and a date are needed.
var lifeColumns = []string{"maker", "model", "end_of_sale", "end_of_security", "end_of_life", "source", "date"}

func lifeTableSource() Source {
	return Source{
		ID: "eol-table", Title: "Ends of life, own table", Accepts: "a table (CSV) with the columns " + strings.Join(lifeColumns, ", ") + "; in model * stands for anything",
		Licence: "the user's own", URL: "",
		Match: func(name string) bool { return strings.HasSuffix(strings.ToLower(name), ".csv") },
		Read:  readLifeTable,
	}
}

func readLifeTable(_ context.Context, f File, in *Intake) error {
	text, err := f.ReadAll()
	if err != nil {
		return err
	}
	rows := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(text), "\ufeff")))
	rows.FieldsPerRecord = -1
	head, err := rows.Read()
	if err != nil {
		return ErrOtherKind
	}
	at := map[string]int{}
	for i, name := range head {
		at[strings.ReplaceAll(strings.ToLower(strings.TrimSpace(name)), " ", "_")] = i
	}
	if _, maker := at["maker"]; !maker {
		return ErrOtherKind
	}
	if _, model := at["model"]; !model {
		return fmt.Errorf("read %s: the column model is missing: the columns are %s", f.Name, strings.Join(lifeColumns, ", "))
	}
	for n := 2; ; n++ {
		cells, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		where := fmt.Sprintf("%s row %d", f.Name, n)
		if err != nil {
			return &UnreadableError{err}
		}
		row, err := lifeRow(at, cells)
		if err != nil {
			in.Skip("row that cannot be used: "+err.Error(), where)
			continue
		}
		in.lifeRow(row, where)
	}
}

func lifeRow(at map[string]int, cells []string) (LifeRow, error) {
	cell := func(name string) string {
		if i, ok := at[name]; ok && i < len(cells) {
			return strings.TrimSpace(cells[i])
		}
		return ""
	}
	r := LifeRow{Maker: cell("maker"), Pattern: cell("model"), Source: cell("source")}
	for _, d := range []struct {
		name string
		to   *netvet.Date
	}{{"end_of_sale", &r.Sale}, {"end_of_security", &r.Security}, {"end_of_life", &r.End}, {"date", &r.Date}} {
		date, err := netvet.ParseDate(cell(d.name))
		if err != nil {
			return r, fmt.Errorf("%s is no date", d.name)
		}
		*d.to = date
	}
	if MakerKey(r.Maker) == "" || strings.Trim(r.Pattern, "*? ") == "" {
		return r, errors.New("maker or model is empty")
	}
	if r.Sale == "" && r.Security == "" && r.End == "" {
		return r, errors.New("it has no date")
	}
	return r, nil
}

func (in *Intake) lifeRow(r LifeRow, where string) {
	key := MakerKey(r.Maker)
	if strings.ContainsRune(key+where, 0) {
		in.Skip("row that cannot be used: a name holds a zero byte", where)
		return
	}
	var e encoder
	for _, text := range []string{r.Maker, r.Pattern, string(r.Sale), string(r.Security), string(r.End), r.Source, string(r.Date)} {
		e.text(text)
	}
	in.Put(bucketLifeTable, []byte(fmt.Sprintf("%s\x00%08d %s", key, in.done.Records, where)), e.b)
	in.maker(makerName{key: key, written: r.Maker})
	in.Record(string(r.Date))
}

// LifeRows returns the rows of a maker, given as a key, in the order of the table.
func (k *Kit) LifeRows(maker string) ([]LifeRow, error) {
	var out []LifeRow
	err := k.store.read(func(r *reading) error {
		bad := false
		r.prefix(bucketLifeTable, []byte(maker+"\x00"), func(_, value []byte) bool {
			d := decoder{b: value}
			out = append(out, LifeRow{d.text(), d.text(), netvet.Date(d.text()), netvet.Date(d.text()), netvet.Date(d.text()), d.text(), netvet.Date(d.text())})
			bad = bad || d.bad
			return !bad
		})
		if bad {
			return k.damaged("ends of life of " + maker)
		}
		return nil
	})
	return out, err
}

// Fits reports whether a model is of the row's pattern.
func (r *LifeRow) Fits(model string) bool {
	fold := func(text string, keep string) string {
		return strings.Map(func(c rune) rune {
			if strings.ContainsRune(keep, c) || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 0x80 {
				return c
			}
			return -1
		}, strings.ToLower(text))
	}
	model = fold(model, "")
	return model != "" && glob(fold(r.Pattern, "*?"), model)
}

// glob matches a pattern of * and ? in time that grows with the product of both
// lengths at most.
func glob(pattern, text string) bool {
	star, back, i, j := -1, 0, 0, 0
	for j < len(text) {
		switch {
		case i < len(pattern) && pattern[i] == '*':
			star, back = i, j
			i++
		case i < len(pattern) && (pattern[i] == '?' || pattern[i] == text[j]):
			i, j = i+1, j+1
		case star >= 0:
			back++
			i, j = star+1, back
		default:
			return false
		}
	}
	return strings.Trim(pattern[i:], "*") == ""
}
