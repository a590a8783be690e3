package sbom

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

func showCommandsFormat() Format {
	return Format{
		Name:   "show-commands",
		Title:  "Output of show and display commands of network devices, text",
		Expect: `output of "show version", "show inventory", "show chassis hardware", "display device" and their like`,
		Detect: detectShowCommands,
		Read:   readShowCommands,
	}
}

// maxShown is the size of a session that is read, in bytes: the largest chassis
// print some hundred kilobytes, support bundles some megabytes.
const maxShown = 16 << 20

// in tells whether the text holds such an output.
func (o *shownOutput) in(text []byte) bool {
	return slices.ContainsFunc(o.Find, func(w string) bool { return bytes.Contains(text, []byte(w)) }) && o.sign.Match(text)
}

func detectShowCommands(s Sample) float64 {
	head := bytes.TrimSpace(s.Head)
	if len(head) == 0 || otherText.Match(head) && !promptLine.Match(firstLineOf(head)) || bytes.IndexByte(head, 0) >= 0 {
		return 0
	}
	var text []byte
	for line := range bytes.Lines(bytes.ReplaceAll(s.Head, []byte("\r"), nil)) {
		text = append(text, withoutMark(line)...)
	}
	for i := range knownShown().Outputs {
		if knownShown().Outputs[i].in(text) {
			return 0.95
		}
	}
	return 0
}

// commentMark is what stands before each line of output that was put in front of a
// configuration.
var commentMark = regexp.MustCompile(`^(?:!+|#+)(?:COMMAND: | |$|([A-Z]))`)

// withoutMark returns a line without the mark of a comment.
func withoutMark(line []byte) []byte {
	if len(line) == 0 || line[0] != '!' && line[0] != '#' {
		return line
	}
	return commentMark.ReplaceAll(line, []byte("$1"))
}

// otherText is how JSON and XML begin.
var otherText = regexp.MustCompile(`^(?:[{\[]\s*["{}\[\]\d]|<)`)

func firstLineOf(text []byte) []byte {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	return line
}

// shownLine is a line of a session with its number.
type shownLine struct {
	number int
	text   string
}

// pager is what a pager leaves between the lines.
var pager = regexp.MustCompile(`(?: *<?-+ ?\(?[Mm][Oo][Rr][Ee](?: *\(?\d+%\)?)?\)? ?-+>? *)[ \x08\r]*`)

func readShowCommands(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	lines, err := shownLines(src)
	if err != nil {
		return Info{}, err
	}
	devices := 0
	for _, session := range splitByHost(lines) {
		d := readSession(session, src.Name)
		if d == nil {
			continue
		}
		devices++
		if err := d.emit(src, emit); err != nil {
			return Info{}, err
		}
	}
	if devices == 0 {
		return Info{}, errors.New("nothing in it describes a device: give the output of show version or show inventory with it")
	}
	return Info{}, nil
}

// shownLines reads a session: text without what pagers leave in it.
func shownLines(src *Stream) ([]shownLine, error) {
	text, err := io.ReadAll(io.LimitReader(src.Reader, maxShown+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > maxShown:
		return nil, fmt.Errorf("larger than %d bytes, which the output of a device may not be", maxShown)
	case !utf8.Valid(text):
		return nil, fmt.Errorf("at byte %d: invalid UTF-8: convert the file to UTF-8", firstInvalid(text))
	}
	var lines []shownLine
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, " \t\r\n")
		if len(line) > src.Options.MaxString {
			return nil, fmt.Errorf("line %d: longer than %d bytes", len(lines)+1, src.Options.MaxString)
		}
		if len(line) <= maxPrompt && strings.ContainsAny(line, "-\b") {
			line = strings.ReplaceAll(pager.ReplaceAllString(line, ""), "\b", "")
		}
		line = strings.TrimRight(string(withoutMark([]byte(line))), " ")
		lines = append(lines, shownLine{len(lines) + 1, line})
	}
	return lines, nil
}
