package sbom

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/netvet/netvet"
	"golang.org/x/text/currency"
	"golang.org/x/text/unicode/norm"
)

// currencySigns are the signs and words of prices, in upper case, the longest
// that hold another first. The bare dollar and yen signs stand last: they are
// read as the US dollar and the Chinese yuan, and a note says so.
var currencySigns = [][2]string{
	{"US$", "USD"}, {"USD$", "USD"}, {"HK$", "HKD"}, {"NT$", "TWD"}, {"NTD", "TWD"}, {"CA$", "CAD"}, {"AU$", "AUD"}, {"NZ$", "NZD"}, {"R$", "BRL"}, {"S$", "SGD"}, {"A$", "AUD"}, {"C$", "CAD"},
	{"CN¥", "CNY"}, {"JP¥", "JPY"}, {"美元", "USD"}, {"美金", "USD"}, {"港元", "HKD"}, {"港币", "HKD"}, {"新台币", "TWD"}, {"欧元", "EUR"}, {"歐元", "EUR"}, {"英镑", "GBP"}, {"日元", "JPY"}, {"日圆", "JPY"}, {"韩元", "KRW"},
	{"人民币", "CNY"}, {"RMB", "CNY"}, {"元", "CNY"}, {"円", "JPY"}, {"원", "KRW"}, {"€", "EUR"}, {"EURO", "EUR"}, {"YUAN", "CNY"}, {"£", "GBP"}, {"₩", "KRW"}, {"₹", "INR"}, {"₽", "RUB"}, {"₫", "VND"}, {"฿", "THB"}, {"₺", "TRY"}, {"ZŁ", "PLN"}, {"KČ", "CZK"},
	{dollarSign, "USD"}, {yenSign, "CNY"},
}

const (
	dollarSign = "$"
	yenSign    = "¥"
)

// priceColumn is what is known of a column of prices beside its cells.
type priceColumn struct {
	currency string  // from the header
	factor   float64 // 10000 in a column of ten thousands
	comma    bool    // the decimal mark is likely a comma: a European export
}

var (
	priceWords = regexp.MustCompile(`[A-Z]+`)
	priceUnit  = regexp.MustCompile(`(?:/|每|PER |EACH$|EA$)\s*(?:台|套|块|个|条|件|只|UNIT|PCS?|PIECE|EA|EACH)?\.?$`)
	priceBlank = strings.NewReplacer(" ", "", "'", "", "’", "", "\u00a0", "", "\u202f", "")
)

// parse reads the price in a cell; code is what a column of currencies says. The
// problem says what could not be used, in words that follow the cell's text.
func (c priceColumn) parse(text, code string) (price netvet.Price, sign, problem string) {
	plain := strings.ToUpper(strings.TrimSpace(norm.NFKC.String(text)))
	found := ""
	if strings.Trim(plain, "0123456789.,") != "" {
		plain = strings.TrimSpace(priceUnit.ReplaceAllString(plain, ""))
		plain, found, sign = cutCurrency(plain)
	}
	factor := c.factor
	for _, ten := range []string{"万", "萬"} {
		if rest, ok := strings.CutSuffix(plain, ten); ok {
			plain, factor = rest, 10_000
		}
	}
	amount, problem := c.number(plain)
	if problem != "" {
		return netvet.Price{}, "", problem
	}
	if factor > 1 {
		amount = math.Round(amount*factor*1e6) / 1e6
	}
	stated := currencyCode(code)
	switch {
	case strings.TrimSpace(code) != "" && stated == "":
		return netvet.Price{Amount: amount}, "", fmt.Sprintf("has the currency %q, which is none of ISO 4217: left without a currency", code)
	case stated == "":
		stated = c.currency
	}
	switch {
	case found == "" || sign != "" && stated != "":
		return netvet.Price{Amount: amount, Currency: stated}, "", ""
	case stated != "" && stated != found:
		return netvet.Price{Amount: amount}, "", fmt.Sprintf("is in %s and its column in %s: left without a currency", found, stated)
	}
	return netvet.Price{Amount: amount, Currency: found}, sign, ""
}

// cutCurrency takes the currency out of a price in upper case. The sign is set
// when only the bare sign stands there, which several currencies share.
func cutCurrency(text string) (rest, code, sign string) {
	for _, word := range priceWords.FindAllString(text, -1) {
		if c := currencyCode(word); c != "" {
			rest = strings.Replace(text, word, "", 1)
			for _, s := range currencySigns { // "USD $5"
				if s[1] == c || s[0] == dollarSign {
					rest = strings.Replace(rest, s[0], "", 1)
				}
			}
			return strings.TrimSpace(rest), c, ""
		}
	}
	for _, s := range currencySigns {
		if before, after, ok := strings.Cut(text, s[0]); ok {
			if s[0] == dollarSign || s[0] == yenSign {
				sign = s[0]
			}
			return strings.TrimSpace(before + after), s[1], sign
		}
	}
	return text, "", ""
}

// number reads an amount with its marks of thousands and decimals.
func (c priceColumn) number(text string) (amount float64, problem string) {
	digits := priceBlank.Replace(text)
	if strings.HasPrefix(digits, "-") {
		return 0, "is negative: left empty"
	}
	plain, problem := c.plainNumber(digits)
	if problem != "" {
		return 0, problem
	}
	amount, err := strconv.ParseFloat(plain, 64)
	if err != nil || amount > maxPrice {
		return 0, "is out of range: left empty"
	}
	return amount, ""
}

// plainNumber rewrites "1,234.50" and "1.234,50" as "1234.50". Of two kinds of
// mark the last is that of decimals. A single mark before three digits may be
// either: it is of thousands where the file is not known to write decimals so.
func (c priceColumn) plainNumber(digits string) (plain, problem string) {
	if digits == "" || strings.Trim(digits, "0123456789.,") != "" || digits[0] == '.' || digits[0] == ',' {
		return "", "is not a number: left empty"
	}
	last := strings.LastIndexAny(digits, ".,")
	if last < 0 {
		return digits, ""
	}
	mark, whole, decimals := digits[last:last+1], digits[:last], digits[last+1:]
	other := "."
	if mark == other {
		other = ","
	}
	switch {
	case strings.Contains(whole, mark): // thousands only
		if strings.Contains(whole, other) || !grouped(digits, mark) {
			return "", "is not a number: left empty"
		}
		return strings.ReplaceAll(digits, mark, ""), ""
	case strings.Contains(whole, other):
		if !grouped(whole, other) {
			return "", "is not a number: left empty"
		}
		return strings.ReplaceAll(whole, other, "") + "." + decimals, ""
	case len(decimals) == 3 && len(whole) <= 3 && whole[0] != '0':
		if (mark == ",") == c.comma {
			return "", "may mean thousands or decimals: left empty; write 1234 or 1234.00"
		}
		return whole + decimals, ""
	}
	return whole + "." + decimals, ""
}

// grouped tells whether the marks part a number into groups of three, or of two
// before the last three as in India.
func grouped(digits, mark string) bool {
	groups := strings.Split(digits, mark)
	for i, group := range groups {
		switch n := len(group); {
		case i == len(groups)-1 && n != 3, i == 0 && (n == 0 || n > 3), i > 0 && n != 3 && (n != 2 || mark != ","):
			return false
		}
	}
	return true
}

// maxPrice is far above the price of one unit of anything, and below what a
// float64 holds exactly.
const maxPrice = 1e13

// currencyCode returns the ISO 4217 code a word stands for, or "".
func currencyCode(word string) string {
	word = strings.ToUpper(strings.TrimSpace(norm.NFKC.String(word)))
	for _, s := range currencySigns {
		if s[0] == word {
			return s[1]
		}
	}
	if len(word) != 3 {
		return ""
	}
	unit, err := currency.ParseISO(word)
	if err != nil || unit.String() == "XXX" {
		return ""
	}
	return unit.String()
}
