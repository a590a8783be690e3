package vendors

import (
	_ "embed"
	"strings"
	"sync"
)

// hanFormsText pairs traditional and Japanese forms of Han characters with the
// simplified form that names are compared in.
//
//go:embed hanforms.txt
var hanFormsText string

// hanForms maps a Han character to its simplified form.
var hanForms = sync.OnceValue(func() map[rune]rune {
	m := make(map[rune]rune, len(hanFormsText)/6)
	for line := range strings.Lines(hanFormsText) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		var from rune
		for _, r := range strings.TrimSpace(line) {
			if from == 0 {
				from = r
				continue
			}
			m[from] = r
			from = 0
		}
	}
	return m
})

// lookalikes are letters of other scripts that print like a Latin letter, after
// the confusables of Unicode Technical Standard 39. Upper and lower case are
// given apart: Cyrillic "Н" prints like "H", "в" like a small "B".
var lookalikes = sync.OnceValue(func() map[rune]rune {
	m := map[rune]rune{}
	for _, pair := range strings.Fields(lookalikePairs) {
		r := []rune(pair)
		m[r[0]] = r[1]
	}
	return m
})

const lookalikePairs = `
Аa Вb Сc Еe Нh Іi Јj Кk Мm Ԛq Оo Рp Ѕs Тt Ԝw Хx Үy Ӏl Ԁd Ғf
аa вb сc еe һh нh іi јj кk мm ԛq оo рp ѕs тt ԝw хx уy үy ӏl ԁd ѵv ɡg
Αa Βb Ϲc Εe Ηh Ιi Ϳj Κk Μm Νn Οo Ρp Τt Υy Χx Ζz
αa οo ιi κk νv ρp υu τt ϲc χx γy
Օo օo Տs Ս̈u ոn սu հh ցg զq Ꭺa Ᏼb Ꮯc Ꭰd Ꭼe Ꮋh Ꭻj Ꮶk Ꮮl Ꮇm Ꮲp Ꭱr Ꮪs Ꭲt Ꮩv Ꮃw Ꮓz
`

// plainLetter writes a Latin letter that has no decomposition with plain ones.
var plainLetters = map[rune]string{
	'ß': "ss", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'æ': "ae", 'œ': "oe", 'ı': "i", 'ħ': "h", 'ŋ': "n", 'ə': "a",
}
