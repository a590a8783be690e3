package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/netvet/netvet/scanner/report"
	"github.com/netvet/netvet/scanner/strictyaml"
	"github.com/spf13/cobra"
)

// The exit codes. When several apply, the first of precedence counts.
const (
	exitDone       = 0
	exitMet        = 1
	exitUsage      = 2
	exitFault      = 3
	exitNothing    = 4
	exitIncomplete = 5
	exitOld        = 6
)

// exitCodes tells what the codes mean, in the order in which they apply.
func exitCodes() []struct {
	code    int
	meaning string
} {
	return []struct {
		code    int
		meaning string
	}{
		{exitFault, "an internal error, or a result could not be written"},
		{exitUsage, "bad usage, a named input that cannot be read, or a broken file of a known format;\n     everything else is still assessed and the register is written"},
		{exitNothing, "nothing was assessed (--allow-empty makes that 0)"},
		{exitOld, "the data is older than --max-data-age"},
		{exitMet, "a condition of --fail-on was met"},
		{exitIncomplete, "only the condition \"incomplete\" of --fail-on was met"},
		{exitDone, "done"},
	}
}

func exitCodesHelp() string {
	var b strings.Builder
	b.WriteString("Exit codes, the first that applies:\n")
	for _, e := range exitCodes() {
		fmt.Fprintf(&b, "  %d  %s\n", e.code, e.meaning)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// exit ends a command with a code. Its error may be nil: everything was said.
type exit struct {
	code int
	err  error
}

func (e *exit) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exit) Unwrap() error { return e.err }

// usage is an error of whoever called the program, or of the files they gave it.
func usage(format string, args ...any) error { return &exit{exitUsage, fmt.Errorf(format, args...)} }

// fault marks an error of reading or writing that is not about what the user
// gave, or of the program itself. An error that is marked already stays as it is.
func fault(err error) error {
	var marked *exit
	if err == nil || errors.As(err, &marked) {
		return err
	}
	return &exit{exitFault, err}
}

// flagError is what a wrong flag gives.
func flagError(cmd *cobra.Command, err error) error {
	return usage("%w\nsee '%s --help'", err, cmd.CommandPath())
}

// exitCode prints the error a command ended with and returns its exit code. An
// error that no command marked comes from the command line itself.
func (p *program) exitCode(err error) int {
	if err == nil {
		return exitDone
	}
	code := exitUsage
	var marked *exit
	if errors.As(err, &marked) {
		code, err = marked.code, marked.err
	}
	switch {
	case errors.Is(err, context.Canceled):
		p.say("error", "interrupted")
		return exitFault
	case err != nil:
		p.say("error", err.Error())
	}
	return code
}

// crashed reports a fault of the program itself.
func (p *program) crashed(cause any) int {
	p.say("error", fmt.Sprintf("internal error: %v\nplease report it, with what follows and, if you can, the input\n%s", cause, debug.Stack()))
	return exitFault
}

// say prints a message to standard error, and keeps what foreign files wrote
// into it from acting on the terminal.
func (p *program) say(level, text string) {
	if p.logFormat.value == "json" {
		line, err := json.Marshal(struct {
			Level   string `json:"level"`
			Message string `json:"message"`
		}{level, text})
		if err == nil {
			fmt.Fprintf(p.stderr, "%s\n", line)
		}
		return
	}
	if level != "note" {
		text = level + ": " + text
	}
	for line := range strings.Lines(text) {
		fmt.Fprintln(p.stderr, report.Visible(strings.ReplaceAll(strings.TrimSuffix(line, "\n"), "\t", "  ")))
	}
}

// note prints what is good to know, unless --quiet.
func (p *program) note(format string, args ...any) {
	if !p.quiet {
		p.say("note", fmt.Sprintf(format, args...))
	}
}

// warn prints what should be looked at, unless --quiet.
func (p *program) warn(format string, args ...any) {
	if !p.quiet {
		p.say("warning", fmt.Sprintf(format, args...))
	}
}

func didYouMean(word string, known []string) string {
	if near := strictyaml.Nearest(word, known); near != "" {
		return fmt.Sprintf(": did you mean %q?", near)
	}
	return ": one of " + strings.Join(known, ", ")
}

// quietPipe takes it that a reader which has gone away needs no more: what is
// written after that is dropped, and the exit code is still worked out.
type quietPipe struct {
	w      io.Writer
	closed bool
}

func (q *quietPipe) Write(b []byte) (int, error) {
	if q.closed {
		return len(b), nil
	}
	n, err := q.w.Write(b)
	if errors.Is(err, syscall.EPIPE) {
		q.closed = true
		return len(b), nil
	}
	return n, err
}
