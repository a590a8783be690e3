package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"netvet": main})
}

// TestStories runs testdata/script: each file tells what a user does and sees.
func TestStories(t *testing.T) {
	schema, err := filepath.Abs("../../scanner/report/register.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/script",
		RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":                exits,
			"pack":                 pack,
			"publish":              publish,
			"publish-behind-proxy": publishBehindProxy,
			"follows":              func(ts *testscript.TestScript, neg bool, args []string) { follows(ts, neg, schema, args) },
		},
	})
}

// exits CODE netvet ARG... runs a command that must end with that exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE command...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// follows FILE... checks that registers follow the committed JSON Schema.
func follows(ts *testscript.TestScript, neg bool, schema string, args []string) {
	compiled, err := jsonschema.NewCompiler().Compile(schema)
	ts.Check(err)
	for _, name := range args {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(ts.ReadFile(name)))
		ts.Check(err)
		if err := compiled.Validate(value); (err != nil) != neg {
			ts.Fatalf("%s against the schema: %v", name, err)
		}
	}
}

// TestRunTakesItsStreams runs the program without a process of its own.
func TestRunTakesItsStreams(t *testing.T) {
	var out, errs strings.Builder
	code := run(context.Background(), []string{"version"}, strings.NewReader(""), &out, &errs, nil)
	if code != exitDone || !strings.HasPrefix(out.String(), "netvet ") || errs.Len() > 0 {
		t.Errorf("exit code %d, output %q, errors %q", code, &out, &errs)
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]int64{"1": 1, "512MiB": 512 << 20, "8GiB": 8 << 30, "5 MB": 5e6, "1.5k": 1500, "64b": 64} {
		var s size
		if err := s.Set(text); err != nil || int64(s) != want {
			t.Errorf("size %q is %d, %v; want %d", text, s, err, want)
		}
	}
	for _, text := range []string{"", "MiB", "-1", "0", "1 parsec", "1e400", "NaN"} {
		var s size
		if s.Set(text) == nil {
			t.Errorf("size %q is taken for %d", text, s)
		}
	}
}

func TestFirstExitCode(t *testing.T) {
	for _, c := range []struct {
		codes []int
		want  int
	}{
		{[]int{exitDone, exitDone}, exitDone},
		{[]int{exitDone, exitIncomplete, exitMet}, exitMet},
		{[]int{exitMet, exitNothing, exitUsage}, exitUsage},
		{[]int{exitUsage, exitFault}, exitFault},
	} {
		if got := first(c.codes); got != c.want {
			t.Errorf("the first of %v is %d, want %d", c.codes, got, c.want)
		}
	}
}

// TestReaderThatWentAway checks that a closed pipe is no error and no crash.
func TestReaderThatWentAway(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	defer w.Close()
	var errs strings.Builder
	if code := run(context.Background(), []string{"version"}, strings.NewReader(""), w, &errs, nil); code != exitDone || errs.Len() > 0 {
		t.Errorf("exit code %d, errors %q", code, &errs)
	}
}

// TestInterruptEndsWaiting checks that a run which waits for standard input
// ends when it is interrupted.
func TestInterruptEndsWaiting(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(50*time.Millisecond, cancel)
	var out, errs strings.Builder
	code := run(ctx, []string{"suppliers", "resolve", "--stdin"}, r, &out, &errs, nil)
	if code != exitFault || !strings.Contains(errs.String(), "interrupted") {
		t.Errorf("exit code %d, errors %q", code, &errs)
	}
}

// TestStandardInputHasALimit checks that the copy of standard input stops one
// byte past the limit, where the reader says so.
func TestStandardInputHasALimit(t *testing.T) {
	var out, errs strings.Builder
	rows := "manufacturer,model\n" + strings.Repeat("Cisco,C9300\n", 100)
	code := run(context.Background(), []string{"inspect", "--max-file-size", "100", "-"}, strings.NewReader(rows), &out, &errs, nil)
	if code != exitUsage || !strings.Contains(errs.String(), "--max-file-size") {
		t.Errorf("exit code %d, errors %q", code, &errs)
	}
}
