package sbom

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/language"
)

func TestCountryCode(t *testing.T) {
	for text, want := range map[string]string{
		// the code, or "?" and the candidates
		"":                             "",
		" ":                            "",
		"Taiwan, Province of China":    "TW",
		"TW":                           "TW",
		"R.O.C.":                       "TW",
		"Republic of China":            "TW",
		"Taiwan, China":                "TW",
		"China (Taiwan)":               "TW",
		"中国台湾":                         "TW",
		"台灣":                           "TW",
		"台湾省新竹市":                       "TW",
		"China":                        "CN",
		"china":                        "CN",
		"CHINA ":                       "CN",
		"ＣＮ":                           "CN",
		"CHN":                          "CN",
		"Made in PRC":                  "CN",
		"Made in P.R.C.":               "CN",
		"Made in P.R.China":            "CN",
		"MADE IN CHINA":                "CN",
		"Manufactured in China.":       "CN",
		"Product of China":             "CN",
		"China (Mainland)":             "CN",
		"PR China":                     "CN",
		"People's Republic of China":   "CN",
		"People’s Republic of China":   "CN",
		"CN - China":                   "CN",
		"China (CN)":                   "CN",
		"Country of origin: China":     "CN",
		"中国":                           "CN",
		"中國":                           "CN",
		"中国制造":                         "CN",
		"国产":                           "CN",
		"产地：中国":                        "CN",
		"中国广东省深圳市":                     "CN",
		"中国 深圳":                        "CN",
		"中国·深圳":                        "CN",
		"Shenzhen, China":              "CN",
		"China, Texas":                 "?CN",
		"China, China":                 "CN",
		"China/China":                  "CN",
		"China / Malaysia":             "?CN MY",
		"China or Mexico":              "?CN MX",
		"CN/TW":                        "?CN TW",
		"CN, MY":                       "?CN MY",
		"Designed in USA, made in PRC": "CN",
		"Designed in California / Assembled in China": "CN",
		"Hong Kong SAR":                          "HK",
		"Hong Kong, China":                       "HK",
		"China (Hong Kong)":                      "HK",
		"China, Hong Kong SAR":                   "HK",
		"中国香港":                                   "HK",
		"香港":                                     "HK",
		"Macao":                                  "MO",
		"澳门":                                     "MO",
		"Korea":                                  "?KP KR",
		"Made in Korea":                          "?KP KR",
		"South Korea":                            "KR",
		"Republic of Korea":                      "KR",
		"Korea, Republic of":                     "KR",
		"Korea (the Republic of)":                "KR",
		"韩国":                                     "KR",
		"대한민국":                                   "KR",
		"KOR":                                    "KR",
		"ROK":                                    "KR",
		"DPRK":                                   "KP",
		"North Korea":                            "KP",
		"Korea, Democratic People's Republic of": "KP",
		"朝鲜":                                     "KP",
		"UK":                                     "GB",
		"U.K.":                                   "GB",
		"England":                                "GB",
		"Great Britain":                          "GB",
		"英国":                                     "GB",
		"NO":                                     "NO",
		"no":                                     "NO",
		"Norge":                                  "NO",
		"Georgia":                                "?GE US",
		"Atlanta, Georgia":                       "?GE US",
		"Atlanta, Georgia, USA":                  "US",
		"Tbilisi, GEO":                           "GE",
		"格鲁吉亚":                                   "GE",
		"USA":                                    "US",
		"U.S.A.":                                 "US",
		"United States of America":               "US",
		"美国":                                     "US",
		"美国进口":                                   "US",
		"San Jose, CA":                           "?CA US",
		"San Jose, CA, USA":                      "US",
		"Wilmington, DE, United States":          "US",
		"Penang, MY":                             "MY",
		"US-TX":                                  "US",
		"中国 CN":                                  "CN", "CHINA中国": "CN", "Georgia (US)": "US", "Georgia (country)": "?GE US", "Busan, Korea": "?KP KR", "Taiwan 台湾": "TW", "China or equivalent": "?CN",
		"Tschechien": "CZ", "Allemagne": "DE", "Stati Uniti": "US", "Чехия": "CZ", "マレーシア": "MY", "말레이시아": "MY", "Maleisië": "MY",
		"Germany":                      "DE",
		"Deutschland":                  "DE",
		"德国原装进口":                       "DE",
		"Hergestellt in Deutschland":   "DE",
		"Czech Republic":               "CZ",
		"Česko":                        "CZ",
		"Türkiye":                      "TR",
		"TURKEY":                       "TR",
		"Viet Nam":                     "VN",
		"Việt Nam":                     "VN",
		"日本":                           "JP",
		"Russian Federation":           "RU",
		"Iran (Islamic Republic of)":   "IR",
		"Cote d'Ivoire":                "CI",
		"Côte d’Ivoire":                "CI",
		"St. Lucia":                    "LC",
		"Saint Lucia":                  "LC",
		"Bosnia and Herzegovina":       "BA",
		"Trinidad & Tobago":            "TT",
		"Myanmar":                      "MM",
		"Eswatini":                     "SZ",
		"North Macedonia":              "MK",
		"Congo":                        "?CD CG",
		"Virgin Islands":               "?VG VI",
		"Serbia and Montenegro":        "?ME RS",
		"Namibia":                      "NA",
		"NA":                           "?NA",
		"n.a.":                         "?NA",
		"N/A":                          "",
		"n/a":                          "",
		"XX":                           "",
		"ZZ":                           "",
		"XK":                           "",
		"SU":                           "",
		"YU":                           "",
		"DD":                           "",
		"CS":                           "",
		"EU":                           "",
		"European Union":               "",
		"USSR":                         "",
		"Yugoslavia":                   "",
		"unknown":                      "",
		"None":                         "",
		"-":                            "",
		"?":                            "",
		"未知":                           "",
		"进口":                           "",
		"Imported":                     "",
		"New Jersey":                   "",
		"New Mexico":                   "",
		"China Mobile":                 "",
		"中国移动":                         "",
		"日本电产":                         "",
		"China / unknown":              "?CN",
		strings.Repeat("China, ", 100): "",
		"\x00\xff\xfe":                 "",
	} {
		code, candidates := CountryCode(text)
		got := code
		if len(candidates) > 0 {
			got += "?" + strings.Join(candidates, " ")
		}
		if got != want {
			t.Errorf("CountryCode(%q) = %q, want %q", text, got, want)
		}
	}
}

// Every code of the standard is found by itself and by its alpha-3 form.
func TestCountryCodes(t *testing.T) {
	codes := strings.Fields(iso3166)
	if len(codes) != 249 || !slices.IsSorted(codes) {
		t.Fatalf("%d codes, want the 249 of ISO 3166-1 in order", len(codes))
	}
	for _, code := range codes {
		for _, text := range []string{code, strings.ToLower(code), language.MustParseRegion(code).ISO3()} {
			if text == "NA" || text == "na" {
				continue
			}
			if got := countryCode(text); got != code {
				t.Errorf("countryCode(%q) = %q, want %q", text, got, code)
			}
		}
	}
}

func FuzzCountry(f *testing.F) {
	for _, s := range []string{"China (Mainland)", "中国广东省深圳市", "US-TX", "a/b;c|d", "(((", "Designed in X / Made in Y"} {
		f.Add(s)
	}
	known := strings.Fields(iso3166)
	f.Fuzz(func(t *testing.T, text string) {
		code, candidates := CountryCode(text)
		if code != "" && (!slices.Contains(known, code) || candidates != nil) {
			t.Errorf("CountryCode(%q) = %q, %q", text, code, candidates)
		}
		if !slices.IsSorted(candidates) {
			t.Errorf("candidates of %q are not in order: %q", text, candidates)
		}
		for _, c := range candidates {
			if !slices.Contains(known, c) {
				t.Errorf("candidate %q of %q is no code", c, text)
			}
		}
	})
}

func BenchmarkCountryCode(b *testing.B) {
	for b.Loop() {
		CountryCode("Shenzhen, China")
	}
}
