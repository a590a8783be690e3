package sbom

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/netvet/netvet"
)

// rowProduct is a product while the cells of its row are read.
type rowProduct struct {
	netvet.Product
	table           *tableReader
	price, currency string // as written: they are read together
	problems        []cellProblem
}

// cellProblem is a cell that could not be used as it should, and what kind of
// fault that is.
type cellProblem struct{ kind, reason string }

func (p *rowProduct) problem(kind, format string, args ...any) {
	p.problems = append(p.problems, cellProblem{kind: kind, reason: fmt.Sprintf(format, args...)})
}

// cell reads one cell that is not blank.
func (p *rowProduct) cell(f field, text, stored string) {
	if spreadsheetError(text) {
		p.problem("an error of the spreadsheet", "%s is %s, an error of the spreadsheet: left empty", f.words(), text)
		return
	}
	if decodedWrongly(text) {
		p.problem("text that was decoded wrongly", "%s %s was decoded wrongly by a program before: read as written", f.words(), quote(text))
	}
	switch f {
	case fieldManufacturer:
		p.Manufacturer = text
	case fieldVendor:
		p.Vendor = text
	case fieldName:
		p.Name = text
	case fieldModel:
		p.Model = p.undamaged(f, text)
	case fieldPartNumber:
		p.PartNumber = p.undamaged(f, text)
	case fieldSerial:
		p.Serial = p.undamaged(f, text)
	case fieldVersion:
		p.Version = text
	case fieldLocation:
		p.Location = text
	case fieldCategory:
		p.CategoryText = text
	case fieldDescription:
		p.Description = text
	case fieldQuantity:
		p.quantity(text)
	case fieldOrigin:
		p.origin(text)
	case fieldPrice:
		p.price = storedPrice(text, stored)
	case fieldCurrency:
		p.currency = text
	case fieldPurchased:
		p.purchased(text, stored)
	case fieldMAC, fieldCPE, fieldPurl:
		p.identifiers(f, text)
	}
}

// finish reads what takes more than one cell.
func (p *rowProduct) finish() {
	if p.price == "" {
		return
	}
	price, sign, problem := p.table.price.parse(p.price, p.currency)
	if problem != "" {
		p.problem("a price that is not clear", "price %s %s", quote(p.price), problem)
	}
	if sign != "" {
		p.table.signs[sign] = true
	}
	p.Price = price
}

// damageKind is the kind of a value that may be right as it stands.
const damageKind = "possible spreadsheet damage"

// undamaged returns the text as it is and tells what a spreadsheet may have done
// to it.
func (p *rowProduct) undamaged(f field, text string) string {
	if damage := spreadsheetDamage(text); damage != "" {
		p.problem(damageKind, "possible spreadsheet damage: %s %s %s; read as written", f.words(), quote(text), damage)
	}
	if length := p.table.digits[f].add(text); length > 0 {
		p.problem(damageKind, "possible spreadsheet damage: %s %s has %d digits where those above have %d: leading zeros may be lost; read as written", f.words(), quote(text), len(text), length)
	}
	return text
}

func (p *rowProduct) quantity(text string) {
	count, problem := parseQuantity(text)
	if problem != "" {
		p.problem("a quantity that is no count", "quantity %s %s", quote(text), problem)
	}
	p.Quantity = count
}

func (p *rowProduct) origin(text string) {
	code, candidates := p.table.country(text)
	switch {
	case code != "":
		p.CountryOfOrigin = code
	case len(candidates) > 0:
		p.problem("a country of origin that is not clear", "country of origin %s is not clear, it may be %s: left empty", quote(text), strings.Join(candidates, " or "))
	default:
		p.problem("a country of origin that is not known", "country of origin %s is no country known by that name: left empty", quote(text))
	}
}

// country remembers what the few names of a table stand for.
func (t *tableReader) country(text string) (code string, candidates []string) {
	if known, ok := t.countries[text]; ok {
		return known, nil
	}
	code, candidates = CountryCode(text)
	if code != "" && len(t.countries) < maxCountries && len(text) <= maxCountryText {
		t.countries[strings.Clone(text)] = code
	}
	return code, candidates
}

// maxCountries bounds the spellings of countries that are remembered.
const maxCountries = 1000

// A number in a date cell of a workbook is a year up to maxYear, else a day up
// to 9999-12-31.
const (
	maxYear   = 9999
	maxSerial = 2_958_465
)

func (p *rowProduct) purchased(text, stored string) {
	day, problem := parseDay(text, p.table.days)
	if serial, err := strconv.ParseFloat(stored, 64); err == nil && serial > maxYear && serial <= maxSerial {
		day, problem = daySerial(int(serial), p.table.since1904)
	}
	if problem != "" {
		p.problem("a purchase date that is not clear", "purchase date %s %s", quote(text), problem)
	}
	p.PurchaseDate = day
}

func (p *rowProduct) identifiers(f field, text string) {
	ids, bad := addIdentifiers(p.Identifiers, netvet.IdentifierType(f), text)
	if bad != "" {
		p.problem("an identifier that is not valid", "%s %s is not valid: left out", f.words(), quote(bad))
	}
	p.Identifiers = ids
}

// storedPrice puts the number that a workbook stores in the place of the one it
// shows, which may be rounded, and keeps the sign of the currency. Two decimals
// at least: what is stored never has marks of thousands.
func storedPrice(text, stored string) string {
	number, err := strconv.ParseFloat(stored, 64)
	if err != nil {
		return text
	}
	plain := strconv.FormatFloat(number, 'f', -1, 64)
	if _, decimals, _ := strings.Cut(plain, "."); len(decimals) == 3 {
		plain += "0"
	}
	sign := strings.Map(func(r rune) rune {
		if strings.ContainsRune("0123456789.,-+'eE \u00a0", r) {
			return -1
		}
		return r
	}, text)
	return sign + plain
}
