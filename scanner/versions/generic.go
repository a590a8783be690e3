package versions

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// beforeWords are the words of what comes before a release, in rising order.
var beforeWords = []string{"dev", "snapshot", "pre", "a", "alpha", "b", "beta", "preview", "c", "rc", "cr"}

// beforeRank orders the words; no word is the release itself.
func beforeRank(word string) int {
	if word == "" {
		return len(beforeWords)
	}
	return slices.Index(beforeWords, word)
}

// afterWords are words of what comes after a release.
var afterWords = []string{"p", "patch", "sp", "u", "update", "hf", "hotfix", "h", "build", "b", "r", "rev", "s", "cu", "mr", "fix", "fp", "svu", "su", "es", "et", "sr"}

// earlyWords come before a release wherever they stand.
var earlyWords = []string{"dev", "snapshot", "pre", "alpha", "beta", "preview", "rc", "cr"}

var tailRuns = regexp.MustCompile(`\d+(?:\.\d+)*|[a-z]+`)

// compareTail orders what follows dotted numbers, a run of dotted numbers or
// letters at a time: a number by its size, the same word by what follows it. One
// letter is a patch: "2.4" < "2.4b". Other words have no order among each other,
// and an unknown word has none to its absence.
func compareTail(a, b string) (int, bool) {
	x, y := tailOf(a), tailOf(b)
	for i := range max(len(x), len(y)) {
		if c, ok := compareRun(at(x, i), at(y, i)); c != 0 || !ok {
			return c, ok
		}
	}
	return 0, true
}

// tailOf cuts a tail and drops the zeros at its end.
func tailOf(text string) []string {
	list := tailRuns.FindAllString(text, -1)
	for len(list) > 0 && isNumber(list[len(list)-1]) && len(numbersOf(list[len(list)-1])) == 0 {
		list = list[:len(list)-1]
	}
	return list
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}

func isNumber(run string) bool { return run != "" && run[0] >= '0' && run[0] <= '9' }

func compareRun(a, b string) (int, bool) {
	switch {
	case a == b:
		return 0, true
	case a == "":
		return endToRun(b)
	case b == "":
		c, ok := endToRun(a)
		return -c, ok
	case isNumber(a) && isNumber(b):
		return compareNumbers(numbersOf(a), numbersOf(b)), true
	case slices.Contains(earlyWords, a) && slices.Contains(earlyWords, b):
		return cmp.Compare(beforeRank(a), beforeRank(b)), true
	case len(a) == 1 && len(b) == 1 && !isNumber(a) && !isNumber(b):
		return strings.Compare(a, b), true
	}
	x, knownX := endToRun(a)
	y, knownY := endToRun(b)
	return cmp.Compare(y, x), knownX && knownY && x*y < 0 // one comes before the release, the other after
}

// endToRun compares the end of a version with a run that another has there.
func endToRun(run string) (int, bool) {
	switch {
	case isNumber(run):
		return cmp.Compare(0, len(numbersOf(run))), true
	case slices.Contains(earlyWords, run):
		return 1, true
	case len(run) == 1, slices.Contains(afterWords, run):
		return -1, true
	}
	return 0, false
}
