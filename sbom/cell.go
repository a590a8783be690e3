package sbom

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/netvet/netvet"
	"golang.org/x/text/unicode/norm"
)

// isBlank tells cells that say nothing: empty ones, and the words and strokes
// that people and programs put where there is nothing to say.
func isBlank(text string) bool {
	if len(text) > 24 || text != "" && isPlainStart(text[0]) {
		return false
	}
	switch strings.ToLower(text) {
	case "", "-", "--", "---", "—", "——", "–", "/", "\\", "?", "？", ".", "*", "n/a", "#n/a", "n.a.", "not applicable", "not available", "not specified", "[empty]", "to be filled by o.e.m.", "default string",
		"null", "<null>", "(null)", "none", "nil", "nan", "\\n", "unknown", "undefined", "tbd", "未知", "不详", "无", "暂无", "空", "待定", "未填":
		return true
	}
	return false
}

// isPlainStart tells the first letters and digits that no word for nothing has.
func isPlainStart(b byte) bool {
	return '0' <= b && b <= '9' || ('a' <= b|0x20 && b|0x20 <= 'z' && !strings.ContainsRune("ntud", rune(b|0x20)))
}

// spreadsheetError tells the error values of a spreadsheet formula.
func spreadsheetError(text string) bool {
	switch text {
	case "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#FIELD!", "#GETTING_DATA", "#BLOCKED!", "#UNKNOWN!", "#CONNECT!":
		return true
	}
	return false
}

var (
	scientific = regexp.MustCompile(`^\d+(?:[.,]\d+)?[Ee]\+?\d{1,3}$`)
	dateLike   = regexp.MustCompile(`(?i)^(?:\d{1,2}[- /](?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*(?:[- /]\d{2,4})?|(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[- ]\d{1,4}|\d{1,2}月\d{1,2}日|\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}/\d{1,2}/\d{4})$`)
	cutDigits  = regexp.MustCompile(`^\d{15}00+$`)
	hashes     = regexp.MustCompile(`^#{3,}$`)
)

// spreadsheetDamage tells what a spreadsheet may have done to a part number,
// serial number or model: turned it into a date or a rounded number.
func spreadsheetDamage(text string) string {
	if len(text) > 24 || !mayBeDamage(text) {
		return ""
	}
	switch {
	case scientific.MatchString(text):
		return "looks like a number in scientific notation"
	case dateLike.MatchString(text):
		return "looks like a date"
	case cutDigits.MatchString(text):
		return "has only zeros after the fifteenth digit, where spreadsheets round"
	case hashes.MatchString(text):
		return "is what a spreadsheet shows in a column that is too narrow"
	}
	return ""
}

// digitColumn follows the values of a column that are digits only, to notice one
// that is shorter than all above it.
type digitColumn struct {
	length        int // of the first value
	same, shorter int // values of that length, and shorter ones
}

// Leading zeros are missed after so many values of one length, up to so many.
const (
	enoughDigits   = 5
	maxMissedZeros = 3
)

// add takes the next value and returns the length that it should have, where
// leading zeros may be lost; else 0.
func (d *digitColumn) add(text string) int {
	if d == nil || text == "" || strings.Trim(text, "0123456789") != "" {
		return 0
	}
	if d.length == 0 {
		d.length = len(text)
	}
	switch missed := d.length - len(text); {
	case missed == 0:
		d.same++
	case missed < 0:
		d.length, d.same = len(text), 0 // the column has numbers of several lengths
		d.shorter += enoughDigits
	default:
		d.shorter++
		if missed <= maxMissedZeros && d.same >= enoughDigits && d.shorter*enoughDigits <= d.same {
			return d.length
		}
	}
	return 0
}

// mayBeDamage looks at the first letters only: most part numbers need no more.
func mayBeDamage(text string) bool {
	if text == "" || text[0] == '#' || '0' <= text[0] && text[0] <= '9' {
		return text != ""
	}
	return len(text) > 3 && month(text[:3]) != ""
}

// decodedWrongly tells text that some program before us has read in the wrong
// encoding: the replacement character, and what becomes of it in GBK.
func decodedWrongly(text string) bool {
	return strings.ContainsRune(text, utf8.RuneError) || strings.Contains(text, "锟斤拷")
}

// totalRow tells the words that begin a row of sums.
var totalRow = regexp.MustCompile(`(?i)^(?:grand[ -]?total|sub[ -]?total|totals?|sum|summe|gesamt|gesamtsumme|total general|totale|合计|总计|小计|共计|总数|總計|合計|小計|총계|합계|итого)\s*[:：]?(?:\s*[(（].*)?$`)

var quantityText = regexp.MustCompile(`^(?:[xX×*]\s*)?(\d{1,3}(?:,\d{3})+|\d+)(?:[.,]0{1,2})?\s*(?:[xX×]|台|套|块|个|個|条|條|件|只|张|片|根|支|对|组|部|架|枚|颗|本|箱|pcs?\.?|pieces?|units?|ea\.?|each|sets?|nos?\.?|stk\.?|stück|st\.?|unités?|uds?\.?)?$`)

// parseQuantity reads a count with or without its unit of counting.
func parseQuantity(text string) (count int, problem string) {
	if n, err := strconv.ParseUint(text, 10, 31); err == nil && n > 0 {
		return int(n), ""
	}
	m := quantityText.FindStringSubmatch(strings.ToLower(strings.TrimSpace(norm.NFKC.String(text))))
	if m == nil {
		return 0, "is not a whole number: left empty"
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(m[1], ",", ""), 10, 64)
	switch {
	case err != nil || n > math.MaxInt32:
		return 0, "is out of range: left empty"
	case n == 0:
		return 0, "counts as not stated"
	}
	return int(n), ""
}

// addIdentifiers adds the identifiers of a cell, of which it may hold several,
// and returns one that is none of the scheme.
func addIdentifiers(to []netvet.Identifier, scheme netvet.IdentifierType, text string) (out []netvet.Identifier, bad string) {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ;|\n\r\t", r) || r == ',' && scheme == netvet.IDMAC }) {
		id, ok := normalIdentifier(scheme, strings.TrimSuffix(word, ","))
		switch {
		case !ok:
			bad = word
		case len(to) < maxListed:
			to = append(to, id)
		}
	}
	return to, bad
}
